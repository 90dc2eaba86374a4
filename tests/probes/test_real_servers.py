"""Probes of servers that nobody here wrote, and what Prometheus' blackbox_exporter says of the same target.

Where the two differ, the name of the test says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.spec import ProbeSpec
from probes.specs.lines import TcpSpec
from probes.specs.web import HttpSpec
from tests.servers.authority import Authority, Pair
from tests.servers.blackbox import Blackbox, Module
from tests.servers.maps import MapServer
from tests.servers.redis import Redis
from tests.servers.running import standing_still
from tests.servers.ssh import Sshd
from tests.servers.web import PASSWORD, USER, Nginx

See = Callable[[ProbeSpec], Observation]
Verdict = tuple[Outcome, str | None]

SECOND = 1_000_000
GOOD: Verdict = (Outcome.GOOD, None)


@pytest.fixture
def see(authority: Authority) -> See:
    """Ask once, with loopback allowed and the tests' root trusted."""

    def seen(spec: ProbeSpec) -> Observation:
        surroundings = Surroundings(networks("127.0.0.0/8"), tls=authority.for_probes())
        return asyncio.run(ask(spec, surroundings))

    return seen


def line(port: int, pattern: str | None, send: str | None = None) -> TcpSpec:
    conditions = [] if pattern is None else [{"field": "banner", "pattern": pattern}]
    said = None if send is None else f"{send}\n"
    document = {"host": "127.0.0.1", "port": port, "timeout": SECOND, "send": said}
    return TcpSpec.model_validate(document | {"conditions": conditions})


def line_module(pattern: str | None, send: str | None = None, timeout: str = "1s") -> Module:
    expected = [] if pattern is None else [{"expect": pattern}]
    said = [] if send is None else [{"send": send}]
    return {"prober": "tcp", "timeout": timeout, "tcp": {"query_response": said + expected}}


GREETINGS = [
    pytest.param("sshd", "port", r"^SSH-2\.0-OpenSSH_", None, id="ssh"),
    pytest.param("vsftpd", "port", "^220 Files of the tests", None, id="ftp"),
    pytest.param("postfix", "port", r"^220 mail\.cms\.example ESMTP", None, id="smtp"),
    pytest.param("dovecot", "imap_port", r"^\* OK .*STARTTLS.* ready", None, id="imap"),
    pytest.param("dovecot", "pop3_port", r"^\+OK .* ready", None, id="pop3"),
    pytest.param("redis_server", "port", r"^\+PONG", "PING", id="redis"),
    pytest.param("mariadb", "port", None, None, id="an open port of mysql"),
    pytest.param("nginx", "tls_port", None, None, id="an open port of the web"),
]


@pytest.mark.parametrize(("server", "port", "pattern", "send"), GREETINGS)
def test_a_server_is_known_by_what_it_says_first(
    see: See,
    blackbox: Blackbox,
    request: pytest.FixtureRequest,
    server: str,
    port: str,
    pattern: str | None,
    send: str | None,
) -> None:
    at: int = getattr(request.getfixturevalue(server), port)
    seen = see(line(at, pattern, send))

    assert (seen.outcome, seen.reason) == GOOD
    assert seen.phases["connect"] > 0
    assert blackbox.probe(line_module(pattern, send), f"127.0.0.1:{at}")


def test_another_service_on_the_port_is_bad(see: See, blackbox: Blackbox, sshd: Sshd) -> None:
    seen = see(line(sshd.port, "^220 "))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "bad_banner")
    assert "SSH-2.0-OpenSSH" in seen.heard.line
    assert not blackbox.probe(line_module("^220 ", timeout="300ms"), f"127.0.0.1:{sshd.port}")


def test_where_nobody_listens_a_port_and_a_page_are_refused(
    see: See, blackbox: Blackbox, authority: Authority, closed_port: int
) -> None:
    url = f"http://127.0.0.1:{closed_port}/"
    found = [see(line(closed_port, None)), see(page(url))]

    assert [(seen.outcome, seen.reason) for seen in found] == [(Outcome.BAD, "refused")] * 2
    assert not blackbox.probe(line_module(None), f"127.0.0.1:{closed_port}")
    assert not blackbox.probe(page_module(authority), url)


def test_a_greeting_that_does_not_come_times_out(see: See, blackbox: Blackbox, sshd: Sshd) -> None:
    with standing_still(sshd.pid):
        seen = see(line(sshd.port, "^SSH-").model_copy(update={"timeout": 300_000}))
        module = line_module("^SSH-", timeout="300ms")
        agrees = not blackbox.probe(module, f"127.0.0.1:{sshd.port}")

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")
    assert agrees
    assert see(line(sshd.port, "^SSH-")).outcome is Outcome.GOOD


