"""What the figures of a span rest on: results measured, simulated, imported, of several kinds, or none."""

import pytest

from slamon.sla.judgement import Basis
from slamon.views.days import Observations
from slamon.views.shelf import Bases, Fetched, Source

SOURCE = Source("website", "bonn", validity=5)
FIRST_DAY, NEXT_DAY = (0, 100), (100, 200)

Told = tuple[int, int, int, Basis]
"""First and last result of a day, until when that speaks, and what they are."""

MEASURED: Told = (10, 90, 95, "measured")
MEASURED_TO_MIDNIGHT: Told = (10, 99, 104, "measured")
SIMULATED_NEXT_DAY: Told = (110, 190, 195, "simulated")
IMPORTED_LATER: Told = (310, 390, 395, "imported")


def fetched(*bases: Told) -> Fetched:
    return Fetched(SOURCE, (), bases)


OF_ONE_CHECK = [
    pytest.param((), [None, None], id="no results"),
    pytest.param((MEASURED,), ["measured", None], id="the last result speaks no longer"),
    pytest.param(
        (MEASURED_TO_MIDNIGHT,),
        ["measured", "measured"],
        id="the last result of the day before still speaks",
    ),
    pytest.param(
        (SIMULATED_NEXT_DAY,), [None, "simulated"], id="nothing speaks before it was measured"
    ),
    pytest.param(
        (MEASURED, SIMULATED_NEXT_DAY), ["measured", "simulated"], id="each day is of its own kind"
    ),
    pytest.param(
        (MEASURED_TO_MIDNIGHT, SIMULATED_NEXT_DAY),
        ["measured", "mixed"],
        id="a day begins with what the other kind said",
    ),
    pytest.param((IMPORTED_LATER,), [None, None], id="results of later days"),
    pytest.param(
        ((-90, -1, 1, "imported"), MEASURED),
        ["mixed", None],
        id="results of before that speak for an instant only",
    ),
    pytest.param(
        ((-90, -1, 0, "imported"), MEASURED),
        ["measured", None],
        id="results of before that spoke until the span began",
    ),
    pytest.param(
        ((99, 99, 104, "measured"), (100, 100, 105, "simulated")),
        ["measured", "mixed"],
        id="a result at the end of a span is of the next",
    ),
]


@pytest.mark.parametrize(("bases", "expected"), OF_ONE_CHECK)
def test_a_span_rests_on_its_results_and_on_the_one_before_that_still_speaks(
    bases: Bases, expected: list[Basis | None]
) -> None:
    spans = [FIRST_DAY, NEXT_DAY]

    found = list(fetched(*bases).rested_on(spans))

    assert found == expected


def test_a_span_across_several_days_rests_on_all_of_them() -> None:
    days = fetched(MEASURED, SIMULATED_NEXT_DAY, IMPORTED_LATER)

    found = list(days.rested_on([(0, 195), (195, 300), (300, 400)]))

    assert found == ["mixed", None, "imported"]


OF_SEVERAL_CHECKS = [
    pytest.param((), "none", id="no check at all"),
    pytest.param((fetched(), fetched()), "none", id="checks without results"),
    pytest.param((fetched(MEASURED), fetched()), "measured", id="one check without results"),
    pytest.param((fetched(MEASURED), fetched(MEASURED)), "measured", id="all of one kind"),
    pytest.param(
        (fetched(MEASURED), fetched((20, 80, 85, "simulated"))), "mixed", id="of two kinds"
    ),
]


@pytest.mark.parametrize(("checks", "expected"), OF_SEVERAL_CHECKS)
def test_figures_rest_on_the_results_of_all_their_checks(
    checks: tuple[Fetched, ...], expected: Basis
) -> None:
    seen = Observations(FIRST_DAY, checks, ())

    found = list(seen.rested_on([FIRST_DAY]))

    assert found == [expected]
