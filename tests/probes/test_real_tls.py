"""TLS of servers that nobody here wrote, begun at once or asked for, beside what blackbox_exporter says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.spec import ProbeSpec
from probes.specs.certificates import TlsSpec
from probes.specs.lines import TcpSpec
from tests.servers.authority import Authority
from tests.servers.blackbox import Blackbox, Module
from tests.servers.redis import Redis
from tests.servers.ssh import Sshd

Talk = Sequence[dict[str, object]]
SECOND = 1_000_000
PATIENCE = 3 * SECOND

TLS: dict[str, object] = {"starttls": True}
SMTP: Talk = [
    {"expect": "^220 "},
    {"send": "EHLO client.example"},
    {"expect": "^250 CHUNKING"},
    {"send": "STARTTLS"},
    {"expect": "^220 "},
    TLS,
]
IMAP: Talk = [{"expect": "OK.*STARTTLS"}, {"send": ". STARTTLS"}, {"expect": "OK"}, TLS]
POP3: Talk = [{"expect": r"^\+OK"}, {"send": "STLS"}, {"expect": r"^\+OK"}, TLS]
FTP: Talk = [{"expect": "^220 "}, {"send": "AUTH TLS"}, {"expect": "^234 "}, TLS]

SERVERS = [
    pytest.param("nginx", "tls_port", None, None, id="https"),
    pytest.param("redis_server", "tls_port", None, None, id="redis by tls"),
    pytest.param("dovecot", "imaps_port", None, None, id="imaps"),
    pytest.param("dovecot", "pop3s_port", None, None, id="pop3s"),
    pytest.param("postfix", "port", "smtp", SMTP, id="smtp"),
    pytest.param("dovecot", "imap_port", "imap", IMAP, id="imap"),
    pytest.param("dovecot", "pop3_port", "pop3", POP3, id="pop3"),
    pytest.param("vsftpd", "port", "ftp", FTP, id="ftp"),
]


def seen(spec: ProbeSpec, authority: Authority | None) -> Observation:
    allowed = networks("127.0.0.0/8")
    known = (
        Surroundings(allowed, tls=authority.for_probes()) if authority else Surroundings(allowed)
    )
    return asyncio.run(ask(spec, known))


def handshake(port: int, starttls: str | None, **more: object) -> TlsSpec:
    document = {"host": "127.0.0.1", "port": port, "timeout": PATIENCE, "starttls": starttls}
    return TlsSpec.model_validate(document | more)


def module(talk: Talk | None, authority: Authority | None) -> Module:
    terms = {"ca_file": str(authority.certificate)} if authority else {}
    tcp = {"tls": talk is None, "tls_config": terms, "query_response": list(talk or ())}
    return {"prober": "tcp", "timeout": "3s", "tcp": tcp}


@pytest.mark.parametrize(("server", "port", "starttls", "talk"), SERVERS)
def test_a_server_shows_a_certificate_that_is_trusted(
    request: pytest.FixtureRequest,
    blackbox: Blackbox,
    authority: Authority,
    server: str,
    port: str,
    starttls: str | None,
    talk: Talk | None,
) -> None:
    at: int = getattr(request.getfixturevalue(server), port)
    days = {"field": "certificate", "op": "min_days_left", "days": 80}
    shown = seen(handshake(at, starttls, conditions=[days]), authority)

    assert (shown.outcome, shown.reason) == (Outcome.GOOD, None)
    assert shown.phases["tls"] > 0
    assert blackbox.probe(module(talk, authority), f"127.0.0.1:{at}")


@pytest.mark.parametrize(("server", "port", "starttls", "talk"), SERVERS)
def test_a_server_is_not_trusted_by_whom_its_root_is_unknown_to(
    request: pytest.FixtureRequest,
    blackbox: Blackbox,
    server: str,
    port: str,
    starttls: str | None,
    talk: Talk | None,
) -> None:
    at: int = getattr(request.getfixturevalue(server), port)
    shown = seen(handshake(at, starttls), None)

    # Redis shows its root with its certificate, the others leave out what leads to it.
    reason = "tls_untrusted" if server == "redis_server" else "tls_chain"
    assert (shown.outcome, shown.reason) == (Outcome.BAD, reason)
    assert not blackbox.probe(module(talk, None), f"127.0.0.1:{at}")


def test_a_name_that_is_not_in_the_certificate_is_another_host(
    blackbox: Blackbox, authority: Authority, redis_server: Redis
) -> None:
    shown = seen(handshake(redis_server.tls_port, None, name="shop.cms.example"), authority)
    terms = {"ca_file": str(authority.certificate), "server_name": "shop.cms.example"}
    tcp = {"tls": True, "tls_config": terms}

    assert (shown.outcome, shown.reason) == (Outcome.BAD, "tls_hostname")
    asked = {"prober": "tcp", "timeout": "3s", "tcp": tcp}
    assert not blackbox.probe(asked, f"127.0.0.1:{redis_server.tls_port}")


def test_a_server_that_speaks_no_tls_is_bad(
    blackbox: Blackbox, authority: Authority, sshd: Sshd
) -> None:
    shown = seen(handshake(sshd.port, None), authority)

    assert (shown.outcome, shown.reason) == (Outcome.BAD, "tls_handshake")
    assert not blackbox.probe(module(None, authority), f"127.0.0.1:{sshd.port}")


def test_a_password_is_said_under_tls_and_kept_from_the_evidence(
    authority: Authority, redis_server: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAMON_TEST_PASSWORD", redis_server.password)
    moves = [
        {
            "move": "send_secret",
            "before": f"AUTH {redis_server.user} ",
            "secret": "env:SLAMON_TEST_PASSWORD",
        },
        {"move": "expect", "pattern": r"^\+OK", "refused": "^-"},
        {"move": "send", "text": "PING\r\n"},
        {"move": "expect", "pattern": r"^\+PONG", "refused": "^-"},
    ]
    where = {"host": "127.0.0.1", "port": redis_server.tls_port, "timeout": PATIENCE}
    shown = seen(TcpSpec.model_validate({**where, "tls": True, "moves": moves}), authority)

    assert (shown.outcome, shown.reason) == (Outcome.GOOD, None)
    assert redis_server.password not in repr(shown)
