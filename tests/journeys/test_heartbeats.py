"""A nightly job reports itself: it fails once, goes silent, and breaches its month; and over HTTP, by a real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from catalogue.instants import HOUR, MINUTE, parse_instant
from slamon.app import heartbeats
from slamon.app.heartbeats import Said
from slamon.cli.hearing import listening
from slamon.cli.house import House
from slamon.cli.main import app
from slamon.ledger.format import FormatError, refuse_newer
from slamon.sla.heartbeats import Expected

DOCUMENT = """\
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-backup, name: {en: Backup, fr: Sauvegarde, es: Copia}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
locations:
- {id: loc-bonn, name: {en: Bonn, fr: Bonn, es: Bonn}, prov: {_: I}}
service_hours:
- {id: always, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00",
   holidays: null, prov: {_: I}}
agreements:
- id: sla-backup
  kind: sla
  name: {en: Backup, fr: Sauvegarde, es: Copia}
  customer: host
  provider: host
  tz: UTC
  state: in_force
  signed_on: null
  in_force: {from: 2026-01-01, to: null}
  recommendations: []
  objectives:
  - {id: o1, service: svc-backup, indicator: availability, target: "90.00", period: calendar_month,
     service_hours: always, data: [hb-backup], remedy: {kind: review_item, after_periods: 1}}
  - {id: o2, service: svc-backup, indicator: latency, target: {share: "95.00", within: PT30M},
     period: calendar_month, service_hours: always, data: [hb-backup],
     remedy: {kind: review_item, after_periods: 1}}
  prov: {_: I}
probes:
- {id: hb-backup, kind: heartbeat, service: svc-backup, interval: PT24H, grace: PT2H, keep_output: true, prov: {_: I}}
"""
FEBRUARY = parse_instant("2026-02-01T00:00:00Z")
DAY = 24 * HOUR
HB = Expected("hb-backup", DAY, 2 * HOUR, "loc-bonn")


class Books:
    """The commands in a data folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "var"
        documents = folder / "documents"
        documents.mkdir()
        (documents / "backup.yaml").write_text(DOCUMENT)
        self("catalogue", "apply", str(documents), "--yes")

    def __call__(self, *arguments: str, code: int = 0) -> str:
        env = {"SLAMON_DATA": str(self.data), "SLAMON_ACTOR": "rita", "COLUMNS": "200"}
        done = CliRunner(env=env).invoke(app, arguments)
        assert done.exit_code == code, done.output
        return done.stdout


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def nights() -> Iterator[tuple[int, str, int]]:
    """Instant, signal and length of each run of February: the 10th fails, after the 20th there is silence."""
    for night in range(20):
        at = FEBRUARY + night * DAY + 2 * HOUR
        yield at, "fail" if night == 9 else "success", 40 if night == 4 else 20


def test_a_job_that_fails_once_and_goes_silent_breaches_its_month(books: Books) -> None:
    with House(books.data) as house:
        duty = listening(house, "loc-bonn", FEBRUARY)
        runs = list(nights())
        for hour in range(28 * 24 + 1):
            now = FEBRUARY + hour * HOUR + 30 * MINUTE
            while runs and runs[0][0] + runs[0][2] * MINUTE <= now:
                at, signal, minutes = runs.pop(0)
                for said in (Said(at, "start"), Said(at + minutes * MINUTE, signal)):  # type: ignore[arg-type]
                    heartbeats.take(house.ledger, HB, said, keep_output=True)
            duty.listener.life = now - MINUTE  # somebody looked a minute ago
            duty.listener.look(now)

    told = json.loads(
        books("judge", "--agreement", "sla-backup", "--period", "2026-02", "--json", code=1)
    )
    found = {each["objective"]: each for each in told["objectives"]}

    # Unknown until the first end at 02:20; down from the failure of the 10th at 02:20 for a day; down again from 26 h
    # after the last end, the 20th at 02:20, until the end of the month.
    down = DAY + (parse_instant("2026-03-01T00:00:00Z") - parse_instant("2026-02-21T04:20:00Z"))
    assert found["o1"]["tally"]["down_us"] == down
    assert found["o1"]["tally"]["unknown_us"] == 2 * HOUR + 20 * MINUTE
    assert (found["o1"]["state"], found["o1"]["basis"]) == ("breached", "measured")
    assert [each["from"] for each in found["o1"]["outages"]] == [
        "2026-02-10T02:20:00Z",
        "2026-02-21T04:20:00Z",
    ]
    # Of 20 runs one failed and one took 40 minutes; late are 8 nights of silence from the 21st on.
    assert (found["o2"]["state"], found["o2"]["measured"]["good"]) == ("breached", 18)
    assert found["o2"]["measured"]["total"] == 28


