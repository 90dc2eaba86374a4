"""`slamon import prometheus`: a series is taken in once, and a promise is judged by it."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner, Result

from catalogue.instants import parse_instant
from slamon.cli.main import app
from tests.servers.authority import Authority, Pair

DOCUMENT = """\
providers:
- {{id: host, role: provider, name: {{en: Host, fr: Hôte, es: Anfitrión}}, prov: {{_: I}}}}
services:
- {{id: svc-web, name: {{en: Web, fr: Web, es: Web}}, provider: host, lifecycle: live, criticality: low,
   measured_by: [import], funding_source: unspecified, recommendations: [], offerings: [], prov: {{_: I}}}}
locations:
- {{id: loc-bonn, name: {{en: Bonn, fr: Bonn, es: Bonn}}, prov: {{_: I}}}}
service_hours:
- {{id: always, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00",
   holidays: null, prov: {{_: I}}}}
agreements:
- id: sla-web
  kind: sla
  name: {{en: Web, fr: Web, es: Web}}
  customer: host
  provider: host
  tz: UTC
  state: in_force
  signed_on: null
  in_force: {{from: 2026-01-01, to: null}}
  recommendations: []
  objectives:
  - {{id: o1, service: svc-web, indicator: availability, target: "99.00", period: calendar_day,
     service_hours: always, data: [imp-prom], remedy: {{kind: review_item, after_periods: 1}}}}
  prov: {{_: I}}
imports:
- {{id: imp-prom, service: svc-web, kind: prometheus, use: observations, url: "{scheme}://127.0.0.1:{port}",
   query: up, step: PT1H, good: ">= 1", validity: PT1H, location: loc-bonn, prov: {{_: I}}}}
"""
BEGIN = parse_instant("2026-03-02T00:00:00Z") // 1_000_000
DAY = ("--from", "2026-03-02T00:00:00Z", "--to", "2026-03-03T00:00:00Z")


class Series(BaseHTTPRequestHandler):
    """An hourly series of a day that is 0 from six to eight."""

    def do_GET(self) -> None:
        """Answer as a Prometheus does."""
        asked = parse_qs(urlsplit(self.path).query)
        hours = range(int(asked["start"][0]), int(asked["end"][0]) + 1, int(asked["step"][0]))
        values = [[at, "0" if 6 <= (at - BEGIN) // 3_600 < 8 else "1"] for at in hours]
        told = {"resultType": "matrix", "result": [{"metric": {}, "values": values}]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "success", "data": told}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Series) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as port:
        yield port


class Commands:
    """The commands in a data folder of their own."""

    def __init__(self, folder: Path, port: int, scheme: str = "http") -> None:
        self._folder = folder
        documents = folder / "documents"
        documents.mkdir()
        (documents / "web.yaml").write_text(DOCUMENT.format(port=port, scheme=scheme))
        assert self("catalogue", "apply", str(documents), "--yes").exit_code == 0

    def __call__(
        self, *arguments: str, allow: str = "127.0.0.0/8", trusting: str | None = None
    ) -> Result:
        env = {
            "SLAMON_AGENT_CA": trusting,
            "SLAMON_DATA": str(self._folder / "var"),
            "SLAMON_ACTOR": "rita",
            "SLAMON_AGENT_ALLOW": allow,
            "COLUMNS": "200",
        }
        return CliRunner(env=env).invoke(app, arguments)


@pytest.fixture
def commands(tmp_path: Path, port: int) -> Commands:
    return Commands(tmp_path, port)


def test_a_series_is_taken_in_once_and_judged(commands: Commands) -> None:
    first = commands("import", "prometheus", "imp-prom", *DAY)
    again = commands("import", "prometheus", "imp-prom", *DAY)

    assert first.stdout == "24 results recorded, 0 were known already\n"
    assert again.stdout == "0 results recorded, 24 were known already\n"
    told = commands("judge", "--agreement", "sla-web", "--period", "2026-03-02", "--json")
    (figure,) = json.loads(told.stdout)["objectives"]
    assert figure["tally"]["down_us"] == 2 * 3_600_000_000
    assert (figure["state"], figure["basis"]) == ("breached", "imported")


def test_an_address_that_is_not_allowed_is_not_asked(commands: Commands) -> None:
    refused = commands("import", "prometheus", "imp-prom", *DAY, allow="")

    assert refused.exit_code == 1
    assert "cannot be asked" in refused.stderr


def test_a_series_of_an_authority_of_our_own_is_taken_in_where_the_agent_is_told_of_it(
    tmp_path: Path, authority: Authority, server_pair: Pair
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_pair.certificate, server_pair.key)
    with serving(context) as port:
        commands = Commands(tmp_path, port, "https")
        unknown = commands("import", "prometheus", "imp-prom", *DAY)
        known = commands(
            "import", "prometheus", "imp-prom", *DAY, trusting=str(authority.certificate)
        )

    assert "certificate verify failed" in unknown.stderr
    assert known.stdout == "24 results recorded, 0 were known already\n"


def test_a_series_is_no_file(commands: Commands, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("at\n")

    refused = commands("import", "observations", str(file), "--source", "imp-prom")

    assert refused.exit_code == 1
    assert "slamon import prometheus imp-prom" in " ".join(refused.stderr.split())
