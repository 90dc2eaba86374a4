"""How a batch of results is told: whose it is, what each probe came to, what changed, and what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slamon.cli.localtime import UTC, clock, told, zone_at
from slamon.cli.sheet import Column, print_columns, print_line
from slamon.cli.terminal import console
from slamon.views.batchtold import BatchTold, EdgeTold, GapTold, KeptTold, ProbeTold
from slamon.web.kept import said
from slamon.web.texts import DEFAULT, language

BROAD = 118  # from here on results and latencies of a probe stand in one row
PROBE_WIDTH = 12  # of the column of probes, where the screen is narrow
MOST = 50  # rows of what can be endless; `--json` has all
OUTCOMES = ("good", "degraded", "bad", "inconclusive")


def described(batch: BatchTold) -> Iterator[tuple[str, str]]:
    """What a batch is, in names and values."""
    if batch.aside:
        yield "set aside", f"{batch.aside}; nothing of it counts"
    where = f" at {batch.location}" if batch.location else ""
    yield "agent", f"{batch.agent}{where}{', generated data' if batch.simulated else ''}"
    yield "spool", f"{batch.spool}, batch {batch.sequence} of its UTC day"
    yield "assignment", f"version {batch.assignment}"
    yield "span", f"{told(batch.begin)} to {clock(batch.end, batch.begin)}{_utc(batch)}"
    slots = f"{batch.missing or 'no'} slot{'' if batch.missing == 1 else 's'}"
    yield "rows", f"{batch.rows}, and {slots} without a result"
    yield "layout", f"version {batch.layout}, {batch.stored_bytes} bytes stored"
    yield "cold part", batch.archived or f"here, {batch.cold_bytes} bytes"
    if batch.content_hash:
        yield "hash", batch.content_hash


def _utc(batch: BatchTold) -> str:
    """The same span in UTC, where the clock of this machine shows another time."""
    return "" if zone_at(batch.begin) == UTC else f" (UTC {batch.begin} to {batch.end})"


def print_batch(batch: BatchTold) -> None:
    """Print what each probe came to, and below it what changed and what was kept."""
    if batch.unnamed:
        _title(f"its rows cannot be told probe by probe: {batch.unnamed}")
        return
    _print_probes(batch)
    _print_some("changes", len(batch.edges), _edges(batch.edges[:MOST], batch.begin))
    _print_some("without a result", len(batch.gaps), _gaps(batch.gaps[:MOST], batch.begin))
    _print_kept(batch)


def _print_probes(batch: BatchTold) -> None:
    names = Column("probe", [each.probe for each in batch.probes], folds=PROBE_WIDTH)
    counts = [*_counts(batch.probes), *_ends(batch.probes, batch.begin)]
    times = list(_times(batch.probes))
    rough = any(each.took and not each.took.exact for each in batch.probes)
    title = "latency within 3 %, the exact one is in the archive" if rough else "latency"
    if console.width >= BROAD:
        _title(f"results, and {title}")
        print_columns([names, *counts, *times])
        return
    _title("results")
    print_columns([names, *counts])
    _title(title)
    print_columns([names, *times])


def _counts(probes: Sequence[ProbeTold]) -> Iterator[Column]:
    """Results by outcome; an outcome that none has takes no room."""
    for outcome in OUTCOMES:
        found = [each.outcomes[outcome] for each in probes]
        if any(found) or outcome == "good":
            yield Column(outcome, found, figures=True)
    if any(each.missing for each in probes):
        yield Column("missing", [each.missing for each in probes], figures=True)


def _ends(probes: Sequence[ProbeTold], begin: str) -> Iterator[Column]:
    for name in ("first", "last"):
        found = [getattr(each, f"{name}_at") for each in probes]
        yield Column(name, [at and clock(at, begin, whole=True) for at in found])


def _times(probes: Sequence[ProbeTold]) -> Iterator[Column]:
    took = [each.took for each in probes]
    yield Column("measured", [each.count if each else 0 for each in took], figures=True)
    for name in ("min", "median", "p95", "max"):
        found = [_ms(getattr(each, f"{name}_us")) if each else None for each in took]
        yield Column(name, found, figures=True)


def _edges(edges: Sequence[EdgeTold], begin: str) -> list[Column]:
    return [
        Column("at", [clock(each.at, begin) for each in edges]),
        Column("probe", [each.probe for each in edges], folds=PROBE_WIDTH),
        Column("was", [each.before or "not known" for each in edges]),
        Column("became", [_became(each) for each in edges]),
    ]


def _became(edge: EdgeTold) -> str:
    """A result that began too late is listed as a change, for it counts from where it began."""
    return f"{edge.outcome}, begun late" if edge.before == edge.outcome else edge.outcome


def _gaps(gaps: Sequence[GapTold], begin: str) -> list[Column]:
    return [
        Column("probe", [each.probe for each in gaps], folds=PROBE_WIDTH),
        Column("slots", [each.count for each in gaps], figures=True),
        Column("first due", [clock(each.first_due, begin) for each in gaps]),
        Column("last due", [clock(each.last_due, begin) for each in gaps]),
    ]


def _print_some(title: str, count: int, columns: Sequence[Column]) -> None:
    if count:
        _title(title)
        print_columns(columns)
        _print_rest(count)


def _print_kept(batch: BatchTold) -> None:
    if not batch.kept:
        return
    _title("single results of which more was kept")
    for each in batch.kept[:MOST]:
        print_line(_result(each, batch.begin))
        if more := "; ".join(said(language(DEFAULT), each, told)):
            print_line(more, 4)
    _print_rest(len(batch.kept))


def _result(each: KeptTold, begin: str) -> str:
    took = "no answer was measured" if each.latency_us is None else _ms(each.latency_us)
    late = f", begun {each.lateness_ms} ms late" if each.lateness_ms else ""
    return f"{clock(each.at, begin)}  {each.probe}  {each.outcome}, {took}{late}"


def _print_rest(count: int) -> None:
    if count > MOST:
        print_line(f"and {count - MOST} more, which --json shows")


def _title(words: str) -> None:
    console.print()
    print_line(words, style="bold")


def _ms(us: int) -> str:
    """Milliseconds, cut off at a tenth."""
    return f"{us // 1000}.{us % 1000 // 100} ms"
