from dataclasses import replace
from fractions import Fraction

import pytest

from catalogue.instants import HOUR, MINUTE, SECOND
from catalogue.periods import local_days, parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours, always
from probes.outcome import Outcome
from slamon.sla import observed
from slamon.sla.availability import ratio_text
from slamon.sla.judge import LostTimeError, day, judge, out_of_reach_at, with_time_beyond
from slamon.sla.judgement import ErrorBudget, Measured, ObjectiveJudgement
from slamon.sla.known import Known
from slamon.sla.runs import Run
from slamon.sla.tally import DayFigures, Tally, merge
from slamon.sla.terms import CheckRuns, ObjectiveTerms

MONTH = parse_period("2026-02", "UTC")
BEGIN = MONTH.begin
LENGTH = 28 * 24 * HOUR
HALF = BEGIN + LENGTH // 2

PROMISE = ObjectiveTerms(
    objective="o1",
    service="svc-web",
    target="99.00",
    goal=Fraction("0.99"),
    hours=always(),
    in_force=((BEGIN - LENGTH, MONTH.end + LENGTH),),
    checks=("web",),
    min_coverage="95.00",
    places=2,
    interval=MINUTE,
    remedy={"kind": "escalation"},
)


def figures(until: int, **spent: int) -> DayFigures:
    return DayFigures(BEGIN, until, Tally({"up": until - BEGIN - sum(spent.values()), **spent}))


def judged(
    promise: ObjectiveTerms,
    found: DayFigures,
    *,
    closed: bool = False,
    breached_at: int | None = None,
) -> ObjectiveJudgement:
    known = Known(
        figures=found,
        until=found.end,
        closed=closed,
        basis="measured",
        breached_at=breached_at,
    )
    return judge([promise], MONTH, known)


BASELINE = replace(PROMISE, mode="baseline", goal=None, target="")
NEVER_AGREED = replace(PROMISE, in_force=((0, 1),))
NOT_YET_AGREED = replace(PROMISE, in_force=((HALF, MONTH.end),))
END = MONTH.end


