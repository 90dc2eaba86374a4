"""The worked example of docs/figures.md: every number in it, from the production engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from catalogue.instants import MINUTE, SECOND, at_clock, format_instant
from catalogue.intervals import Span, total
from catalogue.periods import local_days, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.judge import day, judge, out_of_reach_at
from slamon.sla.judgement import ObjectiveJudgement
from slamon.sla.known import Known
from slamon.sla.runs import Result, runs_of
from slamon.sla.tally import merge
from slamon.sla.terms import CheckRuns, ObjectiveTerms

BERLIN = "Europe/Berlin"
MARCH = parse_period("2026-03", BERLIN)
VALIDITY = 75 * SECOND
OFFICE = ServiceHours(
    BERLIN, dict.fromkeys(WEEKDAYS[:5], (("08:00", "18:00"),)), {date(2026, 3, 20): ()}
)
PROMISE = ObjectiveTerms(
    objective="o1",
    service="svc-campus-network",
    target="99.50",
    goal=Fraction("0.9950"),
    hours=OFFICE,
    in_force=(MARCH.span,),
    checks=("gateway",),
    locations=("bonn",),
    control="control",
    confirm=3,
    recover=2,
    min_coverage="95.00",
    places=2,
    interval=MINUTE,
)


def local(day_of_march: int, hours: int, minutes: int) -> int:
    return at_clock(date(2026, 3, day_of_march), 60 * hours + minutes, BERLIN)


FIRST_OUTAGE = (local(2, 17, 40), local(3, 8, 20))
LONE_RESULT = local(4, 11, 0)
SILENCE = (local(10, 9, 0), local(10, 11, 0))
PLACE_CUT_OFF = (local(12, 10, 0), local(12, 10, 30))
SECOND_OUTAGE = (local(30, 8, 0), local(30, 8, 30))


def within(at: int, span: Span) -> bool:
    return span[0] <= at < span[1]


def results(*, control: bool) -> Iterator[Result]:
    for at in range(MARCH.begin, MARCH.end, MINUTE):
        service_bad = within(at, FIRST_OUTAGE) or within(at, SECOND_OUTAGE) or at == LONE_RESULT
        bad = within(at, PLACE_CUT_OFF) or (service_bad and not control)
        if not within(at, SILENCE):
            yield at, Outcome.BAD if bad else Outcome.GOOD


@dataclass(frozen=True)
class Example:
    said: ObjectiveJudgement
    runs: int


@pytest.fixture(scope="module")
def example() -> Example:
    checks = [CheckRuns("gateway", "bonn", VALIDITY, runs_of(results(control=False), VALIDITY))]
    controls = [CheckRuns("control", "bonn", VALIDITY, runs_of(results(control=True), VALIDITY))]
    days = [day(PROMISE, checks, controls, each.span) for each in local_days(MARCH.span, BERLIN)]
    entries = observed.entries(PROMISE, checks, controls, MARCH.span)
    known = Known(
        figures=merge(days),
        until=MARCH.end,
        closed=True,
        basis="measured",
        breached_at=out_of_reach_at([PROMISE], MARCH, PROMISE, entries),
        unconfirmed=observed.unconfirmed(PROMISE, checks, controls, MARCH.span),
    )
    return Example(judge([PROMISE], MARCH, known), len(checks[0].runs))


def whole_seconds(us: int) -> str:
    seconds, rest = divmod(us, SECOND)
    assert not rest
    return f"{seconds:,} s"


def test_the_example_is_what_the_engine_says(example: Example) -> None:
    said = example.said
    assert said.state == "breached"
    assert said.measured is not None
    assert said.measured.percent == "99.43"
    assert said.breached_at == "2026-03-30T06:22:15.075000Z"
    assert [outage.counted_us for outage in said.outages] == [40 * MINUTE, 30 * MINUTE]
    assert [(lone.from_, lone.count) for lone in said.unconfirmed] == [
        (format_instant(LONE_RESULT), 1)
    ]
    assert example.runs == 10
    assert said.possible is not None
    assert (said.possible.lowest.percent, said.possible.highest.percent) == ("98.25", "99.44")
    assert not said.possible.cannot_tell
    assert said.outage_figures is not None
    assert said.outage_figures.mean_time_to_restore_us == f"{2_100 * SECOND}/1"
    assert said.outage_figures.mean_time_between_failures_us == f"{371_407_500_000}/1"


def test_every_number_of_the_document_is_the_engines(example: Example, tree: Path) -> None:
    said = example.said
    assert said.measured is not None
    assert said.error_budget is not None
    allowed = Fraction(said.error_budget.allowed_us) / SECOND
    numbers = [
        f"{example.runs} runs",
        whole_seconds(MARCH.end - MARCH.begin),
        whole_seconds(total(OFFICE.intervals(*MARCH.span))),
        whole_seconds(said.tally["up_us"]),
        whole_seconds(said.tally["down_us"]),
        whole_seconds(said.tally["unknown_us"]),
        whole_seconds(said.tally["outside_us"]),
        said.measured.ratio,
        f"{said.measured.percent} %",
        f"{said.coverage.percent} %",
        f"{float(allowed):,} s",
        str(said.breached_at),
        *(outage.from_ for outage in said.outages),
        *(str(outage.to) for outage in said.outages),
    ]
    text = (tree / "docs" / "figures.md").read_text("utf-8")
    assert [number for number in numbers if number not in text] == []
