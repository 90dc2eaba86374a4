"""How `slamon judge --explain` shows why figures are what they are: stretches, cases, numbers, and their facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slamon.cli.terminal import console, print_table
from slamon.views.explanation import (
    CaseNotMet,
    Explanation,
    Interval,
    ObjectiveExplained,
    PartExplained,
)

SECOND_US = 1_000_000
SHOWN_FACTS = 6
INTERVALS = ("from", "to", "length", "class", "rule", "clause", "facts")
CASES = ("case", "place", "state", "from", "to", "count", "due", "took", "facts")


def print_explanation(found: Explanation) -> None:
    """Print each objective with its parts."""
    known, period = found.as_known_at, found.period
    console.print(
        f"{found.agreement} {period.label} ({period.tz}) explained, "
        f"as known at position {known.position}, {known.instant}",
        style="bold",
    )
    for objective in found.objectives:
        _print_objective(objective)


def _print_objective(found: ObjectiveExplained) -> None:
    figure = found.measured.percent if found.measured else "not measured"
    said = f"{found.objective} {found.service} {found.indicator} {found.target}: {figure}"
    console.print(f"\n{said}, {found.state}", style="bold")
    terms = ", ".join(f"{each.kind} {each.id} ({each.fact})" for each in found.terms)
    if terms:
        console.print(f"  terms, with the positions of their facts: {terms}", style="dim")
    if found.note:
        console.print(f"  {found.note}", style="dim")
    for part in found.parts:
        _print_part(part, alone=len(found.parts) == 1)


def _print_part(part: PartExplained, *, alone: bool) -> None:
    if not alone:
        console.print(f"target {part.target}, {part.from_} to {part.to}", style="bold")
    print_table(INTERVALS, list(_rows(part.intervals)), empty="  no time of it is known yet")
    sums = ", ".join(
        f"{name.removesuffix('_us')} {length(us)}" for name, us in part.tally.items() if us
    )
    console.print(f"  together: {sums or 'nothing'}")
    if part.cases is not None:
        counted = part.cases.model_dump()
        console.print(
            "  cases: " + ", ".join(f"{n} {k.replace('_', ' ')}" for k, n in counted.items())
        )
    if part.cases_not_met:
        print_table(CASES, [_case(each) for each in part.cases_not_met], empty="")
    if part.readings:
        read = [(each.at, each.value, each.source, _facts(each.facts)) for each in part.readings]
        print_table(("read at", "value", "from", "facts"), read, empty="")


def _rows(intervals: Sequence[Interval]) -> Iterator[tuple[str, ...]]:
    """One row for each stretch; all that lie outside the service hours are one row at the end."""
    outside = [each for each in intervals if each.rule == "service_hours"]
    for each in intervals:
        if each.rule != "service_hours":
            yield _row(each)
    if outside:
        first, us = outside[0], sum(each.us for each in outside)
        facts = tuple(sorted({fact for each in outside for fact in each.facts}))
        stretches = f"{len(outside)} stretches" if len(outside) > 1 else "1 stretch"
        rest = (first.class_, first.says, first.clause, _facts(facts))
        yield ("all others", stretches, length(us), *rest)


def _row(each: Interval) -> tuple[str, ...]:
    effect = f" ({each.effect})" if each.effect else ""
    said = f"{each.says}, although announced: {each.refused}" if each.refused else each.says
    named = " ".join(filter(None, (each.clause, each.announcement, each.declaration)))
    ends = (each.from_, each.to, length(each.us))
    return (*ends, each.class_ + effect, said, named, _facts(each.facts))


def _case(each: CaseNotMet) -> tuple[object, ...]:
    took = None if each.elapsed_us is None else length(each.elapsed_us)
    when = (each.state, each.from_, each.to, each.count, each.due_at, took)
    return (each.case, each.location, *when, _facts(each.facts))


def _facts(positions: Sequence[int]) -> str:
    shown = " ".join(str(each) for each in positions[:SHOWN_FACTS])
    more = len(positions) - SHOWN_FACTS
    return f"{shown} and {more} more" if more > 0 else shown


def length(us: int) -> str:
    """Write a duration (µs) as h:mm:ss, exactly."""
    minutes, rest = divmod(us, 60 * SECOND_US)
    hours, minutes = divmod(minutes, 60)
    seconds, fraction = divmod(rest, SECOND_US)
    exact = f".{fraction:06}".rstrip("0") if fraction else ""
    return f"{hours}:{minutes:02}:{seconds:02}{exact}"
