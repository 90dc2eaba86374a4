"""Make seals: read what was recorded since the last one, hash it as it is stored, record the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from slamon.ledger.codec import Row, UnreadableFactError, split
from slamon.ledger.leaf import leaf
from slamon.ledger.seals import LIMIT, STREAM, Leaf, LedgerSealed, sealed
from slamon.ledger.store import ConflictError, Ledger

ROWS = 256  # read at once
NAME = "ledger-sealed/1"


class Made(NamedTuple):
    """A seal, the position it stands at, and when it was recorded (µs)."""

    position: int
    recorded_at: int
    seal: LedgerSealed


def newest(ledger: Ledger) -> Made | None:
    """The last seal of a ledger.

    Raises:
        UnreadableFactError: it cannot be read.

    """
    try:
        version = ledger.version(STREAM)
    except ValueError:
        message = f"{STREAM} has a version that is no number"
        raise UnreadableFactError(message) from None
    return next(seals(ledger, after=version - 1), None)


def seals(ledger: Ledger, *, after: int = 0, upto: int | None = None) -> Iterator[Made]:
    """The seals behind a number, oldest first, up to a ledger position, read one by one.

    Raises:
        UnreadableFactError: one cannot be read.

    """
    version = max(0, after)
    while entry := next(ledger.stream(STREAM, after=version, upto=upto, limit=1), None):
        version = entry.version
        if isinstance(entry.fact, LedgerSealed):
            yield Made(entry.position, entry.recorded_at, entry.fact)


class Waiting(NamedTuple):
    """A fact that no seal covers, and when it was recorded (µs)."""

    position: int
    recorded_at: int


def unsealed(ledger: Ledger) -> Waiting | None:
    """The oldest fact that no seal covers, seals aside: they are covered by the next."""
    last = newest(ledger)
    after = last.seal.last if last else 0
    others = (row for row in rows(ledger, after, ledger.position()) if row.stream != STREAM)
    row = next(others, None)
    return Waiting(row.position, split(row.state)[0].recorded_at) if row else None


def rows(ledger: Ledger, after: int, upto: int) -> Iterator[Row]:
    """The stored facts of positions > `after` and <= `upto`, some at a time."""
    while found := ledger.rows(after, limit=ROWS, upto=upto):
        yield from map(_legible, found)
        after = found[-1].position


def _legible(row: Row) -> Row:
    """A row of values as slamon stores them: SQLite keeps any value in any column, and that shall not stop a reading.

    No leaf that was sealed fits such a one.
    """
    position, stream, version, name, state = row
    return Row(
        position,
        stream if isinstance(stream, str) else repr(stream),
        version if isinstance(version, int) else 0,
        name if isinstance(name, str) else repr(name),
        state if isinstance(state, bytes) else repr(state).encode(),
    )


def seal(
    ledger: Ledger,
    *,
    actor: str,
    cause: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> list[LedgerSealed]:
    """Seal everything that is recorded now; the seals made, none where nothing but seals is new.

    A backlog gets as many seals as it takes, each under `LIMIT` facts. Two that seal at once do not
    seal twice: who comes second goes on from what the first has made.

    Raises:
        ConflictError: others sealed meanwhile, again and again.

    """
    upto = ledger.position()
    made: list[LedgerSealed] = []
    for _ in range(3):
        try:
            for each in _sealed(ledger, upto, actor, cause):
                made.append(each)
                progress(each.last)
        except ConflictError:
            continue
        return made
    message = "the chain of seals"
    raise ConflictError(message)


def _sealed(ledger: Ledger, upto: int, actor: str, cause: str | None) -> Iterator[LedgerSealed]:
    last = newest(ledger)
    previous = last.seal if last else None
    while leaves := _next_leaves(ledger, previous.last if previous else 0, upto):
        made = sealed(previous, leaves)
        ledger.append(STREAM, [made], after=made.number - 1, actor=actor, cause=cause)
        yield made
        previous = made


def _next_leaves(ledger: Ledger, after: int, upto: int) -> list[Leaf]:
    """The leaves of the next seal; none where seals are all there is: they need no seal of their own."""
    leaves: list[Leaf] = []
    only_seals = True
    for row in rows(ledger, after, upto):
        leaves.append(Leaf(row.position, leaf(row, ledger.names)))
        only_seals = only_seals and row.stream == STREAM
        if len(leaves) == LIMIT:
            break
    return [] if only_seals else leaves
