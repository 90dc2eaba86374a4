"""Talks with servers that nobody here wrote: greeted, asked for TLS, signed in, and told what is not expected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.lines import TcpSpec
from tests.servers.authority import Authority
from tests.servers.mailboxes import PASSWORD, Dovecot
from tests.servers.smtp import Postfix

Moves = list[dict[str, Any]]
Talked = Callable[..., Observation]

SECOND = 1_000_000
ENOUGH_DAYS = {"field": "certificate", "op": "min_days_left", "days": 1}
BEGIN_TLS = {"move": "begin_tls"}


def said(text: str) -> dict[str, str]:
    return {"move": "send", "text": f"{text}\r\n"}


def heard(pattern: str, refused: str | None = None) -> dict[str, str | None]:
    return {"move": "expect", "pattern": pattern, "refused": refused}


@pytest.fixture
def talk(authority: Authority) -> Talked:
    """Go through moves with a port of loopback, whose certificate is made out to localhost."""

    def talked(port: int, moves: Moves, **more: object) -> Observation:
        document = {"host": "127.0.0.1", "port": port, "timeout": 2 * SECOND, "name": "localhost"}
        spec = TcpSpec.model_validate({**document, "moves": moves, **more})
        surroundings = Surroundings(networks("127.0.0.0/8"), tls=authority.for_probes())
        return asyncio.run(ask(spec, surroundings))

    return talked


SECURED = [
    pytest.param(
        ("postfix", "port"),
        [
            heard("^220 "),
            said("EHLO slamon.example"),
            heard("^250 "),
            said("STARTTLS"),
            heard("^220 "),
            BEGIN_TLS,
            said("EHLO slamon.example"),
            heard("^250 "),
            said("QUIT"),
        ],
        id="smtp",
    ),
    pytest.param(
        ("dovecot", "imap_port"),
        [
            heard(r"^\* OK"),
            said("a STARTTLS"),
            heard("^a OK"),
            BEGIN_TLS,
            said(f"b LOGIN someone {PASSWORD}"),
            heard("^b OK"),
            said("c LOGOUT"),
            heard("^c OK"),
        ],
        id="imap, signed in",
    ),
    pytest.param(
        ("dovecot", "pop3_port"),
        [heard(r"^\+OK"), said("STLS"), heard(r"^\+OK"), BEGIN_TLS, said("QUIT"), heard(r"^\+OK")],
        id="pop3",
    ),
    pytest.param(
        ("vsftpd", "port"),
        [
            heard("^220 "),
            said("AUTH TLS"),
            heard("^234 "),
            BEGIN_TLS,
            said("USER anonymous"),
            heard("^331 |^230 |^530 "),
        ],
        id="ftp",
    ),
]


@pytest.mark.parametrize(("server", "moves"), SECURED)
def test_a_talk_goes_on_under_tls(
    talk: Talked, request: pytest.FixtureRequest, server: tuple[str, str], moves: Moves
) -> None:
    port = getattr(request.getfixturevalue(server[0]), server[1])
    seen = talk(port, moves, conditions=[ENOUGH_DAYS])
    assert (seen.outcome, seen.reason, seen.text) == (Outcome.GOOD, None, "")
    assert [stage.name for stage in seen.stages][:4] == ["dns", "guard", "connect", "first_byte"]
    assert seen.phases["tls"] > 0
    assert seen.evidence().certificate_until is not None


def test_a_talk_may_begin_under_tls(talk: Talked, dovecot: Dovecot) -> None:
    moves: Moves = [heard(r"^\* OK"), said("a CAPABILITY"), heard("^a OK")]
    seen = talk(dovecot.imaps_port, moves, tls=True)
    assert (seen.outcome, seen.text) == (Outcome.GOOD, "")


def test_a_password_is_sent_and_never_told(
    talk: Talked, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAMON_TEST_MAIL", "not-the-password")
    login = {"move": "send_secret", "before": "a LOGIN someone ", "secret": "env:SLAMON_TEST_MAIL"}
    moves = [heard(r"^\* OK"), login, heard("^a OK", refused="^a NO")]
    # Dovecot lets whoever has no right password wait for two seconds.
    seen = talk(dovecot.imap_port, moves, timeout=10 * SECOND)
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "unexpected")
    assert seen.text.startswith("expected ^a OK, heard a NO ")
    assert "not-the-password" not in repr(seen)


def test_a_secret_that_is_missing_says_nothing_of_the_target(
    talk: Talked, dovecot: Dovecot
) -> None:
    moves = [heard(r"^\* OK"), {"move": "send_secret", "secret": "env:SLAMON_NOT_SET"}]
    seen = talk(dovecot.imap_port, moves)
    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "secret_missing")


def test_what_was_heard_instead_is_told_when_time_is_up(talk: Talked, postfix: Postfix) -> None:
    seen = talk(postfix.port, [heard("^220 "), said("VRFY"), heard("^250 ")], timeout=SECOND)
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "unexpected")
    assert seen.text.startswith("expected ^250 , heard 50")


def test_a_server_that_hangs_up_in_between_is_not_good(talk: Talked, postfix: Postfix) -> None:
    seen = talk(postfix.port, [heard("^220 "), said("QUIT"), heard("^221 "), heard("^250 ")])
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "closed")
