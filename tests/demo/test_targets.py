from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.message
import dns.rcode
import pytest
from cryptography import x509
from ruamel.yaml import YAML

from catalogue.compile import NotYet, spec_of
from catalogue.probing import Probe, ProbeDefaults
from catalogue.reader import read
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.outcome import Outcome
from probes.prober import ask
from probes.tls import TlsContext
from slamon.demo.targets import Running

Ask = Callable[[Callable[[Running], Coroutine[Any, Any, Any]]], Any]
SIGNED_IN = f"Authorization: Basic {b64encode(b'guest:of-the-demo').decode()}\r\n"


def test_every_demo_target_of_the_starter_set_is_open(visit: Ask, tree: Path) -> None:
    document = tree / "catalogue/starter/cms-2008/probes.yaml"
    written = [probe["demo_target"] for probe in YAML(typ="safe").load(document)["probes"]]

    async def visitor(running: Running) -> None:
        assert set(written) <= set(running.addresses)
        for each in written:
            place = running.addresses[each].removeprefix("http://").partition("/")[0]
            _, writer = await asyncio.open_connection(*place.split(":"))
            writer.close()
            await writer.wait_closed()

    visit(visitor)


def test_every_probe_of_the_starter_set_is_good_against_its_demo_target(
    visit: Ask, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAMON_HC_USER", "guest")
    monkeypatch.setenv("SLAMON_HC_PASSWORD", "of-the-demo")
    catalogue = read([tree / "catalogue/starter/cms-2008"])
    ((_, defaults),) = catalogue.of(ProbeDefaults)

    async def visitor(running: Running) -> dict[str, tuple[Outcome, str]]:
        trusted = tmp_path / "certificate.pem"
        trusted.write_bytes(running.certificate)
        trusting = TlsContext(trusted, system=False)
        surroundings = Surroundings(allow=networks("127.0.0.0/8"), tls=trusting)
        found = {}
        for _, probe in catalogue.of(Probe):
            spec = spec_of(probe, defaults, "demo_target", running.places)
            if not isinstance(spec, NotYet):
                seen = await ask(spec, surroundings)
                found[probe.id] = seen.outcome, seen.text
        return found

    found = visit(visitor)

    assert len(found) >= 15
    assert {probe: seen for probe, seen in found.items() if seen[0] != Outcome.GOOD} == {}


@pytest.mark.parametrize(
    ("written", "header", "found"),
    [
        pytest.param("/up", "", "up", id="the control page"),
        pytest.param("/web", "", "CMS", id="the start page names CMS"),
        pytest.param(
            "/web/fr", "Content-Language: fr", "accueil", id="the French page says its language"
        ),
        pytest.param("/ims", "", "Information", id="the information system"),
        pytest.param("/ims/search?q=ciconia", "", "Ciconia ciconia", id="the stork is found"),
        pytest.param("/groms", "", "species", id="the register"),
        pytest.param("/reports/login", "", "<form", id="the form to sign in"),
        pytest.param("/km", "", "portal", id="the portal"),
        pytest.param("/contacts", "", "Contacts", id="the contacts"),
    ],
)
def test_a_page_shows_what_its_probe_expects(
    visit: Ask, written: str, header: str, found: str
) -> None:
    status, headers, body = visit(lambda running: _get(running, written))

    assert status == 200
    assert header in headers
    assert found in body


def test_the_search_finds_only_what_is_asked_for(visit: Ask) -> None:
    _, _, body = visit(
        lambda running: _get(running, "/ims/search?q=ciconia", path="/ims/search?q=dodo")
    )

    assert "0 found" in body
    assert "Ciconia" not in body


def test_the_portal_answers_in_json(visit: Ask) -> None:
    _, headers, body = visit(lambda running: _get(running, "/km/odata"))

    assert "application/json" in headers
    assert json.loads(body)["value"][0]["title"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param(SIGNED_IN, 200, id="the agreed user is let in"),
        pytest.param("", 401, id="nobody is refused"),
        pytest.param(
            "Authorization: Basic Z3Vlc3Q6d3Jvbmc=\r\n", 401, id="a wrong password is refused"
        ),
        pytest.param("Authorization: Basic %%%\r\n", 401, id="nonsense is refused"),
        pytest.param("Authorization: Bearer x\r\n", 401, id="another scheme is refused"),
    ],
)
def test_the_health_check_asks_who_is_there(visit: Ask, header: str, status: int) -> None:
    found, headers, body = visit(lambda running: _get(running, "/hc/last_cron", header))

    assert found == status
    assert ("WWW-Authenticate" in headers) == (status == 401)
    assert status == 401 or json.loads(body) == {"last_cron_plugin": {"active_and_running": True}}


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        pytest.param("GET /nowhere HTTP/1.1", 404, id="an unknown page is not found"),
        pytest.param("POST /web HTTP/1.1", 405, id="nothing can be posted"),
        pytest.param("GET HTTP/1.1", 400, id="a request without a path is none"),
        pytest.param("GET http://elsewhere.example/ HTTP/1.1", 400, id="it is no proxy"),
    ],
)
def test_other_requests_are_refused(visit: Ask, request_line: str, status: int) -> None:
    async def visitor(running: Running) -> str:
        return await _talk(_place(running, "/web"), f"{request_line}\r\nHost: x\r\n\r\n")

    assert visit(visitor).startswith(f"HTTP/1.1 {status} ")


