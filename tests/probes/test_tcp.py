"""TCP probes against servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from probes.observation import Observation
from probes.outcome import Outcome
from probes.specs.lines import TcpSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]


def at(banner: str | None = "^220 ", **more: object) -> Callable[[int], TcpSpec]:
    conditions = [] if banner is None else [{"field": "banner", "pattern": banner}]

    def spec(port: int) -> TcpSpec:
        document = {"host": "127.0.0.1", "port": port, "timeout": 2_000_000}
        return TcpSpec.model_validate(document | {"conditions": conditions} | more)

    return spec


def saying(*parts: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)

    return talk


@pytest.mark.parametrize(
    ("talk", "outcome", "reason"),
    [
        pytest.param(saying(b"220 mail.example\r\n"), Outcome.GOOD, None, id="the banner"),
        pytest.param(saying(b"22", b"0 hi\n"), Outcome.GOOD, None, id="the banner in two parts"),
        pytest.param(saying(b"554 no\r\n"), Outcome.BAD, "bad_banner", id="another banner"),
        pytest.param(saying(), Outcome.BAD, "closed", id="a server that hangs up"),
        pytest.param(saying(b"x" * 9999), Outcome.BAD, "bad_banner", id="a line without end"),
        pytest.param(
            saying(b"220 " + b"x" * 5000 + b"\r\n"),
            Outcome.GOOD,
            None,
            id="a line that is too long",
        ),
        pytest.param(saying(b"220 mail"), Outcome.GOOD, None, id="a line that the end cuts off"),
    ],
)
def test_a_server_is_judged_by_its_first_line(
    observe: Observe, talk: Talk, outcome: Outcome, reason: str | None
) -> None:
    seen = observe(talk, at())
    assert (seen.outcome, seen.reason) == (outcome, reason)


def test_without_a_banner_an_open_port_is_good(observe: Observe, silent: Talk) -> None:
    seen = observe(silent, at(banner=None))
    assert seen.outcome is Outcome.GOOD
    assert seen.suspect or seen.latency is not None


def test_a_silent_server_times_out(observe: Observe, silent: Talk) -> None:
    seen = observe(silent, at(timeout=100_000))
    assert (seen.outcome, seen.reason, seen.latency) == (Outcome.BAD, "timeout", None)


def test_a_reset_is_bad(observe: Observe, resetting: Talk) -> None:
    seen = observe(resetting, at(send="QUIT\r\n"))
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "reset")


def test_something_may_be_said_first(observe: Observe) -> None:
    async def redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        writer.write(b"+PONG\r\n" if asked == b"PING\r\n" else b"-ERR\r\n")
        await writer.drain()

    seen = observe(redis, at(banner=r"^\+PONG", send="PING\r\n"))
    assert seen.outcome is Outcome.GOOD


def test_a_closed_port_is_refused(observe: Observe, silent: Talk, closed_port: int) -> None:
    seen = observe(silent, lambda _: at()(closed_port))
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "refused")
    assert seen.evidence().reason == "refused"


def talking(*moves: dict[str, str], timeout: int = 2_000_000) -> Callable[[int], TcpSpec]:
    return at(banner=None, moves=list(moves), timeout=timeout)


def test_what_is_expected_may_come_after_other_lines(observe: Observe) -> None:
    talk = saying(b"100 wait\r\n", b"220 ready\r\n")
    seen = observe(talk, talking({"move": "expect", "pattern": "^220 "}))
    assert seen.outcome is Outcome.GOOD


def test_what_is_not_said_in_time_is_told_with_what_was_said(
    observe: Observe, silent: Talk
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 no\r\n")
        await silent(reader, writer)

    seen = observe(talk, talking({"move": "expect", "pattern": "^220 "}, timeout=300_000))
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "unexpected")
    assert seen.text == "expected ^220 , heard 554 no"


def test_a_line_that_was_passed_over_is_not_blamed_for_later_silence(
    observe: Observe, silent: Talk
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"100 wait\r\n220 ready\r\n")
        await silent(reader, writer)

    moves = [{"move": "expect", "pattern": "^220 "}, {"move": "expect", "pattern": "^250 "}]
    seen = observe(talk, talking(*moves, timeout=300_000))
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")


def test_who_never_stops_talking_is_heard_no_further_than_64_kib(observe: Observe) -> None:
    talk = saying(*[b"100 wait\r\n" * 100] * 70)
    seen = observe(talk, talking({"move": "expect", "pattern": "^220 "}))
    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "body_limit")


def test_what_came_before_tls_is_not_taken_for_what_comes_under_it(observe: Observe) -> None:
    talk = saying(b"220 ready\r\n250 injected\r\n")
    moves = [{"move": "expect", "pattern": "^220 "}, {"move": "begin_tls"}]
    seen = observe(talk, talking(*moves))
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "protocol")
    assert seen.text == "the target said more before TLS than it was asked for"
