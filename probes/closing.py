"""Closing: when the open batch ends, and how a long span is cut into batches."""

from __future__ import annotations

from collections.abc import Iterator

from probes.assembly import Row
from probes.outcome import Outcome
from probes.spec import HOUR, AgentAssigned

ROWS = 1000
LONGEST = 60_000_000
EDGE_PAUSE = 1_000_000
DAY = 86_400_000_000


class OpenBatch:
    """What is known of the rows since `begin` (µs) that no batch holds yet.

    `until` (µs) is set when another assignment is followed from then on; `longest` (µs) is after how long it closes.
    """

    def __init__(self, begin: int, before: dict[int, Outcome], longest: int = LONGEST) -> None:
        self.begin = begin
        self._longest = longest
        self.until: int | None = None
        self._last = dict(before)
        self._rows: list[int] = []
        self._edges: list[int] = []

    def changes(self, probe: int, outcome: Outcome) -> bool:
        """Say whether this outcome differs from the last one of the probe."""
        return self._last.get(probe) != outcome

    def note(self, row: Row) -> None:
        """Count a row that has reached the spool."""
        self._rows.append(row.due)
        if self.changes(row.probe, row.outcome):
            self._edges.append(row.due)
        self._last[row.probe] = row.outcome

    def end(self, settled: int) -> int | None:
        """Return where to close, given that all slots before `settled` (µs) are, or None: not yet.

        Closed at UTC midnight, where another assignment takes over, at an edge so that a change is
        known at once, at 1,000 rows, and after `longest`. Where much changes (in the first minute everything does),
        what changes within a second shares a batch: each batch costs the length of the list.
        """
        stop = next_midnight(self.begin)
        if self.until is not None:
            stop = min(stop, self.until)
        if settled >= stop:
            return stop
        full = sum(due < settled for due in self._rows) >= ROWS
        age = settled - self.begin
        edge = age >= EDGE_PAUSE and any(due < settled for due in self._edges)
        return settled if full or edge or age >= self._longest else None

    def closed(self, end: int) -> bool:
        """Begin anew at `end` (µs); False if nothing can follow."""
        self.begin = end
        self._rows = [due for due in self._rows if due >= end]
        self._edges = [due for due in self._edges if due >= end]
        return end != self.until


def longest_wait(assignment: AgentAssigned) -> int:
    """After how many µs a batch closes at the latest: a minute, or the shortest interval of the list.

    A result speaks for little more than its interval (rule P2): kept back for longer, it would be silent when it comes.
    """
    shortest = (s.interval for each in assignment.probes for s in each.segments)
    return min([LONGEST, *shortest])


def next_midnight(instant: int) -> int:
    """Return the first UTC midnight after the instant (µs)."""
    return (instant // DAY + 1) * DAY


def pieces(assignment: AgentAssigned, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut `[begin, end)` into spans of one UTC day and about 1,000 slots; spans without slots are left out."""
    stride = max(1, HOUR * ROWS // max(1, assignment.slots_an_hour))
    while begin < end:
        upto = min(end, next_midnight(begin), begin + stride)
        if assignment.plan(begin, upto):
            yield begin, upto
        begin = upto
