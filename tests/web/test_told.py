"""What the judge knows beside the figure, in plain words, and only where it says something."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.sla.judgement import RemedyDue
from slamon.web.measures import length_of_time, level, promise, tallied
from slamon.web.telling import remedy_due
from slamon.web.texts import language

Words = Callable[[str], str]
EN = language("en")
TOLD = "/agreements/sla-unv-2026/periods/2026-10"
PLAIN = "/agreements/sla-unv-2026/periods/2026-09"


@pytest.fixture
def told(visitor: TestClient, words_of: Words) -> str:
    return words_of(visitor.get(TOLD).text)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            "Exclusions: 1 granted, 1 refused", id="how many exclusions were granted and refused"
        ),
        pytest.param(
            "5 Sep 2026, 20:00 – 22:00 CEST x1 granted the whole window is left out",
            id="when a granted one was, its clause and effect",
        ),
        pytest.param(
            "refused notice too short: received 16 Sep 2026, 09:00 CEST , the notice of P3D ends",
            id="the rule that refused one, in a sentence",
        ),
        pytest.param("Before exclusions 97.7722 % 11850/12120", id="the figure before exclusions"),
        pytest.param(
            "the window counts as available 98.7623 % 11970/12120", id="the figure by each effect"
        ),
        pytest.param(
            "One declared incident People stated what the service was", id="declared incidents"
        ),
        pytest.param(
            "down 8 Sep 2026, 09:05 – 10:05 CEST · svc-mail/inc-20260908-0705 · ledger position",
            id="what was declared, and its fact",
        ),
        pytest.param(
            "It cannot be told for sure: the target (99.00 %) lies between 98.5148 %, had all",
            id="that the verdict rests on what was not observed",
        ),
        pytest.param("If all that was not observed was down 98.2587 % 11850/12060", id="a range"),
        pytest.param(
            "98.5000 % at the present pace at best 99.5000 %, at worst 40.0000 %", id="a forecast"
        ),
        pytest.param(
            "At risk, because: at the present pace the target will be missed an outage lasts",
            id="why it is at risk",
        ),
        pytest.param(
            "An outage from now on would use it up on 20 Oct 2026, 10:42 CEST",
            id="when the budget would be gone",
        ),
        pytest.param("Outages that began in the period 2", id="how many outages"),
        pytest.param("Longest outage 1 h 30 min", id="the longest"),
        pytest.param("Mean time to restore 1 h 15 min 4 500 000 000 µs", id="time to restore"),
        pytest.param("Mean time between failures 49 h 22 min 30 s", id="time between failures"),
        pytest.param("Mean time between incidents 50 h 37 min 30 s", id="between incidents"),
        pytest.param(
            "15 Sep 2026, 00:00 CEST – 1 Oct 2026, 00:00 CEST 99.90 % 98.7500 % 11850/12000"
            " target missed",
            id="each part by its own terms",
        ),
        pytest.param("One case is not decided yet.", id="cases that wait"),
        pytest.param("90.00 % within 4 h Measured 95.0000 % 38 of 40 tickets in time", id="cases"),
        pytest.param("Target at most 3 outages Measured 2 outages 2", id="a level and its bound"),
        pytest.param("met late", id="what was met late"),
        pytest.param("Only 3 missed periods in a row break this promise", id="missed in a row"),
        pytest.param(
            "Due for this period: a credit of 5.00 % of the charge, after 2 breached periods",
            id="what is due",
        ),
    ],
)
def test_the_page_of_a_period_tells(told: str, words: str) -> None:
    assert words in told


def test_where_there_is_nothing_to_tell_nothing_is_said(
    visitor: TestClient, words_of: Words
) -> None:
    words = words_of(visitor.get(PLAIN).text)

    silent = ("Exclusions:", "declared incident", "Further figures", "Before exclusions", "At risk")
    assert [each for each in silent if each in words] == []


def test_cases_that_come_by_file_have_no_coverage_of_time(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    found = world.judge("sla-unv-2026", "2026-10", 0)
    world.judge = lambda *_: found.model_copy(update={"objectives": (worlds.TICKETS,)})

    assert "Coverage" not in words_of(visitor.get(TOLD).text)


def test_an_exclusion_leads_to_its_announcement_and_back(visitor: TestClient) -> None:
    page = visitor.get(TOLD).text
    assert 'href="/exclusions/sla-unv-2026/x1-2026-11-28-1"' in page
    assert (
        'href="/agreements/sla-unv-2026"'
        in visitor.get("/exclusions/sla-unv-2026/x1-2026-11-28-1").text
    )


def test_lists_mark_a_figure_of_which_nothing_sure_can_be_said(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    rows = tuple(
        worlds.status(judged, judged.objective, "Service")
        for judged in (worlds.UNSURE, worlds.TICKETS, worlds.OUTAGE_COUNT)
    )
    found = worlds.agreement("sla-unv-2026", "Told", rows)
    world.agreements = lambda _: (found,)
    words = words_of(visitor.get("/agreements/sla-unv-2026").text)

    assert "at risk cannot tell" in words
    assert "95.0000 % 38 of 40 tickets in time One case is not decided yet." in words
    assert "at most 3 outages 2 outages" in words
    assert "cannot tell The target lies between" in words
    assert "Targets missed this period, of the objectives with a figure 0 of 3" in re.sub(
        r"\s+", " ", words_of(visitor.get("/").text)
    )


def test_a_service_lists_what_was_declared_of_it(
    visitor: TestClient, world: Any, worlds: Any, words_of: Words
) -> None:
    taken_back = {"status": "withdrawn", "because": "it was another service"}
    world.declared += (worlds.DECLARED[0].model_copy(update=taken_back),)
    page = visitor.get("/services/svc-mail").text
    words = words_of(page)

    assert "Declared incidents" in words
    assert "14 Oct 2026, 09:00 – 11:30 CEST svc-mail/inc-20261014-0700 down nobody could" in words
    assert "withdrawn nobody could sign in, though the page answered it was another" in words
    assert 'href="/ledger/905"' in page
    assert "Declared incidents" not in words_of(visitor.get("/services/svc-network").text)


@pytest.mark.parametrize(
    ("target", "indicator", "op", "words"),
    [
        pytest.param("99.50", "availability", ">=", "99.50 %", id="a percent"),
        pytest.param("99.50", "availability", ">", "more than 99.50 %", id="more than a percent"),
        pytest.param("1", "outage_count", "<=", "at most 1 outage", id="one outage"),
        pytest.param("3", "outage_count", "<", "less than 3 outages", id="fewer outages"),
        pytest.param("PT4H", "longest_outage", "<=", "at most 4 h", id="a length of time"),
        pytest.param("P1DT12H", "age", "<=", "at most 1 day 12 h", id="days and hours"),
        pytest.param("20.0 staff_days", "level", "<=", "at most 20.0 staff days", id="a unit"),
        pytest.param("7", "level", ">=", "at least 7", id="a number without a unit"),
    ],
)
def test_a_target_is_said_with_its_side(
    target: str, indicator: str, op: str, words: str, words_of: Words
) -> None:
    assert words_of(promise(EN, target, indicator, op)) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [("P3D", "3 days"), ("P1M", "1 month"), ("PT90M", "1 h 30 min"), ("PT0S", "0 s")],
)
def test_a_duration_of_an_agreement_is_said_in_words(
    typed: str, words: str, words_of: Words
) -> None:
    assert words_of(length_of_time(EN, typed)) == words


def test_the_tally_of_a_composite_says_what_it_would_have_been() -> None:
    said = tallied(EN, "excused_down>degraded_us")
    assert said == "Excluded while down (without the excluded part: degraded)"


@pytest.mark.parametrize(
    ("value", "unit", "indicator", "words"),
    [
        pytest.param("14400000000/1", "us", "age", "4 h", id="a time"),
        pytest.param("41/2", "staff_days", "level", "20.5 staff days", id="a fraction"),
        pytest.param("1/3", "count", "level", "0.33", id="never rounded up"),
        pytest.param("-5/2", "count", "level", "−2.5", id="below nothing"),
    ],
)
def test_a_level_is_said_as_a_person_counts(
    worlds: Any, value: str, unit: str, indicator: str, words: str, words_of: Words
) -> None:
    found = worlds.Level(value=value, bound=None, unit=unit)
    assert words_of(level(EN, found, indicator)) == words


@pytest.mark.parametrize(
    ("due", "words"),
    [
        pytest.param(
            RemedyDue(kind="credit", breaches=1, to=None, credit_percent="10.00"),
            "Due for this period: a credit of 10.00 % of the charge.",
            id="a credit",
        ),
        pytest.param(
            RemedyDue(kind="escalation", breaches=3, to="the board", credit_percent=None),
            "Due for this period: an escalation to the board, after 3 breached periods in a row.",
            id="an action after several periods",
        ),
    ],
)
def test_what_is_due_is_said_in_a_sentence(due: RemedyDue, words: str) -> None:
    assert remedy_due(EN, due) == words