def body(text: str) -> dict[str, object]:
    return {"field": "body", "op": "contains", "text": text}


STATUS = {"field": "status", "op": "in", "values": [200]}
VERSION = {"field": "http_version", "op": "in", "values": ["1.1"]}
UP = {"field": "json", "op": "equals", "path": "checks.database", "value": "UP"}
DOWN = {"field": "json", "op": "equals", "path": "checks.database", "value": "DOWN"}
LENGTH = {"field": "json", "op": "equals", "path": "checks.queue.length", "value": 3}
SERVED = {"field": "header", "op": "matches", "name": "X-Served-By", "pattern": "^nginx$"}
HEADER = [{"header": "X-Served-By", "regexp": "^nginx$"}]

PAGES = [
    pytest.param("/", [body("catalogue of services")], {}, GOOD, id="a page"),
    pytest.param("/", [SERVED], {"fail_if_header_not_matches": HEADER}, GOOD, id="a header"),
    pytest.param(
        "/",
        [body("down for maintenance")],
        {"fail_if_body_not_matches_regexp": ["down for maintenance"]},
        (Outcome.BAD, "bad_body"),
        id="a page with another text",
    ),
    pytest.param("/health", [UP, LENGTH], {}, GOOD, id="a health document"),
    pytest.param(
        "/health",
        [DOWN],
        {"fail_if_body_not_matches_regexp": ['"database": "DOWN"']},
        (Outcome.BAD, "bad_json"),
        id="a health document that says otherwise",
    ),
    pytest.param(
        "/", [VERSION], {"valid_http_versions": ["HTTP/1.1"]}, GOOD, id="a version of HTTP"
    ),
    pytest.param(
        "/",
        [VERSION | {"values": ["1.0"]}],
        {"valid_http_versions": ["HTTP/1.0"]},
        (Outcome.BAD, "bad_http_version"),
        id="another version of HTTP",
    ),
    pytest.param("/moved", [], {}, GOOD, id="a redirect"),
    pytest.param("/twice-moved", [], {}, GOOD, id="two redirects"),
    pytest.param("/circle", [], {}, (Outcome.BAD, "redirect_loop"), id="redirects in a circle"),
    pytest.param("/chunked.html", [body("catalogue")], {}, GOOD, id="a page in chunks"),
    pytest.param("/long.txt", [body("slamon slamon")], {}, GOOD, id="a page that may be packed"),
    pytest.param("/missing", [], {}, (Outcome.BAD, "bad_status"), id="a missing page"),
    pytest.param("/forbidden", [], {}, (Outcome.BAD, "bad_status"), id="a forbidden page"),
    pytest.param("/private", [], {}, (Outcome.BAD, "bad_status"), id="a page that asks who we are"),
    pytest.param("/broken", [], {}, (Outcome.BAD, "bad_status"), id="a broken page"),
    pytest.param("/unavailable", [], {}, (Outcome.BAD, "bad_status"), id="an unavailable page"),
    pytest.param("/busy", [], {}, (Outcome.BAD, "bad_status"), id="a busy page"),
    pytest.param("/hangs-up", [], {}, (Outcome.BAD, "closed"), id="a page that hangs up"),
]


def page(url: str, *conditions: object, **more: object) -> HttpSpec:
    document = {"url": url, "timeout": 2 * SECOND, "conditions": [STATUS, *conditions]}
    return HttpSpec.model_validate(document | more)


def page_module(
    authority: Authority, http: Mapping[str, object] | None = None, timeout: str = "2s"
) -> Module:
    trusted = {"tls_config": {"ca_file": str(authority.certificate)}}
    family = {"preferred_ip_protocol": "ip4"}
    return {"prober": "http", "timeout": timeout, "http": trusted | family | dict(http or {})}


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "by TLS"])
@pytest.mark.parametrize(("path", "conditions", "module", "expected"), PAGES)
def test_a_page_is_judged_by_its_reply(
    see: See,
    blackbox: Blackbox,
    nginx: Nginx,
    authority: Authority,
    path: str,
    conditions: list[object],
    module: dict[str, object],
    expected: Verdict,
    *,
    secure: bool,
) -> None:
    url = nginx.tls_url(path) if secure else nginx.url(path)
    seen = see(page(url, *conditions))

    assert (seen.outcome, seen.reason) == expected
    agrees = expected[0] is Outcome.GOOD
    assert blackbox.probe(page_module(authority, module), url) == agrees


def test_a_page_that_trickles_in_beyond_its_time_is_bad(
    see: See, blackbox: Blackbox, nginx: Nginx, authority: Authority
) -> None:
    url = nginx.url("/slow.txt")
    seen = see(page(url, timeout=SECOND))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "drip")
    assert not blackbox.probe(page_module(authority, timeout="1s"), url)


