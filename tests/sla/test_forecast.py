from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.instants import HOUR, parse_instant
from catalogue.intervals import Intervals, Steps, clip, intersect, norm, steps, subtract, total
from catalogue.periods import parse_period
from catalogue.service_hours import WEEKDAYS, ServiceHours
from slamon.sla.availability import Policy, Quotient, quotient
from slamon.sla.budget import breach_instant, lost, planned_time
from slamon.sla.forecast import (
    EarlyWarning,
    Forecast,
    ForecastError,
    Reason,
    SoFar,
    agreed_forward,
    forecast,
)
from slamon.sla.judgement import Effect, State
from slamon.sla.tally import Windows, classify, pieces

BERLIN = "Europe/Berlin"
END = 60
SPAN = (0, END)

kinds = st.sampled_from(["up", "up", "up", "degraded", "down", "unknown"])
histories = st.lists(st.tuples(st.integers(0, END), kinds), max_size=8).map(
    lambda points: [(0, "up"), *sorted(points, key=lambda point: point[0])]
)
hours = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=5).map(norm)
goals = st.sampled_from([Fraction(1), Fraction(99, 100), Fraction(9, 10), Fraction(1, 2)])


def of(good: int, bad: int, unknown: int = 0) -> Quotient:
    return Quotient(good, bad, unknown, good + bad)


CALM = of(100, 0)


def standing(
    good: int,
    bad: int,
    planned: int = 1000,
    *,
    lost: int = 0,
    recent: Quotient | None = None,
    open_outage: bool = False,
) -> SoFar:
    """A period of all its time, from 0 to `planned`."""
    now = good + bad + lost
    return SoFar(
        now=now,
        spent=of(good, bad, lost),
        lost=lost,
        planned=planned,
        rest=((now, planned),) if now < planned else (),
        recent=recent,
        open_outage=open_outage,
    )


def went_on(
    history: list[tuple[int, State]], agreed: Intervals, now: int, then: State
) -> Fraction | None:
    """What a period comes to if all of it from now on is alike."""
    points = [point for point in history if point[0] < now]
    whole = steps([*points, (now, then)], END)
    return quotient(classify(whole, agreed, (), SPAN).tally, Policy()).ratio


def seen(history: list[tuple[int, State]], agreed: Intervals, now: int) -> SoFar:
    past = classify(steps(history, now), clip(agreed, (0, now)), (), (0, now)).tally
    spent = quotient(past, Policy())
    rest = clip(agreed, (now, END))
    return SoFar(now=now, spent=spent, lost=spent.unknown, planned=total(agreed), rest=rest)


@given(histories, hours, st.integers(1, END), goals)
def test_best_and_worst_are_what_comes_of_a_rest_all_up_or_all_down(
    history: list[tuple[int, State]], agreed: Intervals, now: int, goal: Fraction
) -> None:
    said = forecast(seen(history, agreed, now), goal)
    assert said.best == went_on(history, agreed, now, "up")
    assert said.worst == went_on(history, agreed, now, "down")


@given(histories, hours, st.integers(1, END), goals)
def test_the_trend_lies_between_the_worst_and_the_best(
    history: list[tuple[int, State]], agreed: Intervals, now: int, goal: Fraction
) -> None:
    so_far = seen(history, agreed, now)
    said = forecast(so_far, goal)
    assert (said.trend is None) == (so_far.spent.ratio is None)
    if said.trend is not None and said.best is not None and said.worst is not None:
        assert said.worst <= said.trend <= said.best
        assert said.trend == so_far.spent.ratio


@given(histories, hours, st.integers(1, END), goals)
def test_an_outage_exhausts_the_budget_where_it_breaches_the_target(
    history: list[tuple[int, State]], agreed: Intervals, now: int, goal: Fraction
) -> None:
    """Apart from time that is not agreed: the budget is used up as the day closes, the breach is as the next opens."""
    said = forecast(seen(history, agreed, now), goal).exhausts_at
    points = [point for point in history if point[0] < now]
    whole = steps([*points, (now, "down")], END)
    breach = breach_instant(pieces(whole, agreed, (), SPAN), Policy(), goal, total(agreed))
    if said is None:
        assert breach is None or breach < now
    elif breach is not None:
        assert said <= breach
        assert total(clip(agreed, (said, breach))) == 0
    else:
        assert total(clip(agreed, (said, END))) == 0


