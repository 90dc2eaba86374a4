"""How `slamon judge --explain` shows why figures are what they are: stretches, cases, numbers, and their facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.padding import Padding

from slamon.cli.sheet import print_table
from slamon.cli.terminal import console
from slamon.cli.wording import TICKETS, count_of, known
from slamon.views.claimed import CounterEvidence
from slamon.views.explanation import (
    Cases,
    CaseTold,
    Explanation,
    Interval,
    ObjectiveExplained,
    PartExplained,
)

SECOND_US = 1_000_000
SHOWN_FACTS = 6
DIGITS = 12  # of a digest, enough to name a file
WIDTH = 100  # of a table, where the screen is not narrower: what is longer goes on below
WHY_WIDTH = 20
WHY = "why"
INTERVALS = ("from", "to", "length", "class", WHY, "facts")
CLAIMS = ("from", "to", "measured", "claimed", "in dispute", WHY, "facts")
CASES = ("case", "priority", "opened", "took", "due", "state", "facts")
RESULTS = ("check", "place", "from", "to", "count", "facts")
STATES = {"met": "met", "breached": "late", "pending": "waiting"}


def print_explanation(found: Explanation) -> None:
    """Print each objective with its parts."""
    period = found.period
    console.print(f"{found.agreement} {period.label} ({period.tz}) explained", style="bold")
    _print_line(known(found.as_known_at))
    for objective in found.objectives:
        _print_objective(objective)


def _print_objective(found: ObjectiveExplained) -> None:
    figure = f"{found.measured.percent}, " if found.measured else ""
    said = f"{found.objective} {found.service} {found.indicator} {found.target}"
    console.print(f"\n{said}: {figure}{found.state.replace('_', ' ')}", style="bold")
    terms = ", ".join(f"{each.kind} {each.id} ({each.fact})" for each in found.terms)
    if terms:
        _print_line(f"terms, with the positions of their facts: {terms}")
    if found.note:
        _print_line(found.note)
    for part in found.parts:
        _print_part(part, found.indicator, alone=len(found.parts) == 1)
    if found.counter_evidence:
        print_claims(found.counter_evidence)


def print_claims(found: CounterEvidence) -> None:
    """Print what was measured beside what the provider claims, outage by outage."""
    sums = (
        f"measured {length(found.measured_us)}",
        f"claimed by the provider {length(found.claimed_us)}",
        f"in dispute {length(found.disputed_us)}",
    )
    console.print(f"  counter-evidence of {', '.join(found.sources)}: {', '.join(sums)}")
    rows = [
        (
            each.from_,
            each.to,
            length(each.measured_us),
            length(each.claimed_us),
            length(each.disputed_us),
            "; ".join(each.causes),
            _facts(each.facts),
        )
        for each in found.outages
    ]
    _print_table(CLAIMS, rows)


def _print_line(said: str) -> None:
    console.print(Padding(said, (0, 0, 0, 2)), style="dim", width=min(WIDTH, console.width))


def _print_part(part: PartExplained, indicator: str, *, alone: bool) -> None:
    if not alone:
        console.print(f"target {part.target}, {part.from_} to {part.to}", style="bold")
    if part.tally:
        _print_time(part)
    if part.cases is not None:
        _print_cases(part.cases, part.cases_listed, tickets=indicator in TICKETS)
    if part.readings:
        read = [(each.at, each.value, each.source, _facts(each.facts)) for each in part.readings]
        _print_table(("read at", "value", "from", "facts"), read)


def _print_time(part: PartExplained) -> None:
    if part.intervals:
        _print_table(INTERVALS, list(_rows(part.intervals)))
    else:
        console.print("  no time of it is known yet")
    sums = ", ".join(
        f"{name.removesuffix('_us')} {length(us)}" for name, us in part.tally.items() if us
    )
    console.print(f"  together: {sums or 'nothing'}")


def _print_cases(cases: Cases, listed: Sequence[CaseTold], *, tickets: bool) -> None:
    if tickets:
        console.print(f"  {count_of(cases.met, cases.not_met, cases.pending)}")
        if cases.unsigned:
            _print_unsigned(cases.unsigned, listed)
    else:
        counted = ", ".join(f"{n} {k.replace('_', ' ')}" for k, n in cases.model_dump().items())
        console.print(f"  results: {counted}")
    if listed:
        told = _ticket if tickets else _results
        _print_table(CASES if tickets else RESULTS, [told(each) for each in listed])
    for each in listed:
        if each.priorities:
            had = ", ".join(f"{held.priority} from {held.from_}" for held in each.priorities)
            console.print(f"  {each.case} was {had}", highlight=False, soft_wrap=True)


def _print_unsigned(count: int, listed: Sequence[CaseTold]) -> None:
    files = sorted({each.unsigned[:DIGITS] for each in listed if each.unsigned})
    rest = "ticket rests" if count == 1 else "tickets rest"
    said = f"provisional: {count} {rest} on a file that lacks a signature ({', '.join(files)})"
    console.print(f"  {said}", style="yellow", highlight=False)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print_table(columns, rows, empty="", folds={WHY: WHY_WIDTH}, most=WIDTH)


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
        why = f"{first.says} {first.clause}"
        yield ("all others", stretches, length(us), first.class_, why, _facts(facts))


def _row(each: Interval) -> tuple[str, ...]:
    effect = f" ({each.effect})" if each.effect else ""
    said = f"{each.says}, although announced: {each.refused}" if each.refused else each.says
    named = (
        f"{each.holiday}:" if each.holiday else None,
        said,
        each.clause,
        each.announcement,
        each.declaration,
    )
    ends = (each.from_, each.to, length(each.us))
    return (*ends, each.class_ + effect, " ".join(filter(None, named)), _facts(each.facts))


def _ticket(each: CaseTold) -> tuple[object, ...]:
    took = None if each.elapsed_us is None else length(each.elapsed_us)
    told = (each.case, each.priority, each.from_, took, each.due_at, STATES[each.state])
    return (*told, _facts(each.facts))


def _results(each: CaseTold) -> tuple[object, ...]:
    return (each.case, each.location, each.from_, each.to, each.count, _facts(each.facts))


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