def test_a_head_request_gets_the_headers_alone(visit: Ask) -> None:
    async def visitor(running: Running) -> str:
        return await _talk(_place(running, "/web"), "HEAD /web HTTP/1.1\r\nHost: x\r\n\r\n")

    head, _, body = visit(visitor).partition("\r\n\r\n")

    assert "Content-Length:" in head
    assert body == ""


def test_the_french_page_fails_as_published_while_the_start_page_does_not(
    visit: Ask, clock: Any
) -> None:
    clock.set("2026-11-23T10:40:30Z")

    status, headers, _ = visit(lambda running: _get(running, "/web/fr"))

    assert status == 503
    assert "Retry-After: 90" in headers
    assert visit(lambda running: _get(running, "/web"))[0] == 200


def test_the_first_page_publishes_the_schedule_with_the_next_fault(visit: Ask, clock: Any) -> None:
    clock.set("2026-11-23T10:08:00Z")

    async def visitor(running: Running) -> str:
        assert running.page.endswith("/")
        return (await _get(running, "/up", path="/"))[2]

    page = visit(visitor)

    assert "minute 3 to minute 7 of every ten minutes" in page
    assert "2026-11-23T10:13:00Z to 2026-11-23T10:17:00Z" in page
    assert "2026-11-23T10:40:00Z to 2026-11-23T10:42:00Z" in page


@pytest.mark.parametrize(
    ("clock_shows", "banner"),
    [
        pytest.param("2026-11-23T10:02:00Z", "220 mail.unv-bonn.example ESMTP\r\n", id="it greets"),
        pytest.param(
            "2026-11-23T10:03:00Z", "421 4.3.2 Service not available\r\n", id="it refuses"
        ),
    ],
)
def test_the_mail_server_greets_or_refuses(
    visit: Ask, clock: Any, clock_shows: str, banner: str
) -> None:
    clock.set(clock_shows)

    async def visitor(running: Running) -> str:
        return await _talk(running.addresses["127.0.0.1:18025"], "")

    assert visit(visitor) == banner


def test_the_mail_server_takes_its_leave(visit: Ask) -> None:
    async def visitor(running: Running) -> str:
        return await _talk(running.addresses["127.0.0.1:18025"], "HELP\r\nQUIT\r\n")

    assert visit(visitor).splitlines()[1:] == ["502 5.5.1 Not implemented", "221 2.0.0 Bye"]


