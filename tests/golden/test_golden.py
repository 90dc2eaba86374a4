"""Every case of slamon-golden/1, through the production engine; the adapter converts units and does no sums."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import SECOND, parse_instant
from catalogue.intervals import Span, Steps, membership, norm, steps, zip_steps
from catalogue.service_hours import ServiceHours, always
from probes.outcome import Outcome
from slamon.sla.availability import Policy, meets, quotient, ratio_text
from slamon.sla.budget import breach_instant, budget_of, planned_time
from slamon.sla.combine import compose, entry_of, quorum
from slamon.sla.counts import Counts, counts_of, hold_against
from slamon.sla.judgement import Effect, State
from slamon.sla.outages import outage_figures
from slamon.sla.runs import runs_of
from slamon.sla.structure import Node, Tree
from slamon.sla.tally import EmptyPeriodError, Entry, Windows, classify, parts_of, pieces
from slamon.sla.timeline import timeline

CASES = Path(__file__).parent / "cases"
FOLDER = Path(os.environ.get("SLAMON_GOLDEN_DIR", CASES))
IN_MICROSECONDS = {"timeline", "probes"}

Case = dict[str, Any]
OUTCOMES = {
    "up": Outcome.GOOD,
    "degraded": Outcome.DEGRADED,
    "down": Outcome.BAD,
    "inconclusive": Outcome.INCONCLUSIVE,
    "maintenance": Outcome.INCONCLUSIVE,
    "pending": Outcome.INCONCLUSIVE,
}


def all_cases() -> list[Case]:
    files = sorted(FOLDER.glob("*.json"))
    return [case for file in files for case in json.loads(file.read_text("utf-8"))["cases"]]


def us(seconds: int) -> int:
    return seconds * SECOND


def exact(ratio: Fraction | None) -> str | None:
    return None if ratio is None else ratio_text(ratio)


def in_seconds(ratio: Fraction | int | None) -> str | None:
    return None if ratio is None else ratio_text(Fraction(ratio) / SECOND)


def instant(given: int | str, tz: str) -> int:
    return us(given) if isinstance(given, int) else parse_instant(given, tz)


def windows_of(spans: Iterable[Sequence[int | str]], given: Case, tz: str) -> Windows:
    effect = given.get("policy", {}).get("excused", "remove_window")
    found = norm((instant(begin, tz), instant(end, tz)) for begin, end in spans)
    return tuple((begin, end, effect) for begin, end in found)


def figures(given: Case, states: Steps[Entry], windows: Windows, span: Span) -> Case:
    tz = given.get("tz", "UTC")
    agreed = service_hours(given.get("calendar"), tz).intervals(*span)
    stated = {name: value for name, value in given.get("policy", {}).items() if name != "excused"}
    policy = Policy(**stated)
    found = classify(states, agreed, windows, span)
    spent = quotient(found.tally, policy)
    outages = outage_figures(found.outages, spent.good)
    said: Case = {
        "tally": {name[:-3]: time for name, time in found.tally.as_us().items() if time},
        "availability": exact(spent.ratio),
        "outages": outages.count,
        "longest_s": outages.longest,
        "mttr": in_seconds(outages.mean_time_to_restore),
        "mtbf": in_seconds(outages.mean_time_between_failures),
    }
    if "goal" in given:
        goal, planned = Fraction(given["goal"]), planned_time(agreed, windows, policy)
        stretches = pieces(states, agreed, windows, span)
        said["breach_at"] = breach_instant(stretches, policy, goal, planned)
        said["budget_s"] = in_seconds(budget_of(found.tally, policy, goal, planned).allowed)
        said["met"] = spent.ratio is not None and meets(spent.ratio, goal)
    return said


def service_hours(calendar: Case | None, tz: str) -> ServiceHours:
    if calendar is None:
        return always()

    def spans(given: list[list[str]]) -> tuple[tuple[str, str], ...]:
        return tuple((begin, end) for begin, end in given)

    weekly = {weekday: spans(given) for weekday, given in calendar.get("weekly", {}).items()}
    dates = {
        date.fromisoformat(day): spans(given) for day, given in calendar.get("dates", {}).items()
    }
    return ServiceHours(calendar.get("tz", tz), weekly, dates)


def member(service: Case, span: Span, tz: str) -> Steps[State]:
    changes: list[tuple[int, State]] = [
        (instant(at, tz), s) for at, s in service.get("changes", [])
    ]
    begin = min([span[0], *(at for at, _ in changes)])
    states = steps([(begin, service.get("initial", "unknown")), *changes], span[1])
    gaps = norm((instant(a, tz), instant(b, tz)) for a, b in service.get("unmeasured", []))
    unmeasured = membership(gaps, states.span)
    masked: Steps[tuple[Any, ...]] = zip_steps([states, unmeasured])
    return masked.map(lambda pair: "unknown" if pair[1] else pair[0]).clip(span)


def composite(names: Iterable[str], wanted: str | int) -> Tree:
    members = tuple(names)
    if wanted == "all":
        return Node("serial", members)
    return Node("parallel", members) if wanted == "any" else Node("k_of_n", members, int(wanted))


def judge_timeline(given: Case) -> Case:
    tz = given.get("tz", "UTC")
    span = instant(given["period"]["from"], tz), instant(given["period"]["to"], tz)
    services = given["services"]
    members = {name: member(service, span, tz) for name, service in services.items()}
    own = {name: service.get("excused", []) for name, service in services.items()}
    # What is excluded of the only member is excluded of the whole.
    alone = next(iter(own.values())) if len(own) == 1 else []
    windows = windows_of([*given.get("windows", []), *alone], given, tz)
    of_members = {name: windows_of(spans, given, tz) for name, spans in own.items()}
    tree = composite(members, given.get("combine", "all"))
    try:
        states = compose(tree, members, of_members if len(own) > 1 else {})
        return figures(given, states, windows, span)
    except EmptyPeriodError as wrong:
        return {"error": str(wrong)}


def judge_combine(given: Case) -> Case:
    effect: Effect = "remove_window"
    excused = given.get("excused") or [0] * len(given["states"])
    names = [str(number) for number in range(len(given["states"]))]
    members = {
        name: (state, effect if excluded else None)
        for name, state, excluded in zip(names, given["states"], excused, strict=True)
    }
    entry = entry_of(composite(names, given.get("combine", "all")), members)
    state, under, _ = parts_of(entry)
    return {"state": state, "excused": under is not None}


def held_by_place(known: Iterable[Case], tz: str) -> dict[str, dict[int, Outcome]]:
    """What holds of results in the order of their recording: a later one corrects, a void removes."""
    held: dict[str, dict[int, Outcome]] = {}
    for result in known:
        seen = held.setdefault(result.get("loc", ""), {})
        at, voided = instant(result["at"], tz), result.get("voids")
        if voided is None or voided is False:
            seen[at] = OUTCOMES[result["o"]]
        else:
            seen.pop(at if voided is True else instant(voided, tz), None)
    return held


def judge_probes(given: Case) -> Case:
    tz = given.get("tz", "UTC")
    span = instant(given["period"]["from"], tz), instant(given["period"]["to"], tz)
    validity = us(given["validity_s"])
    known = [
        r
        for r in given["results"]
        if r.get("recorded", 0) <= given.get("as_of", r.get("recorded", 0))
    ]
    known.sort(key=lambda result: result.get("recorded", 0))
    rule = given.get("confirm", 1), given.get("recover", 1)
    timelines = [
        timeline(runs_of(seen.items(), validity), span, validity, *rule)
        for _, seen in sorted(held_by_place(known, tz).items())
    ]
    states: Steps[Entry] = quorum(timelines, given.get("down_quorum", 1))
    return figures(given, states, (), span)


def judge_counts(given: Case) -> Case:
    counts = Counts(given["good"] or 0, given["bad"] or 0)
    return held_against(counts, given)


def judge_results(given: Case) -> Case:
    return held_against(counts_of(OUTCOMES[each] for each in given["results"]), given)


def held_against(counts: Counts, given: Case) -> Case:
    share = counts.share(given.get("min_events", 1))
    if share is None or "goal" not in given:
        return {"sli": exact(share)}
    said = hold_against(share, Fraction(given["goal"]))
    return {
        "sli": exact(share),
        "met": said.met,
        "gap": exact(said.gap),
        "error_ratio": exact(said.error_ratio),
        "error_budget": exact(said.error_budget),
        "consumed": exact(said.consumed),
        "burn_rate": exact(said.consumed),
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "timeline": judge_timeline,
    "combine": judge_combine,
    "probes": judge_probes,
    "counts": judge_counts,
    "results": judge_results,
}


def adapters_beside() -> dict[str, Callable[[Case], Case]]:
    """The adapters of the other files of this folder, each of kinds of its own."""
    found: dict[str, Callable[[Case], Case]] = {}
    for file in sorted(Path(__file__).parent.glob("adapter_*.py")):
        found |= runpy.run_path(str(file))["ADAPTERS"]
    return found


ADAPTERS |= adapters_beside()
TIMES = {"longest_s", "breach_at"}


def in_microseconds(expected: Case) -> Case:
    """Give the expected answer with its whole seconds as the engine's unit."""
    converted = dict(expected)
    for name in TIMES & expected.keys():
        converted[name] = None if expected[name] is None else us(expected[name])
    if "tally" in expected:
        converted["tally"] = {name: us(time) for name, time in expected["tally"].items()}
    return converted


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in all_cases()])
def test_the_engine_gives_the_answer_of_the_specification(case: Case) -> None:
    expected = case["expect"]
    if case["kind"] in IN_MICROSECONDS:
        expected = in_microseconds(expected)
    said = ADAPTERS[case["kind"]](case["input"])
    assert {name: said[name] for name in expected} == expected


@pytest.mark.skipif(FOLDER != CASES, reason="other cases than the project's own")
def test_all_cases_of_the_project_are_run() -> None:
    kinds = [case["kind"] for case in all_cases()]
    assert len(kinds) == 157
    assert set(kinds) == ADAPTERS.keys()