@pytest.mark.parametrize(
    ("so_far", "said"),
    [
        pytest.param(
            standing(399, 1),
            Forecast(Fraction(999, 1000), Fraction(399, 1000), Fraction(399, 400), 409, ()),
            id="all is well",
        ),
        pytest.param(
            standing(0, 0),
            Forecast(Fraction(1), Fraction(0), None, 10, ()),
            id="nothing is measured, so there is no trend",
        ),
        pytest.param(
            standing(0, 0, lost=1000),
            Forecast(None, None, None, None, ()),
            id="nothing was measured, and nothing more will be",
        ),
        pytest.param(
            standing(0, 0, planned=0),
            Forecast(None, None, None, None, ()),
            id="a period without agreed time",
        ),
        pytest.param(
            standing(392, 8),
            Forecast(
                Fraction(992, 1000),
                Fraction(392, 1000),
                Fraction(98, 100),
                402,
                ("trend_misses", "ahead_of_time", "warn_level"),
            ),
            id="at this speed it misses",
        ),
        pytest.param(
            standing(940, 10),
            Forecast(
                Fraction(990, 1000),
                Fraction(940, 1000),
                Fraction(94, 95),
                950,
                ("trend_misses", "warn_level"),
            ),
            id="a budget spent to the last lasts until now",
        ),
        pytest.param(
            standing(389, 11),
            Forecast(
                Fraction(989, 1000),
                Fraction(389, 1000),
                Fraction(389, 400),
                None,
                ("trend_misses", "ahead_of_time", "warn_level"),
            ),
            id="an overspent budget is exhausted no more",
        ),
        pytest.param(
            standing(995, 5),
            Forecast(Fraction(199, 200), Fraction(199, 200), Fraction(199, 200), None, ()),
            id="what has ended has one outcome",
        ),
        pytest.param(
            standing(300, 0, lost=100),
            Forecast(Fraction(1), Fraction(300, 900), Fraction(1), 409, ()),
            id="unknown time shrinks the base and the budget",
        ),
    ],
)
def test_a_period_is_forecast_from_where_it_stands(so_far: SoFar, said: Forecast) -> None:
    assert forecast(so_far, Fraction("0.99")) == said


def test_the_trend_is_that_of_the_last_28_days_where_they_are_known() -> None:
    rest = ((400, 1000),)
    so_far = SoFar(now=400, spent=of(400, 0), lost=0, planned=1000, rest=rest, recent=of(90, 10))
    said = forecast(so_far, Fraction("0.95"))
    assert said.trend == Fraction(940, 1000)
    assert said.reasons == ("trend_misses",)
    assert said.at_risk


def test_a_recent_time_without_a_measurement_gives_no_trend_of_its_own() -> None:
    so_far = SoFar(
        now=400, spent=of(399, 1), lost=0, planned=1000, rest=((400, 1000),), recent=of(0, 0, 9)
    )
    assert forecast(so_far, Fraction("0.99")).trend == Fraction(399, 400)


def test_a_recent_time_that_was_all_bad_is_a_trend() -> None:
    so_far = SoFar(
        now=400, spent=of(399, 1), lost=0, planned=1000, rest=((400, 1000),), recent=of(0, 9)
    )
    assert forecast(so_far, Fraction("0.99")).trend == Fraction(399, 1000)


@pytest.mark.parametrize(
    ("so_far", "reasons"),
    [
        pytest.param(standing(593, 7, recent=CALM), (), id="below the level, and not ahead"),
        pytest.param(standing(593, 7), ("trend_misses",), id="the trend misses"),
        pytest.param(
            standing(742, 8, recent=CALM), ("warn_level",), id="eight tenths at three quarters"
        ),
        pytest.param(standing(247, 3, recent=CALM), (), id="three tenths at a quarter"),
        pytest.param(standing(95, 5, recent=CALM), ("ahead_of_time",), id="a half at a tenth"),
        pytest.param(
            standing(245, 5, recent=CALM), (), id="exactly a quarter ahead is not more than it"
        ),
        pytest.param(
            standing(990, 0, recent=CALM, open_outage=True),
            (),
            id="an outage that can last to the end of the period is no danger",
        ),
    ],
)
def test_a_period_is_at_risk_for_named_reasons(so_far: SoFar, reasons: tuple[Reason, ...]) -> None:
    found = forecast(so_far, Fraction("0.99"), EarlyWarning(outage=5)).reasons
    assert found == reasons


def test_the_warning_level_is_reached_by_equality() -> None:
    assert (
        "warn_level"
        in forecast(standing(792, 8), Fraction("0.99"), EarlyWarning(Fraction(8, 10))).reasons
    )
    assert (
        "warn_level"
        not in forecast(standing(792, 8), Fraction("0.99"), EarlyWarning(Fraction(9, 10))).reasons
    )


def test_a_target_of_100_percent_has_no_level_to_warn_at() -> None:
    assert forecast(standing(400, 0), Fraction(1)).reasons == ()
    assert forecast(standing(400, 0, open_outage=True), Fraction(1)).reasons == ("open_outage",)
    assert forecast(standing(399, 1), Fraction(1)).reasons == ("trend_misses",)


