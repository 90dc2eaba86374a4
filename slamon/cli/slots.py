"""How `slamon probe explain` tells of a slot: what came of it at each place, and what the judge made of it."""

from __future__ import annotations

from collections.abc import Iterator

from slamon.cli.sheet import print_line, print_map, print_table
from slamon.cli.terminal import console
from slamon.views.answers import WindowLabel
from slamon.views.batchtold import AttemptTold
from slamon.views.slotheard import length
from slamon.views.slottold import BeatTold, SlotAt, SlotJudged, SlotTold

MS = 1_000
SHOWN = 6  # facts of one line
JUDGED = ("objective", "service", "counts as", "because of", "heard", "facts")


def print_slot(told: SlotTold) -> None:
    """Print the slot place by place, the windows it lies in, and what each objective counts it as."""
    console.print(f"{told.probe} at {told.at}", style="bold", highlight=False)
    for each in told.windows:
        print_line(f"{_kind_of(each)}: {each.exclusion} of {each.agreement}, {each.status}", 2)
    for place in told.places:
        _print_place(place)
    if told.judged:
        console.print()
        print_table(JUDGED, [_row(each) for each in told.judged], empty="")
    elif told.places and told.places[0].cause != "not_come":
        print_line("no objective in force rests on it then", 2, "dim")


def _kind_of(window: WindowLabel) -> str:
    """What a window was announced as."""
    return (window.kind or "window").replace("_", " ")


def _print_place(place: SlotAt) -> None:
    where = ", ".join(filter(None, (place.location, place.agent))) or "no place"
    console.print(f"\n{where}: {place.cause.replace('_', ' ')}", style="bold", highlight=False)
    print_line(place.says, 2)
    print_map(dict(_details(place)))


def _details(place: SlotAt) -> Iterator[tuple[str, object]]:
    if place.due:
        yield "  due", place.due
    if place.attempt:
        yield from _tried(place.attempt)
    if place.heartbeat:
        yield from _heard(place.heartbeat)
    if place.facts:
        yield "  facts", _facts(place.facts)


def _tried(attempt: AttemptTold) -> Iterator[tuple[str, object]]:
    if attempt.at != attempt.due:
        yield "  begun", attempt.at
    if attempt.latency_us is not None:
        yield "  latency", f"{attempt.latency_us / MS:.1f} ms"
    if attempt.lateness_ms:
        yield "  begun late by", f"{attempt.lateness_ms} ms"
    if attempt.archived:
        yield "  archived in", attempt.archived
    if kept := attempt.kept:
        told = {"in words": kept.text, "address": kept.address, "first line": kept.line}
        yield from ((f"  {name}", value) for name, value in told.items() if value)
        yield from (("  not fulfilled", each) for each in kept.checked if each != kept.text)
        if kept.phases_us:
            took = (f"{name} {us / MS:.1f} ms" for name, us in kept.phases_us.items())
            yield "  phases", ", ".join(took)


def _heard(beat: BeatTold) -> Iterator[tuple[str, object]]:
    yield "  every", f"{length(beat.interval_us)}, grace {length(beat.grace_us)}"
    if beat.last_end:
        said = beat.signal or ""
        status = "" if beat.exit_status is None else f", exit status {beat.exit_status}"
        took = "" if beat.took_us is None else f", took {length(beat.took_us)}"
        yield "  last end", f"{beat.last_end}, {said}{status}{took}"
    times = {
        "running since": beat.running_since,
        "due": beat.due,
        "overdue since": beat.overdue_since,
        "output": beat.output,
    }
    yield from ((f"  {name}", value) for name, value in times.items() if value)


def _row(each: SlotJudged) -> tuple[str, ...]:
    heard = ", ".join(
        f"{voice.check} at {voice.location}: {voice.said.replace('_', ' ')}"
        for voice in each.voices
    )
    cause = each.announcement or each.declaration
    because = ": ".join(filter(None, (each.says, cause)))
    if each.refused:
        rule = each.refused.replace("_", " ")
        because = f"{each.says}, although {cause} was announced ({rule})"
    return (
        f"{each.agreement} {each.objective}",
        each.service,
        each.class_.replace("_", " ") + (", provisional" if each.provisional else ""),
        because,
        f"{heard} (down where {each.quorum} see it)" if heard else "–",
        _facts(each.facts) or "–",
    )


def _facts(facts: tuple[int, ...]) -> str:
    told = ", ".join(map(str, facts[:SHOWN]))
    return told + (f" and {len(facts) - SHOWN} more" if len(facts) > SHOWN else "")
