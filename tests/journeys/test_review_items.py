"""Every recommendation and every step of the review has a row that works: what is owed, and what realises it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalogue.document import PartialDate
from catalogue.instants import moment_of, parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from slamon.app import catalogue as applying
from slamon.app import lifecycles
from slamon.app.acts import Act, Fulfil, NoAction, Resolve, Show
from slamon.cli.house import House

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
OCTOBER = parse_instant("2008-10-15T12:00Z")


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The starter set of 2008 in a ledger; nobody writes to it."""
    with House(tmp_path_factory.mktemp("cms")) as house:
        _apply(house)
        yield house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The same, to be written to."""
    with House(tmp_path) as made:
        _apply(made)
        yield made


def _apply(house: House) -> None:
    made = plan(read([SET]), {}, moment_of(OCTOBER).date())
    applying.apply(house.ledger, made, {}, actor="ann", reason="begun")
    house.refresh()


def act(house: House, name: str, deed: Act) -> None:
    lifecycles.record(house.ledger, name, deed, house.reading.catalogue(), actor="ann")
    house.refresh()


def line_of(house: House, number: str, now: int = OCTOBER) -> Any:
    lines = house.reading.register(now).recommendations
    return next(line for line in lines if line.recommendation == number)


# Number, steps, what is owed for it, records of the catalogue that realise it (some of them).
ITEMS = [
    pytest.param("1.1", [19], {"c-1.1": "P3M"}, set(), id="1.1 a note on donors, every three months"),
    pytest.param(
        "2.1", [3], {"c-2.1-sign": None, "c-2.1-market": None},
        {"sla-unv-2008", "svc-it-support", "tar-unv-2008", "tar-unv-2009"},
        id="2.1 the agreement with UNV, its tariffs, the survey of the market",
    ),
    pytest.param("2.2", [6, 16], {"c-2.2": None}, {"svc-cms-network", "svc-campus-network"},
                 id="2.2 the study of a network, measured by the present one"),
    pytest.param("2.3", [], {"c-2.3": None}, {"tar-unep-2008", "tar-unep-2008-draft"},
                 id="2.3 the price list that was requested"),
    pytest.param("3.1", [17], {"c-3.1": "P6M"}, set(), id="3.1 the review of project money"),
    pytest.param("3.2", [18], {"c-3.2": None}, set(), id="3.2 a source for every service"),
    pytest.param("4.1", [5], {"c-4.1-services": None, "c-4.1-roles": None, "c-4.1-sign": None},
                 {"mou-wcmc"}, id="4.1 the memorandum with its three commitments"),
    pytest.param("4.2", [8], {"c-4.2": "P6M"}, {"mou-wcmc"}, id="4.2 who answers for each project"),
    pytest.param("5.1", [7], {"c-5.1": None}, {"svc-groms", "moc-gbif"}, id="5.1 the specification"),
    pytest.param("5.2", [13], {"c-5.2": None}, {"svc-groms"}, id="5.2 the integration after it"),
    pytest.param("6.1", [], {"c-6.1-review": "P1Y"}, {"svc-online-reporting", "prb-reporting-login"},
                 id="6.1 no action, looked at every year, and probed"),
    pytest.param("7.1", [], {"c-7.1-review": "P1Y"}, {"svc-cms-ims"},
                 id="7.1 no action, looked at every year, and probed"),
    pytest.param("8.1", [9], {"c-8.1": "P1M"}, {"project-delc-km", "svc-mea-km-portal"},
                 id="8.1 minutes of the project every month"),
    pytest.param("8.2", [10], {"c-8.2": None}, {"svc-report-analysis"}, id="8.2 the concept of a tool"),
    pytest.param("9.1", [14], {"c-9.1": None}, set(), id="9.1 the inventory"),
    pytest.param("10.1", [2], {"c-10.1": None}, {"trial-contacts", "svc-contacts"},
                 id="10.1 the trial of one month"),
    pytest.param("10.2", [12], {"c-10.2": None}, set(), id="10.2 the study after the trial"),
    pytest.param("11.1", [4], {"c-11.1": "P3M"}, {"svc-unep-shared-infrastructure"},
                 id="11.1 talks with the group every three months"),
    pytest.param("11.2", [11], {"c-11.2": None}, {"svc-unep-shared-infrastructure"},
                 id="11.2 the plan to benefit"),
    pytest.param("12.1", [15], {"c-12.1": None}, set(), id="12.1 the strategy"),
    pytest.param("13.1", [1], {"c-13.1": None}, {"svc-it-representation"},
                 id="13.1 the consultant, attested every month"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "steps", "owed", "realised"), ITEMS)
def test_a_recommendation_has_its_row(
    applied: House, number: str, steps: list[int], owed: dict[str, str | None], realised: set[str]
) -> None:
    line = line_of(applied, number)

    assert [each.step for each in line.steps] == steps
    assert {each.commitment: each.recur for each in line.commitments} == owed
    assert realised <= {each.id for each in line.realisations}
    assert line.no_step == (not steps)


def test_all_recommendations_and_steps_are_there(applied: House) -> None:
    told = applied.reading.register(OCTOBER)

    assert (len(told.recommendations), len(told.steps)) == (21, 19)
    assert {each.recommendation for each in told.recommendations if each.no_action} == {
        "6.1",
        "7.1",
    }
    assert {each.item for each in told.uncovered} == {"T5", "N2"}
    assert {each.en for each in told.glossary} >= {"service agreement", "hosting"}


@pytest.mark.parametrize("step", range(1, 20))
def test_a_step_has_a_commitment_that_carries_it(applied: House, step: int) -> None:
    found = applied.reading.register(OCTOBER).steps[step - 1]

    assert found.step == step
    assert found.commitments


def test_points_that_no_recommendation_answers_have_their_rows(applied: House) -> None:
    told = {each.item: each for each in applied.reading.register(OCTOBER).uncovered}

    assert [each.commitment for each in told["N2"].commitments] == ["c-plan"]
    hosting = applied.reading.service("svc-web-hosting", OCTOBER)
    assert hosting is not None
    assert {each.probe for each in hosting.probes} >= {
        "prb-web-home", "prb-web-fr", "prb-web-tls", "prb-web-cron",
    }  # fmt: skip


def test_a_disputed_step_keeps_both_readings_also_once_it_is_decided(house: House) -> None:
    act(house, "A1", Resolve(on=date(2008, 10, 1), reading="step 16 carries out 2.1"))

    step = house.reading.register(OCTOBER).steps[15]

    assert (step.cites, step.proposed_target, step.disputed) == ("2.2", "2.1", True)
    assert step.commitments[0].commitment == "c-2.1-market"
    (reading,) = step.ambiguities
    assert (reading.reading, reading.on) == ("step 16 carries out 2.1", "2008-10-01")


def test_what_recurs_is_due_again_after_it_was_delivered(house: House) -> None:
    assert line_of(house, "1.1").late  # due on 30 September
    shown = Show(kind="note", reference="note 1", on=date(2008, 10, 14))
    act(house, "c-1.1", shown)
    act(house, "c-1.1", Fulfil(on=PartialDate.parse("2008-10-14")))

    line = line_of(house, "1.1")

    assert not line.late
    assert (line.commitments[0].due, line.commitments[0].state) == ("2008-12-30", "open")


def test_a_decision_not_to_act_is_late_once_its_review_is_over(house: House) -> None:
    decided = NoAction(on=date(2008, 9, 1), review_on=date(2009, 9, 1), reason="no money")
    act(house, "9.1", decided)

    assert (line_of(house, "9.1").no_action, line_of(house, "9.1").late) == (True, False)
    assert line_of(house, "9.1", parse_instant("2009-09-02T00:00Z")).late


def test_the_register_is_known_as_it_was(house: House) -> None:
    before = house.ledger.position()
    decided = NoAction(on=date(2008, 9, 1), review_on=date(2009, 9, 1), reason="no money")
    act(house, "9.1", decided)

    then = house.reading.moment(f"@{before}", OCTOBER)

    with house.reading.as_known(then) as reading:
        lines = {each.recommendation: each for each in reading.register(OCTOBER).recommendations}
    assert (lines["9.1"].status, line_of(house, "9.1").status) == ("open", "no_action")