@pytest.mark.parametrize(
    ("outage", "reasons"),
    [
        pytest.param(9, (), id="it may go on longer than the notice asked for"),
        pytest.param(10, ("open_outage",), id="it may go on as long as the notice asked for"),
    ],
)
def test_an_open_outage_that_would_soon_exhaust_the_budget_is_a_reason(
    outage: int, reasons: tuple[Reason, ...]
) -> None:
    warning = EarlyWarning(outage=outage)
    so_far = standing(400, 0, open_outage=True)
    assert forecast(so_far, Fraction("0.99"), warning).reasons == reasons
    assert forecast(standing(400, 0), Fraction("0.99"), warning).reasons == ()


@pytest.mark.parametrize(
    ("now", "length", "instant"),
    [
        pytest.param("2026-06-03T12:00", HOUR, "2026-06-03T13:00", id="within the hours"),
        pytest.param("2026-06-05T16:30", HOUR, "2026-06-08T09:30", id="over a weekend"),
        pytest.param("2026-06-06T12:00", HOUR, "2026-06-08T10:00", id="from a Saturday on"),
        pytest.param("2026-06-05T16:00", HOUR, "2026-06-05T17:00", id="as the day closes"),
        pytest.param("2026-06-06T12:00", 0, "2026-06-06T12:00", id="nothing is left at once"),
        pytest.param("2026-06-30T16:00", 2 * HOUR, None, id="the period ends before"),
    ],
)
def test_agreed_time_is_walked_through_the_calendar(
    now: str, length: int, instant: str | None
) -> None:
    office = ServiceHours(BERLIN, dict.fromkeys(WEEKDAYS[:5], (("09:00", "17:00"),)))
    june = office.intervals(*parse_period("2026-06", BERLIN).span)
    found = agreed_forward(june, parse_instant(now, BERLIN), length)
    assert found == (None if instant is None else parse_instant(instant, BERLIN))


def test_the_clock_going_back_gives_an_outage_an_hour_more() -> None:
    """On 25 October 2026 an hour comes twice: from midnight, three hours are over at two o'clock, wintertime."""
    october = parse_period("2026-10", BERLIN)
    midnight = parse_instant("2026-10-25T00:00", BERLIN)
    found = agreed_forward((october.span,), midnight, 3 * HOUR)
    assert found == parse_instant("2026-10-25T02:00:00+01:00")


@given(hours, st.integers(0, END), st.integers(1, END))
def test_the_time_walked_is_the_time_asked_for(agreed: Intervals, now: int, length: int) -> None:
    at = agreed_forward(agreed, now, length)
    walked = subtract(intersect(agreed, ((now, END),)), () if at is None else ((at, END),))
    assert total(walked) == length if at is not None else total(walked) < length


def test_more_time_than_was_planned_is_refused() -> None:
    with pytest.raises(ForecastError, match="1001 µs have passed of 1000 planned"):
        standing(1001, 0)


EFFECTS: tuple[Effect, ...] = ("remove_window", "remove_bad_time", "count_as_available", "ignore")
windows = st.lists(
    st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from(EFFECTS)), max_size=2
).map(
    lambda found: tuple(
        (30 * number + begin, 30 * number + begin + length, effect)
        for number, (begin, length, effect) in enumerate(found)
        if begin + length <= 30
    )
)
policies = st.builds(
    Policy,
    excused=st.none(),
    unknown=st.sampled_from(["exclude", "as_available", "as_unavailable"]),
    degraded_is_available=st.booleans(),
)


@given(histories, hours, windows, policies, st.integers(1, END), goals)
def test_exclusions_and_policies_leave_the_forecast_true(
    history: list[tuple[int, State]],
    agreed: Intervals,
    excluded: Windows,
    policy: Policy,
    now: int,
    goal: Fraction,
) -> None:
    """An outage in a window to come spends nothing unless the window is ignored.

    One of which bad time is removed takes of the budget's base instead, which no forecast walks through.
    """
    past = classify(steps(history, now), agreed, excluded, (0, now)).tally
    harmless = norm((a, b) for a, b, effect in excluded if effect != "ignore")
    so_far = SoFar(
        now=now,
        spent=quotient(past, policy),
        lost=lost(past, policy),
        planned=planned_time(agreed, excluded, policy),
        rest=subtract(clip(agreed, (now, END)), harmless),
    )
    said = forecast(so_far, goal)

    def whole(then: State) -> Steps[State]:
        return steps([*(point for point in history if point[0] < now), (now, then)], END)

    def comes_to(then: State) -> Fraction | None:
        return quotient(classify(whole(then), agreed, excluded, SPAN).tally, policy).ratio

    assert said.best == comes_to("up")
    worst = comes_to("down")
    assert worst is None or (said.worst is not None and said.worst <= worst)
    if any(effect == "remove_bad_time" and end > now for _, end, effect in excluded):
        return
    breach = breach_instant(
        pieces(whole("down"), agreed, excluded, SPAN), policy, goal, so_far.planned
    )
    if said.exhausts_at is not None and breach is not None:
        assert said.exhausts_at <= breach
        assert total(clip(so_far.rest, (said.exhausts_at, breach))) == 0
