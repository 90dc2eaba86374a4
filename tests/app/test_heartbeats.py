"""Keys of heartbeats, signals taken in, and silence noted by a clock that is given."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from slamon.app import heartbeats
from slamon.app.heartbeats import Said
from slamon.app.outputs import redacted
from slamon.app.refused import Refused, Unknown
from slamon.app.silence import Listener
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.sla.heartbeats import (
    Expected,
    HeartbeatKeyIssued,
    HeartbeatKeyRevoked,
    HeartbeatMissed,
    HeartbeatReceived,
    HeartbeatUnheard,
    Signal,
)

BEGIN = parse_instant("2026-03-02T10:00:00Z")
HB = Expected("hb-backup", HOUR, 10 * MINUTE, "loc-bonn")


@dataclass
class World:
    """A ledger with one heartbeat; instants are minutes from the beginning."""

    ledger: Ledger
    expected: list[Expected] = field(default_factory=lambda: [HB])
    listener: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.restart(0)

    def restart(self, life: int) -> None:
        self.listener = Listener(
            self.ledger, lambda: self.expected, self._newest, BEGIN + life * MINUTE
        )

    def signal(self, minute: int, signal: Signal, run: str | None = None) -> HeartbeatReceived:
        said = Said(BEGIN + minute * MINUTE, signal, run)
        heartbeats.take(self.ledger, HB, said, keep_output=False)
        fact = self.ledger.since(self.ledger.position() - 1, limit=1)[0].fact
        assert isinstance(fact, HeartbeatReceived)
        return fact

    def look(self, *minutes: int) -> None:
        for minute in minutes:
            self.listener.look(BEGIN + minute * MINUTE)

    def told(self) -> list[tuple[str, int]]:
        """What was noted of silence: the name of each fact, and the minute that it tells of."""
        return [
            (type(entry.fact).__name__, (entry.fact.instant - BEGIN) // MINUTE)
            for entry in self.ledger.since(0, limit=1_000)
            if isinstance(entry.fact, HeartbeatMissed | HeartbeatUnheard)
        ]

    def speaking(self, at: int) -> bool:
        """Whether anything that is recorded speaks at an instant (µs)."""
        results = [
            entry.fact.result
            for entry in self.ledger.since(0, limit=1_000)
            if isinstance(entry.fact, HeartbeatReceived | HeartbeatMissed | HeartbeatUnheard)
        ]
        return any(each and each.at <= at < each.at + each.validity_us for each in results)

    def _newest(self, _probe: str) -> int | None:
        instants = [
            entry.fact.result.at
            for entry in self.ledger.since(0, limit=1_000)
            if isinstance(entry.fact, HeartbeatReceived | HeartbeatMissed | HeartbeatUnheard)
            and entry.fact.result
        ]
        return max(instants, default=None)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(Ledger(tmp_path / "ledger.db", NAMES)) as ledger:
        yield World(ledger)


def _broken() -> list[Expected]:
    message = "the disk is gone"
    raise OSError(message)


def every_minute(begin: int, end: int) -> range:
    return range(begin, end + 1)


def test_silence_is_told_once_per_interval(world: World) -> None:
    world.look(0)
    world.signal(0, "success")

    world.look(*every_minute(1, 200))

    assert world.told() == [
        ("HeartbeatMissed", 70),
        ("HeartbeatMissed", 130),
        ("HeartbeatMissed", 190),
    ]


def test_a_signal_between_two_looks_leaves_the_minutes_before_it_bad(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 69))

    world.signal(71, "success")
    world.look(*every_minute(71, 131))

    assert world.told() == [("HeartbeatMissed", 70)]


def test_a_silent_job_is_bad_all_along_whenever_somebody_looks(world: World) -> None:
    minutely = Expected("hb-backup", MINUTE, MINUTE // 3, "loc-bonn")
    world.expected = [minutely]
    world.look(0)
    heartbeats.take(world.ledger, minutely, Said(BEGIN, "success"), keep_output=False)

    for second in range(81, 481):
        if second % 60 == 20:
            world.listener.look(BEGIN + second * MINUTE // 60)
        if second > 140:
            assert world.speaking(BEGIN + second * MINUTE // 60), second


def test_silence_over_midnight_is_told_once(world: World) -> None:
    midnight = 14 * 60
    world.look(midnight - 71)
    world.signal(midnight - 71, "success")

    world.look(*every_minute(midnight - 70, midnight + 58))

    assert world.told() == [("HeartbeatMissed", midnight - 1)]


def test_what_nobody_heard_is_unknown_and_an_interval_and_a_grace_are_waited(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 30))

    world.restart(30)
    world.look(*every_minute(50, 121))

    assert world.told() == [("HeartbeatUnheard", 30), ("HeartbeatMissed", 120)]


def test_a_short_restart_leaves_the_last_word_standing(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 30))

    world.restart(30)
    world.look(*every_minute(31, 100))

    assert world.told() == []


def test_a_process_that_stood_still_did_not_listen(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 40))

    world.look(*every_minute(90, 161))

    assert world.told() == [("HeartbeatUnheard", 40), ("HeartbeatMissed", 160)]


def test_a_silence_that_was_told_ends_with_the_last_sign_of_life(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 80))

    world.restart(80)
    world.look(*every_minute(85, 100))

    assert world.told() == [("HeartbeatMissed", 70), ("HeartbeatUnheard", 80)]


def test_another_interval_holds_from_the_day_it_is_known(world: World) -> None:
    world.expected = [Expected("hb-backup", 24 * HOUR, HOUR, "loc-bonn")]
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 300))

    world.expected = [HB]
    world.look(*every_minute(301, 371))

    assert world.told() == []
    world.look(372)
    assert world.told() == [("HeartbeatMissed", 371)]


def test_a_look_that_fails_is_none(world: World) -> None:
    world.look(0)
    world.signal(0, "success")
    world.look(*every_minute(1, 10))
    ears, world.listener.expected = world.listener.expected, _broken
    for minute in every_minute(11, 40):
        with pytest.raises(OSError, match="the disk"):
            world.look(minute)

    world.listener.expected = ears
    world.look(*every_minute(41, 112))

    assert world.told() == [("HeartbeatUnheard", 10), ("HeartbeatMissed", 111)]


@pytest.mark.parametrize(
    ("before", "run", "expected"),
    [
        pytest.param([], None, None, id="without a start there is none"),
        pytest.param([(0, "start", None)], None, 5, id="it is the time since the start"),
        pytest.param([(0, "start", "a"), (2, "start", "b")], "a", 5, id="of the same run"),
        pytest.param([(0, "start", "a")], "b", None, id="not of another one"),
        pytest.param([(0, "start", "a"), (1, "log", "a")], "a", 5, id="whatever was logged since"),
        pytest.param([(0, "start", "a"), (1, "fail", "a")], "a", None, id="which has not ended"),
        pytest.param([(-700, "start", "a")], "a", 705, id="be it of the day before"),
    ],
)
def test_how_long_a_run_took(
    world: World,
    before: list[tuple[int, Signal, str | None]],
    run: str | None,
    expected: int | None,
) -> None:
    for each in before:
        world.signal(*each)

    duration = world.signal(5, "success", run).duration_us

    assert duration == (None if expected is None else expected * MINUTE)


def test_a_key_is_told_once_and_only_its_hash_is_kept(world: World) -> None:
    key = heartbeats.issue(world.ledger, "hb-backup", heartbeats={"hb-backup"}, actor="ann")

    kept = next(world.ledger.stream("heartbeat:hb-backup")).fact
    assert kept == HeartbeatKeyIssued(key_sha256=sha256(key.encode()).hexdigest())
    assert len(key) >= 32


def test_no_key_is_made_for_what_is_no_heartbeat(world: World) -> None:
    with pytest.raises(Unknown):
        heartbeats.issue(world.ledger, "prb-web", heartbeats={"hb-backup"}, actor="ann")


def test_a_key_is_revoked_once_and_with_a_reason(world: World) -> None:
    heartbeats.issue(world.ledger, "hb-backup", heartbeats={"hb-backup"}, actor="ann")

    with pytest.raises(Refused):
        heartbeats.revoke(world.ledger, "hb-backup", reason=" ", actor="ann")
    first = heartbeats.revoke(world.ledger, "hb-backup", reason="it was published", actor="ann")
    second = heartbeats.revoke(world.ledger, "hb-backup", reason="it was published", actor="ann")

    assert (first, second) == (world.ledger.position(), None)
    facts = [entry.fact for entry in world.ledger.stream("heartbeat:hb-backup")]
    assert facts[1:] == [HeartbeatKeyRevoked(reason="it was published")]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        pytest.param(False, None, id="only its hash and length"),
        pytest.param(True, "x" * 200, id="its beginning, where the document says so"),
    ],
)
def test_what_is_kept_of_an_output(world: World, keep: bool, kept: str | None) -> None:  # noqa: FBT001
    said = Said(BEGIN, "fail", None, 3, b"x" * 900, 12_000)

    heartbeats.take(world.ledger, HB, said, keep_output=keep)

    fact = world.ledger.since(0, limit=1)[0].fact
    assert isinstance(fact, HeartbeatReceived)
    assert (fact.output, fact.output_bytes, fact.exit_status) == (kept, 12_000, 3)
    assert fact.output_sha256 == sha256(b"x" * 900).hexdigest()


@pytest.mark.parametrize(
    ("output", "kept"),
    [
        pytest.param(b"212 rows", "212 rows", id="plain words stay"),
        pytest.param(b"PGPASSWORD=tulip pg_dump", "PGPASSWORD=[redacted] pg_dump", id="a password"),
        pytest.param(b'{"api_key": "a b"}', '{"api_key": [redacted]}', id="a key in JSON"),
        pytest.param(
            b"to postgres://u:p@db.example/x",
            "to postgres://[redacted]@db.example/x",
            id="a password in an address",
        ),
        pytest.param(
            b"Authorization: Bearer abcdef.ghi ok",
            "Authorization: Bearer [redacted] ok",
            id="a header",
        ),
        pytest.param(
            b"a\x1b[31m\xff", "a [31m\ufffd", id="no control characters, and no broken text"
        ),
    ],
)
def test_secrets_are_taken_out(output: bytes, kept: str) -> None:
    assert redacted(output) == kept


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(b"password-" * 1_100, id="words that could begin a secret"),
        pytest.param(b"a-" * 5_000, id="letters that could begin one"),
        pytest.param(b"password" + b" " * 9_000, id="a secret that does not come"),
    ],
)
def test_no_text_keeps_us_at_work(output: bytes) -> None:
    begun = time.perf_counter()
    redacted(output)
    assert time.perf_counter() - begun < 1
