"""Every case of slamon-golden/1, through the production engine; the adapter converts units and does no sums."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import SECOND, parse_instant
from catalogue.intervals import Span, Steps, membership, norm, steps, union, zip_steps
from catalogue.periods import period_of
from catalogue.service_hours import ServiceHours, always
from probes.outcome import Outcome
from slamon.sla.availability import Policy, meets, quotient, ratio_text
from slamon.sla.budget import breach_instant, budget_of, planned_time
from slamon.sla.combine import combine, quorum
from slamon.sla.counts import Counts, counts_of, hold_against
from slamon.sla.judgement import State
from slamon.sla.outages import outage_figures
from slamon.sla.runs import runs_of
from slamon.sla.tally import EmptyPeriodError, classify, pieces
from slamon.sla.timeline import timeline

CASES = Path(__file__).parent / "cases"
FOLDER = Path(os.environ.get("SLAMON_GOLDEN_DIR", CASES))
MUST_PASS = {"timeline": 28, "probes": 11, "period": 8, "counts": 9, "results": 15}

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


def has_excluded_time(given: Case) -> bool:
    services = given["services"].values()
    return bool(given.get("windows")) or any(service.get("excused") for service in services)


def reason_to_skip(case: Case) -> str | None:
    if case["kind"] not in ADAPTERS:
        return f"not yet: {case['kind']}"
    if case["kind"] == "timeline" and len(case["input"]["services"]) > 1:
        members = case["input"]["services"].values()
        if any(member.get("excused") for member in members):
            return "not yet: timeline with excluded time of a member"
    return None


def one_service_one_place(case: Case) -> bool:
    """Whether a case needs no more than one service at one location, and no excluded time."""
    given = case["input"]
    if case["kind"] == "timeline":
        return len(given["services"]) == 1 and not has_excluded_time(given)
    if case["kind"] == "probes":
        return len({result.get("loc") for result in given["results"]}) == 1
    return case["kind"] in MUST_PASS


def figures(given: Case, states: Steps[State], excused: Iterable[Span], span: Span) -> Case:
    tz = given.get("tz", "UTC")
    windows = norm(excused)
    agreed = service_hours(given.get("calendar"), tz).intervals(*span)
    policy = Policy(**given.get("policy", {}))
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

    weekly = {weekday: spans(given) for weekday, given in calendar["weekly"].items()}
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


def judge_timeline(given: Case) -> Case:
    tz = given.get("tz", "UTC")
    span = instant(given["period"]["from"], tz), instant(given["period"]["to"], tz)
    members = [member(service, span, tz) for service in given["services"].values()]
    wanted = given.get("combine", "all")
    k: int = {"all": len(members), "any": 1}.get(wanted) or wanted
    windows = [*given.get("windows", [])]
    windows += [
        window for service in given["services"].values() for window in service.get("excused", [])
    ]
    excused = union(norm((instant(a, tz), instant(b, tz)) for a, b in windows))
    try:
        return figures(given, combine(members, k), excused, span)
    except EmptyPeriodError as wrong:
        return {"error": str(wrong)}


def judge_probes(given: Case) -> Case:
    span = us(given["period"]["from"]), us(given["period"]["to"])
    validity = us(given["validity_s"])
    known = [
        r
        for r in given["results"]
        if r.get("recorded", 0) <= given.get("as_of", r.get("recorded", 0))
    ]
    known.sort(key=lambda result: result.get("recorded", 0))
    timelines = []
    for place in sorted({result.get("loc", "") for result in known}):
        seen = [(us(r["at"]), OUTCOMES[r["o"]]) for r in known if r.get("loc", "") == place]
        rule = given.get("confirm", 1), given.get("recover", 1)
        timelines.append(timeline(runs_of(seen, validity), span, validity, *rule))
    return figures(given, quorum(timelines, given.get("down_quorum", 1)), (), span)


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


def judge_period(given: Case) -> Case:
    period = period_of(given["unit"], date.fromisoformat(given["date"]), given["tz"])
    return {"from": period.begin, "to": period.end, "seconds": period.end - period.begin}


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "timeline": judge_timeline,
    "probes": judge_probes,
    "counts": judge_counts,
    "results": judge_results,
    "period": judge_period,
}
TIMES = {"from", "to", "seconds", "longest_s", "breach_at"}


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
    if reason := reason_to_skip(case):
        pytest.skip(reason)
    expected = in_microseconds(case["expect"])
    said = ADAPTERS[case["kind"]](case["input"])
    assert {name: said[name] for name in expected} == expected


@pytest.mark.skipif(FOLDER != CASES, reason="other cases than the project's own")
def test_no_case_of_one_service_at_one_place_is_skipped() -> None:
    needed = [case for case in all_cases() if one_service_one_place(case)]
    by_kind = {kind: sum(case["kind"] == kind for case in needed) for kind in MUST_PASS}
    assert by_kind == MUST_PASS
    assert sum(by_kind.values()) == 71
    assert [case["id"] for case in needed if reason_to_skip(case)] == []