@pytest.mark.parametrize(
    ("promise", "found", "breached_at", "verdict"),
    [
        pytest.param(PROMISE, figures(HALF), None, "on_track", id="open and nothing lost"),
        pytest.param(
            PROMISE, figures(HALF, down=LENGTH // 200), None, "on_track", id="half the budget spent"
        ),
        pytest.param(
            PROMISE,
            figures(HALF, down=LENGTH * 3 // 400),
            None,
            "at_risk",
            id="three quarters of it spent",
        ),
        pytest.param(
            PROMISE,
            figures(HALF, down=LENGTH // 50),
            HALF - HOUR,
            "breached",
            id="open and out of reach",
        ),
        pytest.param(
            PROMISE,
            figures(HALF, unknown=LENGTH // 10),
            None,
            "not_measured",
            id="too little known so far",
        ),
        pytest.param(
            NOT_YET_AGREED, figures(HALF, outside=HALF - BEGIN), None, "pending", id="not yet begun"
        ),
        pytest.param(PROMISE, figures(END), None, "met", id="ended without loss"),
        pytest.param(
            PROMISE, figures(END, down=LENGTH // 100), None, "met", id="ended exactly on target"
        ),
        pytest.param(
            PROMISE,
            figures(END, down=LENGTH // 100 + 1),
            END - 1,
            "breached",
            id="one microsecond over",
        ),
        pytest.param(
            PROMISE,
            figures(END, unknown=LENGTH // 20),
            None,
            "met",
            id="ended with just enough known",
        ),
        pytest.param(
            PROMISE,
            figures(END, unknown=LENGTH // 20 + 1),
            None,
            "not_measured",
            id="a microsecond too little known",
        ),
        pytest.param(
            PROMISE, figures(END, unknown=LENGTH), None, "not_measured", id="nothing known"
        ),
        pytest.param(
            NEVER_AGREED, figures(END, outside=LENGTH), None, "not_applicable", id="nothing agreed"
        ),
        pytest.param(
            BASELINE, figures(END), None, "not_applicable", id="a baseline has no verdict"
        ),
        pytest.param(
            BASELINE,
            figures(END, unknown=LENGTH),
            None,
            "not_measured",
            id="a baseline without results",
        ),
    ],
)
def test_a_period_is_judged(
    promise: ObjectiveTerms, found: DayFigures, breached_at: int | None, verdict: str
) -> None:
    assert judged(promise, found, breached_at=breached_at).state == verdict


def test_the_measured_share_is_exact_and_its_percent_cut_off_as_the_contract_says() -> None:
    said = judged(PROMISE, figures(END, down=LENGTH // 150, unknown=LENGTH // 100))
    assert said.measured == Measured(
        good=2_378_880 * SECOND, total=2_395_008 * SECOND, ratio="295/297", percent="99.32"
    )


def test_nothing_measured_is_null_not_zero() -> None:
    said = judged(PROMISE, figures(END, unknown=LENGTH))
    assert said.measured is None
    assert said.coverage.percent == "0.0000"
    assert not said.coverage.sufficient


def test_nothing_agreed_has_no_coverage() -> None:
    said = judged(NEVER_AGREED, figures(END, outside=LENGTH))
    assert said.coverage.ratio is None
    assert said.error_budget is not None
    assert said.error_budget.allowed_us == "0/1"


def test_the_budget_of_an_open_month_is_that_of_the_month() -> None:
    said = judged(PROMISE, figures(HALF, down=HOUR))
    assert said.error_budget == ErrorBudget(
        allowed_us=f"{672 * HOUR // 100}/1",
        spent_us=HOUR,
        left_us=f"{572 * HOUR // 100}/1",
        consumed="25/168",
        margin_now_us=ratio_text(Fraction(335 * HOUR * 100, 99) - 336 * HOUR),
    )


def test_figures_are_provisional_until_the_period_is_closed() -> None:
    assert judged(PROMISE, figures(END)).provisional
    assert not judged(PROMISE, figures(END), closed=True).provisional


def test_a_month_only_partly_in_force_is_partial() -> None:
    assert judged(NOT_YET_AGREED, figures(HALF, outside=HALF - BEGIN)).partial
    assert not judged(PROMISE, figures(HALF)).partial


@pytest.mark.parametrize(
    ("until", "up", "outside"),
    [
        pytest.param(HALF, 10 * HOUR, HALF - BEGIN - 10 * HOUR, id="in the middle of the month"),
        pytest.param(END, 10 * HOUR + LENGTH // 2, LENGTH // 2 - 10 * HOUR, id="at its end"),
    ],
)
def test_of_a_whole_month_promised_only_time_that_has_passed_counts(
    until: int, up: int, outside: int
) -> None:
    whole = replace(PROMISE, entire_period=True, term=((BEGIN, HALF),), in_force=((BEGIN, HALF),))
    found = figures(until, outside=until - BEGIN - 10 * HOUR)

    assert with_time_beyond([whole], MONTH, found).tally.entries == {"up": up, "outside": outside}


def test_only_a_breach_of_an_enforced_promise_has_a_remedy() -> None:
    breach = figures(END, down=LENGTH // 10)
    shadow = replace(PROMISE, mode="shadow")
    assert judged(PROMISE, breach).remedy == {"kind": "escalation"}
    assert judged(PROMISE, figures(END)).remedy is None
    assert judged(shadow, breach).remedy is None
    assert judged(shadow, breach).state == "breached"


def test_a_baseline_is_measured_without_a_target() -> None:
    said = judged(BASELINE, figures(END))
    assert said.measured is not None
    assert said.error_budget is None
    assert said.note == "measured without a target"


def watched(promise: ObjectiveTerms, until: int) -> tuple[ObjectiveJudgement, int | None]:
    """A month from runs, merged from its days: bad on 2 February from 09:00 to 17:00 UTC, and from 13 February on."""
    second = BEGIN + 24 * HOUR + 9 * HOUR
    thirteenth = BEGIN + 12 * 24 * HOUR
    runs = (
        Run(BEGIN, second - MINUTE, 33 * 60, Outcome.GOOD),
        Run(second, second + 8 * HOUR - MINUTE, 8 * 60, Outcome.BAD),
        Run(second + 8 * HOUR, thirteenth - MINUTE, 247 * 60, Outcome.GOOD),
        Run(thirteenth, until - MINUTE, (until - thirteenth) // MINUTE, Outcome.BAD),
    )
    checks = [CheckRuns("web", "bonn", 75 * SECOND, runs)]
    span = BEGIN, until
    days = [
        day(promise, checks, [], (each.begin, min(each.end, until)))
        for each in local_days(span, "UTC")
    ]
    entries = observed.entries(promise, checks, [], span)
    breached_at = out_of_reach_at([promise], MONTH, promise, entries)
    known = Known(
        figures=merge(days),
        until=until,
        closed=False,
        basis="measured",
        breached_at=breached_at,
        places={second: ("bonn",)},
    )
    said = judge([promise], MONTH, known)
    return said, breached_at


def test_a_month_is_judged_from_the_runs_of_its_days() -> None:
    office = ServiceHours("UTC", dict.fromkeys(WEEKDAYS[:5], (("08:00", "16:00"),)))
    promise = replace(PROMISE, hours=office, locations=("bonn",), confirm=3, recover=2)
    friday_the_13th_noon = BEGIN + 12 * 24 * HOUR + 12 * HOUR
    said, breached_at = watched(promise, friday_the_13th_noon)
    assert said.tally["down_us"] == (7 + 4) * HOUR
    assert said.tally["outside_us"] == 300 * HOUR - (9 * 8 + 4) * HOUR
    assert [(outage.from_, outage.to, outage.counted_us) for outage in said.outages] == [
        ("2026-02-02T09:00:00Z", "2026-02-02T16:00:00Z", 7 * HOUR),
        ("2026-02-13T08:00:00Z", None, 4 * HOUR),
    ]
    assert said.outages[0].locations == ("bonn",)
    assert said.outages[0].uncertainty_us == MINUTE
    # 20 working days of 8 hours allow 1.6 hours: gone on 2 February at 10:36.
    assert said.breached_at == "2026-02-02T10:36:00Z"
    assert breached_at is not None
    assert said.state == "breached"


def test_without_a_goal_no_target_goes_out_of_reach() -> None:
    assert watched(BASELINE, BEGIN + 14 * 24 * HOUR)[1] is None


def test_no_figure_is_given_for_time_that_was_lost_or_counted_twice() -> None:
    lost = DayFigures(BEGIN, END, Tally({"up": LENGTH - 1}))
    with pytest.raises(LostTimeError, match=f"{LENGTH - 1} µs stands for {LENGTH} µs"):
        judged(PROMISE, lost)
