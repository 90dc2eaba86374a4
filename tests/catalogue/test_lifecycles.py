"""What people do with records: which act is allowed where, what it leaves, and that it happens once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue import fulfilling, publishing, resolving, signing, staging
from catalogue.agreements import Agreement
from catalogue.commitments import Commitment
from catalogue.document import PartialDate
from catalogue.kinds import KINDS
from catalogue.lifecycle import LifecycleError
from catalogue.marks import lifecycle_of, terms_of
from catalogue.recommendations import Ambiguity, Recommendation
from catalogue.records import Catalogue
from catalogue.services import Service
from catalogue.tariffs import Tariff, Validity
from catalogue.terms import (
    START,
    Known,
    LifecycleAsserted,
    Terms,
    TermsFact,
    TermsStated,
    evolve,
)

DAY = date(2008, 9, 1)
MARCH = PartialDate(value="2009-03", precision="month")


class Record:
    """A record of the starter set with the facts of its stream."""

    def __init__(self, cms: Catalogue, kind: str, record: str, /, **first: Any) -> None:
        """State it, with other first assertions where they are given."""
        document = json.loads(json.dumps(cms.records[kind, record].document)) | first
        self.kind, found = kind, KINDS[kind]
        stated = TermsStated(catalogue="cms-2008", terms=terms_of(found, document))
        asserted = LifecycleAsserted(values=lifecycle_of(found, document))
        self.terms = self._after(START, (stated, asserted))

    @staticmethod
    def _after(terms: Terms, facts: Sequence[TermsFact]) -> Known:
        return cast("Known", reduce(evolve, facts, terms))

    def happens(self, facts: Sequence[TermsFact]) -> int:
        """Fold what was decided; how many facts that were."""
        self.terms = self._after(self.terms, facts)
        return len(facts)

    @property
    def model(self) -> Any:
        """The record as it stands."""
        return KINDS[self.kind].parse(self.terms.document(self.terms.newest))


@pytest.fixture(scope="module")
def stated(cms: Catalogue) -> Callable[..., Record]:
    """State a record of the starter set; hypothesis writes out what it gives to a test, so the set stays outside."""
    return partial(Record, cms)


def refused(decision: Any) -> str:
    with pytest.raises(LifecycleError) as said:
        decision()
    return str(said.value)


STAGES = [
    pytest.param("proposed", "trial", True, id="what is proposed is tried"),
    pytest.param("proposed", "retained", False, id="what never ran cannot be retained"),
    pytest.param("trial", "live", True, id="a trial leads to live"),
    pytest.param("live", "retained", True, id="what runs is retained"),
    pytest.param("live", "integrating", True, id="or goes into another"),
    pytest.param("integrating", "retired", True, id="what went into another is retired"),
    pytest.param("live", "proposed", False, id="what runs is not proposed again"),
    pytest.param("retired", "live", True, id="what was retired may be taken up again"),
    pytest.param("retired", "trial", False, id="and is not on trial then"),
]


@pytest.mark.parametrize(("at", "to", "allowed"), STAGES)
def test_a_service_goes_from_stage_to_stage(
    cms: Catalogue, at: Any, to: Any, *, allowed: bool
) -> None:
    service = Record(cms, "service", "svc-groms", lifecycle=at)

    if allowed:
        assert service.happens(staging.move(service.model, to, DAY, "decided")) == 1
        assert service.model.lifecycle == to
        assert staging.move(service.model, to, DAY, "decided") == []
    else:
        said = refused(lambda: staging.move(service.model, to, DAY, "decided"))
        assert said.startswith(f"svc-groms is {at}, and goes from there to ")


def test_a_signature_is_as_precise_as_it_was_recorded(cms: Catalogue) -> None:
    agreement = Record(cms, "agreement", "mou-wcmc")

    agreement.happens(signing.sign(agreement.model, MARCH))

    found = agreement.model
    assert (found.state, found.signed_on, found.enforces) == ("signed", MARCH, ("o1", "o2", "o3"))
    assert found.binds_from == date(2009, 3, 31)


@pytest.mark.parametrize(
    ("name", "decide", "message"),
    [
        pytest.param(
            "sla-unv-2008",
            lambda a: signing.sign(a, MARCH),
            "sla-unv-2008 was signed 2008-05; if that is wrong, correct it in its document",
            id="a signature on another day",
        ),
        pytest.param(
            "sla-unv-2008",
            lambda a: signing.negotiate(a, DAY),
            "sla-unv-2008 is in force: it is negotiated no more",
            id="talks about what is signed",
        ),
        pytest.param(
            "sla-unv-2008",
            lambda a: signing.begin(a, DAY),
            "sla-unv-2008 is in force from 2008-05-31, and cannot begin on 2008-09-01",
            id="a begin where the terms name one",
        ),
        pytest.param(
            "mou-wcmc",
            lambda a: signing.terminate(a, DAY, "over"),
            "mou-wcmc is negotiating: what nobody signed is withdrawn, not terminated",
            id="the end of what nobody signed",
        ),
        pytest.param(
            "sla-unv-2008",
            lambda a: signing.terminate(a, date(2008, 5, 1), "over"),
            "sla-unv-2008 is in force from 2008-05-31 to 2009-12-31; 2008-05-01 is no day of it",
            id="an end before the begin",
        ),
        pytest.param(
            "mou-wcmc",
            lambda a: signing.sign(a, MARCH, keep_in_shadow=["o7"]),
            "mou-wcmc has no objective 'o7'; it has o1, o2, o3",
            id="an objective that there is not",
        ),
    ],
)
def test_what_an_agreement_does_not_allow_is_said(
    cms: Catalogue, name: str, decide: Any, message: str
) -> None:
    assert refused(lambda: decide(Record(cms, "agreement", name).model)) == message


def test_a_trial_that_was_signed_first_still_begins_and_ends_by_its_duration(
    cms: Catalogue,
) -> None:
    trial = Record(cms, "agreement", "trial-contacts")

    trial.happens(signing.sign(trial.model, PartialDate.parse("2008-07-01")))
    trial.happens(signing.begin(trial.model, date(2008, 7, 15)))

    assert (trial.model.state, trial.model.first_day, trial.model.last_day) == (
        "in_force", date(2008, 7, 15), date(2008, 8, 14),
    )  # fmt: skip
    assert signing.begin(trial.model, date(2008, 7, 15)) == []


PRICES: dict[str, Any] = {
    "list_kind": "standard",
    "currency": "USD",
    "valid_for": {"from": "2008-10-01", "to": None},
    "lines": [
        {"id": "t1", "offering": "off-unep-desk", "price_type": "recurring", "charge_period": "P1M",
         "unit": "seat_month", "amount": "46.00"}
    ],
}  # fmt: skip


def test_a_tariff_is_requested_then_received_then_published(cms: Catalogue) -> None:
    tariff = Record(cms, "tariff", "tar-unep-2008")
    stated = tariff.terms.newest.terms

    assert tariff.happens(publishing.receive(tariff.model, stated, PRICES, "letter", DAY)) == 3
    assert (tariff.model.status, len(tariff.model.lines)) == ("received", 1)
    stated = tariff.terms.newest.terms
    assert publishing.receive(tariff.model, stated, PRICES, "letter", DAY) == []
    assert tariff.happens(publishing.publish(tariff.model, DAY, [], position=7)) == 1
    assert (tariff.model.status, tariff.model.published_on) == ("published", DAY)
    assert publishing.publish(tariff.model, DAY, [], position=8) == []
    said = refused(
        lambda: publishing.receive(
            tariff.model, stated, {**PRICES, "currency": "EUR"}, "letter", DAY
        )
    )
    assert "write a new tariff with supersedes: tar-unep-2008" in said


@pytest.mark.parametrize(
    ("days", "supersedes", "clash"),
    [
        pytest.param(("2009-06-01", "2009-12-31"), None, True, id="a tariff of the same days"),
        pytest.param(("2010-01-01", "2010-12-31"), None, False, id="a tariff of the days after"),
        pytest.param(("2008-01-01", "2008-04-30"), None, False, id="a tariff of the days before"),
        pytest.param(
            ("2009-06-01", "2009-12-31"), "tar-unv-2009", False, id="one that supersedes it"
        ),
    ],
)
def test_no_offering_has_two_prices_on_a_day(
    cms: Catalogue, days: tuple[str, str | None], supersedes: str | None, *, clash: bool
) -> None:
    others = [model for _, model in cms.of(Tariff)]
    old = cms.get(Tariff, "tar-unv-2009")
    new = old.model_copy(
        update={
            "id": "tar-new",
            "status": "received",
            "supersedes": supersedes,
            "valid_for": Validity.model_validate_json(json.dumps({"from": days[0], "to": days[1]})),
        }
    )

    if clash:
        said = refused(lambda: publishing.publish(new, DAY, others, position=1))
        assert said == (
            "tar-unv-2009 prices off-helpdesk on the same days; end it before 2009-06-01, "
            "or write supersedes: tar-unv-2009"
        )
    else:
        assert len(publishing.publish(new, DAY, others, position=1)) == 1


def test_what_was_charged_by_a_tariff_keeps_it(cms: Catalogue) -> None:
    tariff = cms.get(Tariff, "tar-unv-2009")

    said = refused(lambda: publishing.withdraw(tariff, date(2009, 2, 1), "typed in error"))

    assert said.endswith("what was charged by it rests on it; supersede it by a new tariff")
    assert len(publishing.withdraw(tariff, date(2008, 12, 1), "typed in error")) == 1


def test_a_commitment_is_fulfilled_by_all_the_evidence_it_asks_for(cms: Catalogue) -> None:
    spec = Record(cms, "commitment", "c-5.1")

    said = refused(lambda: fulfilling.fulfil(spec.model, None, MARCH, []))
    assert said == "c-5.1 is not fulfilled without document and acceptance; show it first"
    for kind in ("document", "acceptance"):
        spec.happens(fulfilling.show(spec.model, None, kind, "file 7", DAY))
    assert fulfilling.show(spec.model, None, "document", "file 7", DAY) == []
    spec.happens(fulfilling.fulfil(spec.model, None, MARCH, []))

    assert (spec.model.closed_as, spec.model.waiting()) == ("fulfilled", None)
    assert fulfilling.fulfil(spec.model, None, MARCH, []) == []
    assert "nothing of it waits" in refused(lambda: fulfilling.waive(spec.model, None, "done"))


def test_what_depends_on_something_open_waits_for_it(cms: Catalogue) -> None:
    first, then = Record(cms, "commitment", "c-5.1"), Record(cms, "commitment", "c-5.2")
    for kind in ("acceptance", "probe_green"):
        then.happens(fulfilling.show(then.model, None, kind, "log", DAY))

    said = refused(lambda: fulfilling.fulfil(then.model, None, MARCH, [first.model]))
    first.happens(fulfilling.waive(first.model, None, "not needed"))

    assert said == "c-5.2 depends on c-5.1, which is open; fulfil or waive it first"
    assert len(fulfilling.fulfil(then.model, None, MARCH, [first.model])) == 1


def test_each_due_day_of_what_recurs_is_answered_for_itself(cms: Catalogue) -> None:
    note = Record(cms, "commitment", "c-1.1")  # every three months from 30 September 2008 on
    assert note.model.waiting().due == date(2008, 9, 30)

    note.happens(fulfilling.show(note.model, None, "note", "note 1", DAY))
    note.happens(fulfilling.fulfil(note.model, None, PartialDate.parse("2008-09-29"), []))
    note.happens(fulfilling.miss(note.model, date(2008, 12, 30), "nobody wrote it"))
    note.happens(fulfilling.reschedule(note.model, None, date(2009, 4, 15), "Easter"))

    found = [(each.due, each.state) for each in note.model.deliveries]
    assert found == [
        (date(2008, 9, 30), "fulfilled"), (date(2008, 12, 30), "missed"), (date(2009, 3, 30), None),
    ]  # fmt: skip
    waiting = note.model.waiting()
    assert (waiting.due, waiting.moved_to) == (date(2009, 3, 30), date(2009, 4, 15))
    said = refused(lambda: fulfilling.miss(note.model, date(2009, 5, 1), "why"))
    assert said == "c-1.1 is not due on 2009-05-01; 2009-03-30 is what waits"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param("requested", None, id="not while it is requested"),
        pytest.param("received", None, id="nor while it is received"),
        pytest.param(
            "published", ("TariffPublished tar-unep-2008", DAY), id="once it is published"
        ),
        pytest.param(
            "superseded", ("TariffPublished tar-unep-2008", DAY), id="also when it is superseded"
        ),
        pytest.param("withdrawn", None, id="not when it was withdrawn"),
    ],
)
def test_a_commitment_closes_on_the_publication_it_names(
    cms: Catalogue, status: Any, expected: tuple[str, date] | None
) -> None:
    commitment = cms.get(Commitment, "c-2.3")
    tariff = cms.get(Tariff, "tar-unep-2008").model_copy(
        update={"status": status, "published_on": DAY}
    )

    found = fulfilling.came_about(commitment, tariff, [], date(2026, 1, 1))

    assert found == expected


def test_a_commitment_closes_when_every_service_has_a_source(cms: Catalogue) -> None:
    commitment, today = cms.get(Commitment, "c-3.2"), date(2026, 1, 1)
    services = [model for _, model in cms.of(Service)]
    paid = [each.model_copy(update={"funding_source": "trust fund"}) for each in services]

    assert fulfilling.came_about(commitment, None, services, today) is None
    assert fulfilling.came_about(commitment, None, [], today) is None
    assert fulfilling.came_about(commitment, None, paid, today) == (
        "no service with funding_source unspecified", today,
    )  # fmt: skip


def test_a_decision_not_to_act_is_looked_at_again(cms: Catalogue) -> None:
    point = Record(cms, "recommendation", "9.1")
    later = date(2009, 9, 1)

    said = refused(lambda: resolving.decide_no_action(point.model, DAY, DAY, "no money"))
    point.happens(resolving.decide_no_action(point.model, DAY, later, "no money"))

    assert said == "the decision of 2008-09-01 cannot be reviewed on 2008-09-01; name a later day"
    assert (point.model.status, point.model.review_on) == ("no_action", later)
    assert resolving.decide_no_action(point.model, DAY, later, "no money") == []
    point.happens(resolving.take_up(point.model, DAY, "there is money"))
    assert (point.model.status, point.model.review_on) == ("in_progress", None)


def test_both_readings_of_an_ambiguous_passage_stay_readable(cms: Catalogue) -> None:
    passage = Record(cms, "ambiguity", "A1")

    passage.happens(resolving.resolve(passage.model, DAY, "step 16 carries out 2.1"))

    assert passage.model.resolution.reading == "step 16 carries out 2.1"
    assert passage.model.treat_as == cms.get(Ambiguity, "A1").treat_as
    assert resolving.resolve(passage.model, DAY, "step 16 carries out 2.1") == []


@dataclass(frozen=True)
class Drawn:
    """What an act may be about."""

    on: date
    other: date
    due: date | None


DAYS = st.dates(date(2008, 1, 1), date(2010, 12, 31))
DUE = st.sampled_from([None, date(2008, 9, 30), date(2008, 12, 30), date(2009, 3, 30)])
ACTS: dict[tuple[str, str], dict[str, Any]] = {
    ("agreement", "mou-wcmc"): {
        "sign": lambda m, _, d: signing.sign(m, PartialDate.parse(d.on.isoformat())),
        "begin": lambda m, _, d: signing.begin(m, d.on),
        "terminate": lambda m, _, d: signing.terminate(m, d.on, "so"),
    },
    ("tariff", "tar-unep-2008"): {
        "receive": lambda m, t, d: publishing.receive(m, t, PRICES, "letter", d.on),
        "publish": lambda m, _, d: publishing.publish(m, d.on, [], position=1),
        "withdraw": lambda m, _, d: publishing.withdraw(m, d.on, "so"),
    },
    ("commitment", "c-1.1"): {
        "show": lambda m, _, d: fulfilling.show(m, d.due, "note", "n", d.on),
        "fulfil": lambda m, _, d: fulfilling.fulfil(m, d.due, MARCH, []),
        "waive": lambda m, _, d: fulfilling.waive(m, d.due, "so"),
        "reschedule": lambda m, _, d: fulfilling.reschedule(m, d.due, d.on, "so"),
    },
    ("recommendation", "9.1"): {
        "take up": lambda m, _, d: resolving.take_up(m, d.on, "so"),
        "no action": lambda m, _, d: resolving.decide_no_action(m, d.on, d.other, "so"),
        "close": lambda m, _, d: resolving.close(m, d.on, "fulfilled", "so"),
    },
}


@pytest.mark.parametrize("which", [pytest.param(key, id=key[0]) for key in ACTS])
@settings(max_examples=30)
@given(
    numbers=st.lists(st.tuples(st.integers(0, 3), st.builds(Drawn, DAYS, DAYS, DUE)), max_size=8)
)
def test_whatever_happened_can_be_stated_again_and_reaches_the_same(
    stated: Callable[..., Record], which: tuple[str, str], numbers: list[tuple[int, Drawn]]
) -> None:
    # Given a record with which anything happened that was allowed
    record, acts = stated(*which), list(ACTS[which].values())
    for number, drawn in numbers:
        act = acts[number % len(acts)]
        try:
            facts = act(record.model, record.terms.newest.terms, drawn)
        except LifecycleError:
            continue
        record.happens(facts)

    # When it is stated anew, as a document that says all of it
    written = json.loads(json.dumps(record.terms.document(record.terms.newest)))
    again = stated(*which, **written)

    # Then it is the same record
    assert again.model == record.model


def test_every_kind_with_a_lifecycle_can_be_acted_on() -> None:
    acted_on = {Service, Tariff, Agreement, Commitment, Recommendation, Ambiguity}

    assert {kind.model for kind in KINDS.values() if kind.lifecycle} == acted_on
