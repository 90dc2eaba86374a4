from collections.abc import Callable
from pathlib import Path

import pytest

from catalogue.agreements import Agreement
from catalogue.instants import InstantError, format_instant
from catalogue.reader import read

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"


@pytest.fixture(scope="module")
def agreement() -> Callable[[str], Agreement]:
    catalogue = read([STARTER])

    def named(name: str) -> Agreement:
        return catalogue.get(Agreement, name)

    return named


@pytest.mark.parametrize(
    ("label", "begin", "end"),
    [
        pytest.param("2008-10", "2008-09-30T22:00:00Z", "2008-10-31T23:00:00Z", id="a month"),
        pytest.param(
            "AY2008", "2008-05-30T22:00:00Z", "2009-05-30T22:00:00Z", id="a year of its own"
        ),
        pytest.param("term", "2008-05-30T22:00:00Z", "2009-12-31T23:00:00Z", id="the whole term"),
    ],
)
def test_the_periods_of_an_agreement_are_read_in_its_zone(
    agreement: Callable[[str], Agreement], label: str, begin: str, end: str
) -> None:
    period = agreement("sla-unv-2008").period(label)
    assert (format_instant(period.begin), format_instant(period.end)) == (begin, end)


@pytest.mark.parametrize(
    ("name", "label", "said"),
    [
        pytest.param(
            "sla-unv-2008",
            "2008-04",
            "2008-04 is before the agreement sla-unv-2008, which holds from 2008-05-31; ask for 2008-05 or later",
            id="before it",
        ),
        pytest.param(
            "sla-unv-2008",
            "2010-Q1",
            "2010-Q1 is after the agreement sla-unv-2008, which held until 2009-12-31; ask for 2009-12 or earlier",
            id="after it",
        ),
        pytest.param(
            "mou-wcmc",
            "AY2008",
            "an agreement year needs the day on which the agreement came into force",
            id="a year of one that has no first day",
        ),
        pytest.param(
            "sla-unv-2026",
            "term",
            "no period 'term': the agreement has no last day; write a month or year",
            id="the term of one that has no end",
        ),
    ],
)
def test_a_period_the_agreement_does_not_have_is_refused(
    agreement: Callable[[str], Agreement], name: str, label: str, said: str
) -> None:
    with pytest.raises(InstantError) as refused:
        agreement(name).period_held(label)
    assert str(refused.value) == said


def test_a_period_in_which_it_begins_or_ends_is_its_own(
    agreement: Callable[[str], Agreement],
) -> None:
    assert agreement("sla-unv-2008").period_held("2008-05").label == "2008-05"
    assert agreement("mou-wcmc").period_held("2008-05").label == "2008-05"
