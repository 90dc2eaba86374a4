"""Objectives of which much is to be told."""

from __future__ import annotations

from slamon.sla.judgement import (
    Coverage,
    DeclaredState,
    ErrorBudget,
    Exclusion,
    Forecast,
    InARow,
    Level,
    Measured,
    OutageFigures,
    PartJudged,
    Possible,
    RemedyDue,
)
from tests.web.worlds.judgements import BREACHED, part, said, share
from tests.web.worlds.times import MINUTE

# All that can be told of an objective at once.
RICH = BREACHED.model_copy(
    update={
        "possible": Possible(
            lowest=share("11850/12060", "98.2587"),
            highest=share("11910/12060", "98.7562"),
            cannot_tell=False,
        ),
        "outage_figures": OutageFigures(
            count=2,
            longest_us=90 * MINUTE,
            mean_time_to_restore_us="4500000000/1",
            mean_time_between_failures_us="355500000001/2",
            mean_time_between_incidents_us="364500000001/2",
        ),
        "exclusions": (
            Exclusion.model_validate(
                part(
                    "2026-09-05T18:00:00Z",
                    "2026-09-05T20:00:00Z",
                    announcement="x1-2026-11-28-1",
                    clause="x1",
                    effect="remove_window",
                    rule=None,
                    reason=None,
                    positions=(880,),
                )
            ),
            Exclusion.model_validate(
                part(
                    "2026-09-17T11:00:00Z",
                    "2026-09-17T13:00:00Z",
                    announcement="x1-2026-11-28-1",
                    clause="x1",
                    effect=None,
                    rule="notice",
                    reason="received 2026-09-16 09:00+02:00, the notice of P3D ends 2026-09-21 09:00+02:00,"
                    " after the begin 2026-09-17 13:00+02:00",
                    positions=(881,),
                )
            ),
        ),
        "declared": (
            DeclaredState.model_validate(
                part(
                    "2026-09-08T07:05:00Z",
                    "2026-09-08T08:05:00Z",
                    declaration="svc-mail/inc-20260908-0705",
                    state="down",
                    position=890,
                )
            ),
        ),
        "by_effect": {
            "remove_window": share("11850/12000", "98.7500"),
            "remove_bad_time": share("11850/12000", "98.7500"),
            "count_as_available": share("11970/12120", "98.7623"),
            "ignore": share("11850/12120", "97.7722"),
        },
        "parts": (
            PartJudged.model_validate(
                part(
                    "2026-08-31T22:00:00Z",
                    "2026-09-14T22:00:00Z",
                    target="99.00",
                    state="met",
                    measured=None,
                )
            ),
            PartJudged.model_validate(
                part(
                    "2026-09-14T22:00:00Z",
                    "2026-09-30T22:00:00Z",
                    target="99.90",
                    state="breached",
                    measured=BREACHED.measured,
                )
            ),
        ),
        "remedy_due": RemedyDue(kind="credit", breaches=2, to=None, credit_percent="5.00"),
    }
)


UNSURE = said(
    "o2",
    "svc-network",
    "at_risk",
    possible=Possible(
        lowest=share("199/202", "98.5148"),
        highest=share("201/202", "99.5049"),
        cannot_tell=True,
    ),
    forecast=Forecast(
        best=share("199/200", "99.5000"),
        worst=share("2/5", "40.0000"),
        trend=share("197/200", "98.5000"),
        reasons=("trend_misses", "open_outage"),
    ),
    error_budget=ErrorBudget(
        allowed_us=str(120 * MINUTE),
        spent_us=78 * MINUTE,
        left_us=str(42 * MINUTE),
        consumed="13/20",
        margin_now_us="300000001/2",
        exhausts_at="2026-10-20T08:42:00Z",
    ),
    in_a_row=InARow(wanted=3, missed=1),
)


TICKETS = said(
    "o4",
    "svc-mail",
    "on_track",
    indicator="response_time",
    target="90.00 % within PT4H",
    basis="imported",
    measured=Measured(good=38, total=40, ratio="19/20", percent="95.0000", unit="cases"),
    coverage=Coverage(
        known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=True
    ),
    tally={},
    waiting=1,
    error_budget=None,
)


OUTAGE_COUNT = said(
    "o5",
    "svc-mail",
    "met_late",
    indicator="outage_count",
    target="3",
    op="<=",
    measured=None,
    level=Level(value="2/1", bound="3/1", unit="count"),
    error_budget=None,
)
