"""A plan says which closed periods a change leaves alone, and which are judged anew."""

from collections.abc import Callable
from datetime import date
from functools import reduce
from pathlib import Path

import pytest

from catalogue.periods import parse_period
from catalogue.plan import plan
from catalogue.reader import read
from catalogue.records import Key
from catalogue.terms import START, Terms, evolve

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
TODAY = date(2009, 2, 1)
MONTHS = ("2008-10", "2008-11", "2008-12")
CLOSED = {"sla-unv-2008": tuple(parse_period(label, "Europe/Berlin") for label in MONTHS)}
SHARE = 'share: "90.00"'  # of tickets of sla-unv-2008 that are resolved in time
Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """The documents of 2008 with one text replaced in one file."""

    def write(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "cms-2008"
        folder.mkdir()
        for path in STARTER.glob("*.yaml"):
            text = path.read_text(encoding="utf-8")
            if path.name == file:
                assert old in text
                at = text.index(old, max(text.find("- id: sla-unv-2008"), 0))
                text = text[:at] + new + text[at + len(old) :]
            (folder / path.name).write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="module")
def known() -> dict[Key, Terms]:
    """The documents of 2008 as applied."""
    return {
        (change.kind, change.id): reduce(evolve, change.facts, START)
        for change in plan(read([STARTER]), {}, TODAY).changes
    }


def test_a_target_that_is_lowered_from_a_day_on_reads_like_a_sentence(
    edited: Edit, known: dict[Key, Terms]
) -> None:
    mark = "amended: {from: 2009-01-01, reason: agreed anew}"
    folder = edited("agreements.yaml", SHARE, f'share: "85.00", {mark}')

    planned = plan(read([folder]), known, TODAY, CLOSED)

    assert [str(each) for each in planned.refusals] == []
    (change,) = planned.changes
    assert change.sentence == (
        "agreement sla-unv-2008: objective o3 target share 90.00 → 85.00 from 2009-01-01"
        ' ("agreed anew"), 3 closed months unaffected'
    )


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        pytest.param(
            "correction: {reason: misread}",
            'corrected from the start ("misread"),'
            " 3 closed months judged anew, and restated where the figures differ",
            id="a correction",
        ),
    ],
)
def test_closed_months_that_a_change_reaches_are_counted(
    edited: Edit, known: dict[Key, Terms], mark: str, said: str
) -> None:
    folder = edited("agreements.yaml", SHARE, f'share: "85.00", {mark}')

    (change,) = plan(read([folder]), known, TODAY, CLOSED).changes

    assert change.sentence.endswith(said)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param("2008-12-01", id="an amendment into the past"),
        pytest.param("2008-12-15", id="an amendment within a closed month"),
    ],
)
def test_an_amendment_that_reaches_a_closed_month_is_refused(
    edited: Edit, known: dict[Key, Terms], day: str
) -> None:
    mark = f"amended: {{from: {day}, reason: agreed}}"
    folder = edited("agreements.yaml", SHARE, f'share: "85.00", {mark}')

    (refusal,) = plan(read([folder]), known, TODAY, CLOSED).refusals

    assert refusal.message == (
        f"agreement sla-unv-2008: the amendment from {day} reaches 2008-12, which is closed; amend from 2009-01-01 "
        'or later, or write "correction: {reason: WHY}" if it was wrong from the start'
    )


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        pytest.param("calendars.yaml", 'to: "18:00"', 'to: "17:00"', id="service hours"),
        pytest.param("calendars.yaml", "date: 2008-10-03", "date: 2008-10-06", id="a holiday"),
    ],
)
def test_agreements_that_rest_on_a_record_are_named(
    edited: Edit, known: dict[Key, Terms], file: str, old: str, new: str
) -> None:
    folder = edited(file, old, new)

    (change,) = plan(read([folder]), known, TODAY, CLOSED).changes

    assert change.sentence.endswith(
        "sla-unv-2008: 3 closed months judged anew, and restated where the figures differ"
    )


def test_a_change_on_which_no_figure_rests_says_nothing_of_closed_months(
    edited: Edit, known: dict[Key, Terms]
) -> None:
    folder = edited("providers.yaml", 'en: "UNEP-DELC"', "en: DELC")

    (change,) = plan(read([folder]), known, TODAY, CLOSED).changes

    assert change.sentence == "party unep-delc: name en UNEP-DELC → DELC"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            ("in_force: {from: 2008-05-31, to: 2009-12-31}",
             "in_force: {from: 2008-05-31, to: 2011-12-31, amended: {from: 2010-03-01, reason: revived}}"),
            "leaves days without terms: those before end with 2009-12-31;"
            " amend from the day after, or state a new agreement",
            id="a gap between two versions",
        ),
        pytest.param(
            (SHARE, 'share: "85.00", amended: {from: 2010-01-01, reason: late}'),
            "would hold on no day: the agreement ends with 2009-12-31",
            id="a version after the end",
        ),
    ],
)  # fmt: skip
def test_a_version_that_leaves_a_gap_or_never_holds_is_refused(
    edited: Edit, known: dict[Key, Terms], change: tuple[str, str], said: str
) -> None:
    (refusal,) = plan(read([edited("agreements.yaml", *change)]), known, TODAY, CLOSED).refusals

    assert refusal.message.endswith(said)
