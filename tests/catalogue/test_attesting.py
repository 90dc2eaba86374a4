"""The periods an attestation is about, on the calendar of those who answer."""

from __future__ import annotations

import pytest

from catalogue.attesting import asked_since, named
from catalogue.instants import InstantError, parse_instant

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("every", "periods"),
    [
        pytest.param("P1W", ["2026-W09", "2026-W10"], id="a week"),
        pytest.param("P1M", ["2026-02", "2026-03"], id="a month"),
        pytest.param("P3M", ["2026-Q1"], id="a quarter"),
        pytest.param("P1Y", ["2026"], id="a year"),
    ],
)
def test_it_is_asked_about_every_period_from_its_first_on(every: str, periods: list[str]) -> None:
    since, now = parse_instant("2026-02-28T23:30Z"), parse_instant("2026-03-05T12:00Z")

    found = [each.label for each in asked_since(every, since, now, "UTC")]

    assert found == periods


def test_a_month_begins_on_the_clock_of_those_who_answer() -> None:
    since = parse_instant("2026-02-28T23:30Z")

    assert [each.label for each in asked_since("P1M", since, since, BERLIN)] == ["2026-03"]


@pytest.mark.parametrize(
    ("every", "label", "fault"),
    [
        pytest.param("P1M", "2026-Q1", "2026-Q1 is a quarter, and every month is asked about", id="another length"),
        pytest.param("PT6H", "2026-02", "every PT6H is no period of the calendar", id="hours"),
        pytest.param("P1M", "February", "no period 'February'", id="no label"),
    ],
)  # fmt: skip
def test_a_label_that_names_no_such_period_is_refused(every: str, label: str, fault: str) -> None:
    with pytest.raises(InstantError, match=fault):
        named(every, label, BERLIN)