def test_a_web_server_that_stands_still_times_out(
    see: See, blackbox: Blackbox, nginx: Nginx, authority: Authority
) -> None:
    with standing_still(nginx.pid):
        seen = see(page(nginx.url(), timeout=300_000))
        passes = blackbox.probe(page_module(authority, timeout="300ms"), nginx.url())

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")
    assert not passes
    assert see(page(nginx.url())).outcome is Outcome.GOOD


def test_a_password_opens_a_private_page(
    see: See,
    blackbox: Blackbox,
    nginx: Nginx,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLAMON_TEST_USER", USER)
    monkeypatch.setenv("SLAMON_TEST_PASSWORD", PASSWORD)
    who = {"user": "env:SLAMON_TEST_USER", "password": "env:SLAMON_TEST_PASSWORD"}
    seen = see(page(nginx.tls_url("/private"), basic=who))

    assert (seen.outcome, seen.reason) == GOOD
    module = page_module(authority, {"basic_auth": {"username": USER, "password": PASSWORD}})
    assert blackbox.probe(module, nginx.tls_url("/private"))


def test_without_its_certificate_a_client_is_not_served(
    see: See, blackbox: Blackbox, nginx: Nginx, authority: Authority
) -> None:
    seen = see(page(nginx.client_url()))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "bad_status")
    assert not blackbox.probe(page_module(authority), nginx.client_url())


def test_a_client_with_its_certificate_is_served(
    see: See, blackbox: Blackbox, nginx: Nginx, authority: Authority, client_pair: Pair
) -> None:
    shown = {
        "certificate": f"file:{client_pair.certificate}",
        "key": f"file:{client_pair.key}",
    }
    seen = see(page(nginx.client_url(), client_certificate=shown))

    assert (seen.outcome, seen.reason) == GOOD
    terms = {
        "ca_file": str(authority.certificate),
        "cert_file": str(client_pair.certificate),
        "key_file": str(client_pair.key),
    }
    assert blackbox.probe(page_module(authority, {"tls_config": terms}), nginx.client_url())


def test_a_cookie_is_shown_again_where_a_redirect_leads(
    see: See, blackbox: Blackbox, nginx: Nginx, authority: Authority
) -> None:
    seen = see(page(nginx.tls_url("/cookie"), body("session is 41")))

    assert (seen.outcome, seen.reason) == GOOD
    module = page_module(authority, {"fail_if_body_not_matches_regexp": ["session is 41"]})
    assert blackbox.probe(module, nginx.tls_url("/cookie"))


def test_a_root_that_is_not_ours_is_not_trusted(see: See, blackbox: Blackbox, nginx: Nginx) -> None:
    seen = asyncio.run(ask(page(nginx.tls_url()), Surroundings(networks("127.0.0.0/8"))))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "tls_chain")
    assert not blackbox.probe({"prober": "http", "timeout": "2s"}, nginx.tls_url())


def drawing(of: str) -> dict[str, str]:
    where = {"crs": "EPSG:4326", "bbox": "46,9,49,18", "width": "100", "height": "50"}
    asked = {"service": "WMS", "version": "1.3.0", "request": "GetMap", "layers": of, "styles": ""}
    return asked | where | {"format": "image/png"}


PICTURE = {"field": "header", "op": "matches", "name": "Content-Type", "pattern": "^image/png$"}


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param("there", GOOD, id="data that is there"),
        pytest.param(
            "lost", (Outcome.BAD, "bad_header"), id="data that is lost, told with status 200"
        ),
    ],
)
def test_a_map_is_judged_by_being_drawn(
    see: See,
    blackbox: Blackbox,
    mapserver: MapServer,
    authority: Authority,
    layer: str,
    expected: Verdict,
) -> None:
    url = mapserver.url(**drawing(getattr(mapserver, layer)))
    seen = see(page(url, PICTURE))

    assert (seen.outcome, seen.reason) == expected
    wanted = [{"header": "Content-Type", "regexp": "^image/png$"}]
    module = page_module(authority, {"fail_if_header_not_matches": wanted})
    assert blackbox.probe(module, url) == (expected == GOOD)


def test_the_first_line_counts_where_the_exporter_reads_on_until_one_fits(
    see: See, blackbox: Blackbox, redis_server: Redis
) -> None:
    said = "AUTH nobody wrong\r\nPING"
    seen = see(line(redis_server.port, r"^\+PONG", said))

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "bad_banner")
    assert blackbox.probe(line_module(r"^\+PONG", said), f"127.0.0.1:{redis_server.port}")
