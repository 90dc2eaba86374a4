"""When a probe is due how often: its usual interval, and others inside windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from probes.spec import Segment

Span = tuple[int | None, int | None]
"""Two instants in µs; null is open."""

Faster = tuple[int, int, int]
"""A window `[from, to)` and the interval inside it, all in µs."""


def segments(span: Span, usual: int, windows: Iterable[Faster]) -> Iterator[Segment]:
    """Cut a span where the interval changes; where windows overlap, the shortest of their intervals holds.

    The segments follow each other without gap from one end of the span to the other.
    """
    begin, end = span
    stated = list(windows)
    cuts = sorted({at for low, high, _ in stated for at in (low, high) if _inside(at, span)})
    since, interval = begin, _interval_at(begin, usual, stated)
    for cut in cuts:
        following = _interval_at(cut, usual, stated)
        if following != interval:
            yield Segment(from_=since, to=cut, interval=interval)
            since, interval = cut, following
    yield Segment(from_=since, to=end, interval=interval)


def _inside(at: int, span: Span) -> bool:
    begin, end = span
    return (begin is None or begin < at) and (end is None or at < end)


def _interval_at(low: int | None, usual: int, stated: list[Faster]) -> int:
    """Find the interval from a cut to the next one, in which a window holds wholly or not at all."""
    if low is None:
        return usual
    return min((each for opens, closes, each in stated if opens <= low < closes), default=usual)