@pytest.mark.parametrize("ask", [dns.asyncquery.udp, dns.asyncquery.tcp], ids=["by UDP", "by TCP"])
@pytest.mark.parametrize(
    ("name", "kind", "code", "answers"),
    [
        pytest.param(
            "www.cms.example", "A", "NOERROR", ["192.0.2.10"], id="the name has an address"
        ),
        pytest.param("www.cms.example", "AAAA", "NOERROR", [], id="but no IPv6 address"),
        pytest.param("ftp.cms.example", "A", "NXDOMAIN", [], id="another name does not exist"),
        pytest.param("www.other.example", "A", "REFUSED", [], id="another zone is not served"),
    ],
)
def test_the_name_server_answers(
    visit: Ask, ask: Any, name: str, kind: str, code: str, answers: list[str]
) -> None:
    async def visitor(running: Running) -> dns.message.Message:
        host, port = running.addresses["127.0.0.1:18053"].split(":")
        found: dns.message.Message = await ask(
            dns.message.make_query(name, kind), host, port=int(port), timeout=5
        )
        return found

    reply = visit(visitor)

    assert dns.rcode.to_text(reply.rcode()) == code
    assert [item.to_text() for rrset in reply.answer for item in rrset] == answers


def test_the_name_server_survives_nonsense(visit: Ask) -> None:
    async def visitor(running: Running) -> int:
        host, port = running.addresses["127.0.0.1:18053"].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"nonsense", (host, int(port)))
        query = dns.message.make_query("www.cms.example", "A")
        return len((await dns.asyncquery.udp(query, host, port=int(port), timeout=5)).answer)

    assert visit(visitor) == 1


def test_the_certificate_names_the_host_and_has_sixty_days_left(visit: Ask, clock: Any) -> None:
    async def visitor(running: Running) -> tuple[str, bytes]:
        trust = ssl.create_default_context(cadata=running.certificate.decode())
        place = running.addresses["127.0.0.1:18443"]
        said = await _talk(
            place, "GET /web HTTP/1.1\r\n\r\n", ssl=trust, server_hostname="www.cms.example"
        )
        return said, running.certificate

    # The handshake is judged by the clock of the machine.
    clock.now = time.time_ns() // 1000
    said, certificate = visit(visitor)

    assert said.startswith("HTTP/1.1 200")
    left = x509.load_pem_x509_certificate(certificate).not_valid_after_utc.timestamp() - time.time()
    assert left // 86_400 == 60


def test_a_target_whose_port_is_taken_moves_to_a_free_one_and_says_so(visit: Ask) -> None:
    async def visitor(running: Running) -> tuple[str, str]:
        return running.moved["127.0.0.1:18025"], await _talk(running.moved["127.0.0.1:18025"], "")

    with _taken(18025):
        address, banner = visit(visitor)

    assert address != "127.0.0.1:18025"
    assert banner.startswith("220 ")


def test_stopping_ends_conversations_and_closes_the_ports(visit: Ask) -> None:
    async def visitor(running: Running) -> str:
        host, port = running.addresses["127.0.0.1:18081"].split(":")
        reader, writer = await asyncio.open_connection(host, port)
        await running.stop()
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(host, port)
        return "stopped"

    assert visit(visitor) == "stopped"


def _place(running: Running, written: str) -> str:
    address = running.addresses[f"http://127.0.0.1:18080{written}"]
    return address.removeprefix("http://").partition("/")[0]


async def _get(
    running: Running, written: str, header: str = "", path: str | None = None
) -> tuple[int, str, str]:
    asked = f"GET {path or written} HTTP/1.1\r\nHost: loopback.example\r\n{header}\r\n"
    head, _, body = (await _talk(_place(running, written), asked)).partition("\r\n\r\n")
    return int(head.split(" ")[1]), head, body


async def _talk(place: str, said: str, **tls: Any) -> str:
    reader, writer = await asyncio.open_connection(*place.split(":"), **tls)
    writer.write(said.encode())
    if writer.can_write_eof():
        writer.write_eof()
    heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    return heard.decode()


@contextmanager
def _taken(port: int) -> Iterator[None]:
    with socket.socket() as other:
        with suppress(OSError):  # then it is taken already, by a demonstration on this machine
            other.bind(("127.0.0.1", port))
            other.listen()
        yield