def test_a_run_of_which_nobody_said_when_it_began_is_no_case_of_its_length(books: Books) -> None:
    with House(books.data) as house:
        for night, signals in enumerate((("start", "success"), ("success",), ("start", "fail"))):
            for number, signal in enumerate(signals):
                at = FEBRUARY + night * DAY + number * 10 * MINUTE
                heartbeats.take(house.ledger, HB, Said(at, signal), keep_output=True)  # type: ignore[arg-type]

    told = json.loads(
        books("judge", "--agreement", "sla-backup", "--period", "2026-02", "--json", code=1)
    )

    (length,) = (each for each in told["objectives"] if each["objective"] == "o2")
    assert (length["measured"]["good"], length["measured"]["total"]) == (1, 2)


def test_an_older_program_is_kept_from_a_ledger_with_keys_of_heartbeats(books: Books) -> None:
    books("heartbeat", "issue", "hb-backup", "--json")

    with House(books.data) as house, pytest.raises(FormatError, match="has format 3"):
        refuse_newer(house.ledger, known=2)


@pytest.fixture
def up(started: Callable[..., Any], books: Books) -> Any:
    return started("up --no-agent", books.data, SLAMON_ACTOR="rita")


def test_a_cron_job_reports_itself_over_http(books: Books, up: Any) -> None:
    url = json.loads(books("heartbeat", "issue", "hb-backup", "--json"))["url"]
    path = urlsplit(url).path
    run = {"rid": "4b8f6f9e-3f0e-4f55-9d0c-0a6c1b1f7b11"}

    assert httpx.get(f"{up.url}{path}/start", params=run).text == "OK"
    ended = httpx.post(f"{up.url}{path}/3", params=run, content=b"no space; password=tulip")

    assert (ended.status_code, ended.text) == (200, "OK")
    (line,) = json.loads(books("heartbeat", "list", "--json"))
    assert (line["outcome"], line["running_since"], line["late"]) == ("bad", None, False)
    (probe,) = json.loads(books("probe", "list", "--json"))
    assert (probe["kind"], probe["outcome"], probe["location"]) == ("heartbeat", "bad", "loc-bonn")
    assert probe["latency_us"] > 0
    assert probe["target"] == "reports itself"
    page = httpx.get(f"{up.url}/probes/hb-backup")
    assert page.status_code == 200
    shown = books("ledger", "show")
    assert "tulip" not in shown
    assert path.rpartition("/")[2] not in shown


def test_the_list_tells_the_newest_end_apart_from_how_it_stands(books: Books) -> None:
    with House(books.data) as house:
        heartbeats.take(house.ledger, HB, Said(FEBRUARY, "success"), keep_output=True)

    (line,) = json.loads(books("heartbeat", "list", "--json"))
    shown = " ".join(books("heartbeat", "list").split())

    assert (line["ended"], line["outcome"], line["late"]) == ("good", None, True)
    assert "newest end it was running since due now" in shown
    assert shown.endswith("2026-02-01T00:00:00Z good – 2026-02-02T00:00:00Z late")


def test_a_revoked_key_opens_nothing(books: Books, up: Any) -> None:
    path = urlsplit(json.loads(books("heartbeat", "issue", "hb-backup", "--json"))["url"]).path
    assert httpx.head(f"{up.url}{path}").status_code == 200

    books("heartbeat", "revoke", "hb-backup", "--reason", "it stood in a public script")

    assert httpx.get(f"{up.url}{path}").status_code == 404
    assert httpx.get(f"{up.url}/ping/guessed").status_code == 404
