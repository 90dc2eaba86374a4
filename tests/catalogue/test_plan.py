"""Given facts, when documents are planned, then facts, or a refusal that says the ways out."""

import json
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.changes import Change
from catalogue.kinds import KINDS
from catalogue.plan import Plan, plan
from catalogue.reader import read
from catalogue.records import Catalogue, Key
from catalogue.terms import (
    START,
    Known,
    LifecycleAsserted,
    Terms,
    TermsAmended,
    TermsCorrected,
    TermsError,
    TermsRestated,
    TermsStated,
    TermsWithdrawn,
    evolve,
)

TODAY = date(2026, 6, 1)
States = dict[Key, Terms]
Set = Callable[..., Path]

SHARED = """
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-web, name: {en: Web, fr: Web, es: Web}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [],
   offerings: [{id: off-web, name: {en: W, fr: W, es: W}, unit: site}], prov: {_: I}}
service_hours:
- {id: always, tz: UTC, weekdays: [mon], from: "00:00", to: "24:00", holidays: null, prov: {_: I}}
defaults: {interval: PT1M, timeout: PT10S, prov: {_: I}}
"""
AGREEMENT = """
agreements:
- id: sla-web
  kind: sla
  name: {en: NAME, fr: Web, es: Web}
  customer: host
  provider: host
  tz: Europe/Berlin
  state: STATE
  signed_on: null
  in_force: {from: 2026-01-01, to: null}
  recommendations: []
  objectives:
  - {id: o1, service: svc-web, indicator: availability, target: "TARGET", period: calendar_month, service_hours: always,
     data: [prb-web], remedy: {kind: review_item, after_periods: PERIODS}MARK}
  prov: {_: I}
"""
PROBE = """
probes:
- {id: prb-web, kind: http, service: svc-web, interval: INTERVAL, target: "https://www.example/",
   demo_target: "http://127.0.0.1:18080/", prov: {_: I}}
"""
TARIFF = """
tariffs:
- {id: tar-web, provider: host, name: {en: T, fr: T, es: T}, status: STATUS, list_kind: standard, currency: EUR,
   valid_for: {from: 2026-01-01, to: null}, recommendations: [],
   lines: [{id: t1, offering: off-web, price_type: recurring, unit: site, amount: "AMOUNT"MARK}],
   prov: {_: I}}
quantities:
- {offering: off-web, quantity: QUANTITY, from: 2026-03-16, prov: {_: I}}
"""
USUAL = {
    "NAME": "Web", "STATE": "in_force", "TARGET": "99.50", "PERIODS": "1", "MARK": "",
    "INTERVAL": "PT1M", "STATUS": "published", "AMOUNT": "4.35", "QUANTITY": "24",
}  # fmt: skip


@pytest.fixture
def documents(tmp_path: Path) -> Set:
    """Write a small set; words in capitals are replaced."""
    number = count()

    def write(*parts: str, **words: str) -> Path:
        text = "".join(parts or (SHARED, AGREEMENT, PROBE, TARIFF))
        for word, usual in USUAL.items():
            text = text.replace(word, words.get(word.lower(), usual))
        folder = tmp_path / str(next(number)) / "small"
        folder.mkdir(parents=True)
        (folder / "all.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def planned(folder: Path, states: States) -> Plan:
    return plan(read([folder]), states, TODAY)


def applied(folder: Path, states: States) -> States:
    """Fold what a plan would record."""
    after = dict(states)
    for change in planned(folder, states).changes:
        for fact in change.facts:
            key = (change.kind, change.id)
            after[key] = evolve(after.get(key, START), fact)
    return after


def known(states: States, kind: str, name: str) -> Known:
    terms = states[kind, name]
    assert isinstance(terms, Known)
    return terms


def test_a_new_record_is_stated_and_its_lifecycle_asserted(documents: Set) -> None:
    change = next(c for c in planned(documents(), {}).changes if c.kind == "agreement")

    stated, asserted = change.facts
    assert isinstance(stated, TermsStated)
    assert stated.catalogue == "small"
    assert {"state", "signed_on", "amended"} & set(stated.terms) == set()
    assert asserted == LifecycleAsserted(values={"state": "in_force", "signed_on": None})
    assert change.stream == "agreement:sla-web"
    assert (
        change.sentence == "agreement sla-web: stated; asserted with state in_force, signed on none"
    )
    assert str(change.position).endswith("small/all.yaml:13:3")


@pytest.mark.parametrize(
    ("target", "more", "weak"),
    [
        pytest.param(
            "https://www.example/",
            "verify: off",
            "verify: off: whoever answers in the target's name is believed",
            id="anybody is believed",
        ),
        pytest.param(
            "http://www.example/",
            'auth: {bearer: "env:TOKEN"}',
            "a secret goes to the target without TLS: whoever listens on the way learns it",
            id="a token in plain",
        ),
        pytest.param(
            "http://www.example/",
            'secret_headers: {X-Key: "env:KEY"}',
            "a secret goes to the target without TLS: whoever listens on the way learns it",
            id="a header in plain",
        ),
    ],
)
def test_what_makes_a_probe_easier_to_doubt_is_called_weak(
    documents: Set, target: str, more: str, weak: str
) -> None:
    probe = f"""
probes:
- {{id: p, kind: http, service: svc-web, target: "{target}", demo_target: "http://127.0.0.1:1/",
   {more}, prov: {{_: I}}}}
"""
    changes = planned(documents(SHARED, probe), {}).changes

    assert [change.sentence for change in changes if change.kind == "probe"] == [
        f"probe p: stated; weak: {weak}"
    ]


@pytest.mark.parametrize(
    ("more", "weak"),
    [
        pytest.param("tls: off", "tls: off: whoever answers in the target's name is believed"),
        pytest.param(
            "verify: off", "verify: off: whoever answers in the target's name is believed"
        ),
        pytest.param("tls: try", "tls: try: whoever stands between can have it asked without"),
    ],
)
def test_what_makes_a_database_easier_to_doubt_is_called_weak(
    documents: Set, more: str, weak: str
) -> None:
    probe = f"""
probes:
- {{id: p, kind: mysql, service: svc-web, target: db.example, demo_target: "127.0.0.1", user: watcher,
   {more}, prov: {{_: I}}}}
"""
    changes = planned(documents(SHARED, probe), {}).changes

    assert [change.sentence for change in changes if change.kind == "probe"] == [
        f"probe p: stated; weak: {weak}"
    ]


def test_a_second_apply_of_an_unchanged_set_records_nothing(documents: Set) -> None:
    states = applied(documents(), {})

    assert planned(documents(), states) == Plan((), (), ())


def test_a_quantity_has_an_id_made_of_what_and_when(documents: Set) -> None:
    assert ("quantity", "off-web.2026-03-16") in applied(documents(), {})


def test_an_edited_term_in_force_without_a_mark_is_refused(documents: Set) -> None:
    states = applied(documents(), {})

    result = planned(documents(target="99.00"), states)

    (refusal,) = result.refusals
    assert (refusal.line, refusal.column) == (24, 65)
    assert refusal.message == (
        "agreement sla-web: objective o1 target 99.50 → 99.00 changes a term in force; "
        'write "amended: {from: DAY, reason: WHY}" beside it for a second version from that day, '
        'or "correction: {reason: WHY}" if it was wrong from the start'
    )
    assert result.changes == ()


AMENDED = ', amended: {from: 2027-01-01, reason: "yearly review"}'
CORRECTED = ', correction: {reason: "typed wrong"}'


def test_an_amended_term_gets_a_second_version(documents: Set) -> None:
    states = applied(documents(), {})

    (change,) = planned(documents(target="99.00", mark=AMENDED), states).changes

    moved = Change(path="objectives.o1.target", old="99.50", new="99.00")
    assert change.facts == (
        TermsAmended(from_=date(2027, 1, 1), reason="yearly review", changes=(moved,)),
    )
    assert change.sentence == (
        'agreement sla-web: objective o1 target 99.50 → 99.00 from 2027-01-01 ("yearly review")'
    )


def test_the_old_version_holds_until_the_day_of_the_amendment(documents: Set) -> None:
    states = applied(documents(target="99.00", mark=AMENDED), applied(documents(), {}))
    agreement = known(states, "agreement", "sla-web")

    assert '"target": "99.50"' in json.dumps(agreement.versions[0].terms)
    assert '"target": "99.00"' in json.dumps(agreement.versions[1].terms)
    assert [version.from_ for version in agreement.versions] == [None, date(2027, 1, 1)]


def test_a_mark_may_stay_and_its_change_is_recorded_once(documents: Set) -> None:
    folder = documents(target="99.00", mark=AMENDED)
    states = applied(folder, applied(documents(), {}))

    assert planned(documents(target="99.00", mark=AMENDED), states).changes == ()


def test_a_mark_that_stayed_does_not_excuse_another_change(documents: Set) -> None:
    states = applied(documents(target="99.00", mark=AMENDED), applied(documents(), {}))

    (refusal,) = planned(documents(target="98.00", mark=AMENDED), states).refusals

    assert refusal.message == (
        "agreement sla-web: objective o1 target 99.00 → 98.00: "
        'the mark "yearly review" already explains an earlier change; give this one its own'
    )


def test_an_amendment_before_the_newest_version_is_refused(documents: Set) -> None:
    states = applied(documents(target="99.00", mark=AMENDED), applied(documents(), {}))
    earlier = AMENDED.replace("2027-01-01", "2026-07-01")

    (refusal,) = planned(documents(target="98.00", mark=earlier), states).refusals

    assert refusal.message.endswith(
        "from 2026-07-01 lies before the version that holds from 2027-01-01"
    )


def test_an_amendment_leaves_a_day_to_the_terms_before(documents: Set) -> None:
    states = applied(documents(), {})
    from_the_start = AMENDED.replace("2027-01-01", "2026-01-01")

    (refusal,) = planned(documents(target="98.00", mark=from_the_start), states).refusals

    assert refusal.message.endswith(
        "leaves no day to the terms before, in force from 2026-01-01; that is a correction"
    )


def test_an_amendment_of_what_this_ledger_never_knew_is_refused(documents: Set) -> None:
    folder = documents(SHARED, AGREEMENT, PROBE, target="99.00", mark=AMENDED)

    (refusal,) = planned(folder, {}).refusals

    assert refusal.message == (
        "agreement sla-web is new to this ledger, so the version before this amendment is not known; "
        "apply the documents that state it first, or leave the mark out"
    )


SECOND = """  - {id: o2, service: svc-web, indicator: availability, target: "98.00", period: calendar_month,
     service_hours: always, data: [prb-web], remedy: {kind: review_item, after_periods: 1}MARK}
  prov: {_: I}
"""


def with_second(mark: str, target: str = "98.00") -> tuple[str, ...]:
    second = SECOND.replace("MARK", mark).replace("98.00", target)
    return SHARED, AGREEMENT.replace("  prov: {_: I}\n", second), PROBE, TARIFF


def test_an_objective_added_in_force_needs_a_mark(documents: Set) -> None:
    states = applied(documents(), {})

    (refusal,) = planned(documents(*with_second("")), states).refusals
    (change,) = planned(documents(*with_second(AMENDED)), states).changes

    assert refusal.message.startswith(
        "agreement sla-web: objective o2 added changes a term in force;"
    )
    assert (
        change.sentence == 'agreement sla-web: objective o2 added from 2027-01-01 ("yearly review")'
    )


def test_the_mark_of_an_added_objective_does_not_excuse_its_edit(documents: Set) -> None:
    states = applied(documents(), {})
    states = applied(documents(*with_second(AMENDED)), states)

    (refusal,) = planned(documents(*with_second(AMENDED, "97.00")), states).refusals

    assert "already explains an earlier change" in refusal.message


def test_an_objective_leaves_by_a_mark_of_its_agreement(documents: Set) -> None:
    states = applied(documents(*with_second("")), {})
    ended = AGREEMENT.replace(
        "  recommendations: []",
        "  recommendations: []\n  amended: {from: 2027-01-01, reason: fewer}",
    )

    (refusal,) = planned(documents(), states).refusals
    (change,) = planned(documents(SHARED, ended, PROBE, TARIFF), states).changes

    assert "objective o2 removed changes a term in force" in refusal.message
    assert change.sentence == 'agreement sla-web: objective o2 removed from 2027-01-01 ("fewer")'


def test_the_zone_of_an_agreement_is_corrected_but_never_amended(documents: Set) -> None:
    def moved(mark: str) -> str:
        zone = AGREEMENT.replace("tz: Europe/Berlin", "tz: Europe/Riga")
        return zone.replace("  recommendations: []", f"  recommendations: []\n  {mark}")

    states = applied(documents(), {})
    amended = moved("amended: {from: 2027-01-01, reason: we moved}")
    corrected = moved("correction: {reason: typed wrong}")

    (refusal,) = planned(documents(SHARED, amended, PROBE, TARIFF), states).refusals
    (change,) = planned(documents(SHARED, corrected, PROBE, TARIFF), states).changes

    assert refusal.message == (
        "agreement sla-web: tz Europe/Berlin → Europe/Riga from 2027-01-01 would leave a period that is neither "
        'in one zone nor in the other; write "correction: {reason: WHY}" if it was wrong from the start, '
        "or state a new agreement"
    )
    assert "Europe/Riga" in change.sentence


def test_a_correction_holds_from_the_start(documents: Set) -> None:
    states = applied(documents(), {})

    (change,) = planned(documents(target="99.90", mark=CORRECTED), states).changes
    states = applied(documents(target="99.90", mark=CORRECTED), states)

    assert isinstance(change.facts[0], TermsCorrected)
    assert len(known(states, "agreement", "sla-web").versions) == 1
    assert planned(documents(target="99.90", mark=CORRECTED), states).changes == ()


def test_a_correction_puts_right_every_version_that_was_wrong(documents: Set) -> None:
    states = applied(documents(), {})
    states = applied(documents(target="99.00", mark=AMENDED), states)
    states = applied(documents(target="99.00", periods="2", mark=CORRECTED), states)

    versions = known(states, "agreement", "sla-web").versions
    assert ['"after_periods": 2' in json.dumps(version.terms) for version in versions] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(
            {"state": "negotiating"}, {"state": "negotiating", "target": "99.00"},
            "agreement sla-web: objective o1 target 99.50 → 99.00",
            id="terms of a negotiated agreement need no mark",
        ),
        pytest.param(
            {"status": "draft"}, {"status": "draft", "amount": "4.50"},
            "tariff tar-web: line t1 amount 4.35 → 4.50",
            id="terms of a draft tariff need no mark",
        ),
        pytest.param(
            {}, {"interval": "PT5M"}, "probe prb-web: interval PT1M → PT5M",
            id="a probe is no promise",
        ),
        pytest.param(
            {}, {"name": "The web"}, "agreement sla-web: name en Web → The web",
            id="a name promises nothing",
        ),
    ],
)  # fmt: skip
def test_what_binds_nobody_is_restated(
    documents: Set, before: dict[str, str], after: dict[str, str], said: str
) -> None:
    states = applied(documents(**before), {})

    (change,) = planned(documents(**after), states).changes

    assert isinstance(change.facts[0], TermsRestated)
    assert change.sentence == said


@pytest.mark.parametrize(
    ("after", "said"),
    [
        pytest.param({"amount": "4.50"}, "a published price is never amended", id="without a mark"),
        pytest.param(
            {"amount": "4.50", "mark": AMENDED},
            "a published price is never amended",
            id="even amended",
        ),
        pytest.param({"quantity": "25"}, "write a new entry from its own day", id="or a quantity"),
    ],
)
def test_a_published_price_is_never_amended(
    documents: Set, after: dict[str, str], said: str
) -> None:
    states = applied(documents(SHARED, TARIFF), {})

    (refusal,) = planned(documents(SHARED, TARIFF, **after), states).refusals

    assert said in refusal.message


def test_a_typing_mistake_in_a_published_price_is_corrected(documents: Set) -> None:
    states = applied(documents(SHARED, TARIFF), {})

    (change,) = planned(documents(SHARED, TARIFF, amount="4.53", mark=CORRECTED), states).changes

    assert change.sentence == (
        'tariff tar-web: line t1 amount 4.35 → 4.53, corrected from the start ("typed wrong")'
    )


def test_the_ledger_is_never_taken_back(documents: Set) -> None:
    states = applied(documents(state="negotiating"), {})
    signed = LifecycleAsserted(values={"state": "signed"})
    states["agreement", "sla-web"] = evolve(states["agreement", "sla-web"], signed)

    result = planned(documents(state="negotiating"), states)

    assert result.changes == ()
    assert [ahead.sentence for ahead in result.ledger_ahead] == [
        "agreement sla-web: the ledger is ahead: state signed (the document says negotiating)"
    ]


def test_a_record_that_left_its_set_is_withdrawn_once(documents: Set) -> None:
    states = applied(documents(SHARED, PROBE), {})

    (change,) = planned(documents(SHARED), states).changes
    states = applied(documents(SHARED), states)

    assert (change.kind, change.facts) == ("probe", (TermsWithdrawn(),))
    assert planned(documents(SHARED), states).changes == ()


def test_a_single_file_withdraws_nothing(documents: Set) -> None:
    states = applied(documents(SHARED, PROBE), {})

    assert planned(documents(SHARED) / "all.yaml", states).changes == ()


def test_a_withdrawn_record_can_be_stated_again(documents: Set) -> None:
    states = applied(documents(SHARED, PROBE), {})
    states = applied(documents(SHARED), states)

    states = applied(documents(SHARED, PROBE), states)

    assert not known(states, "probe", "prb-web").withdrawn


def test_an_agreement_in_force_cannot_leave_its_set(documents: Set) -> None:
    states = applied(documents(), {})

    (refusal,) = planned(documents(SHARED, PROBE, TARIFF), states).refusals

    assert refusal.message == (
        "agreement sla-web is in force and cannot leave its set; "
        "put it back: its closed periods and breaches rest on it, also after its end"
    )


@pytest.mark.parametrize("state", ["signed", "expired", "terminated"])
def test_an_agreement_that_somebody_relied_upon_stays_after_its_end(
    documents: Set, state: str
) -> None:
    states = applied(documents(state=state), {})

    (refusal,) = planned(documents(SHARED, PROBE, TARIFF), states).refusals

    assert refusal.message.startswith(f"agreement sla-web is {state} and cannot leave its set")


def test_what_another_set_names_cannot_leave(documents: Set) -> None:
    states = applied(documents(SHARED, PROBE), {})
    stated = TermsStated(
        catalogue="another",
        terms={
            **read([documents(SHARED, PROBE)]).records["probe", "prb-web"].document,
            "id": "prb-other",
        },
    )
    states["probe", "prb-other"] = evolve(START, stated)
    without = SHARED.replace("svc-web", "svc-new")

    messages = [problem.message for problem in planned(documents(without), states).refusals]

    assert messages == [
        "service svc-web cannot leave its set: probe prb-other names it; put it back"
    ]


def test_what_an_earlier_version_names_cannot_leave(documents: Set) -> None:
    hours = SHARED.split("service_hours:")[1].split("defaults:", maxsplit=1)[0]
    both = SHARED.replace("service_hours:", "service_hours:" + hours.replace("always", "office"))
    states = applied(documents(both, AGREEMENT, PROBE), {})
    amended = AGREEMENT.replace("service_hours: always", "service_hours: office")
    mark = ', amended: {from: 2026-07-01, reason: "less"}'
    left = SHARED.replace("always", "office")

    messages = [
        problem.message
        for problem in planned(documents(left, amended, PROBE, mark=mark), states).refusals
    ]

    assert messages == [
        "service hours always cannot leave its set: agreement sla-web names it; put it back"
    ]


def test_records_of_other_sets_are_left_alone(documents: Set) -> None:
    states = applied(documents(SHARED, PROBE), {})
    stated = TermsStated(catalogue="another", terms={"id": "prb-other"})
    states["probe", "prb-other"] = evolve(START, stated)

    assert planned(documents(SHARED, PROBE), states).changes == ()


def test_a_record_of_another_set_is_not_taken_over(documents: Set) -> None:
    states: States = {
        ("probe", "prb-web"): evolve(START, TermsStated(catalogue="another", terms={}))
    }

    (refusal,) = planned(documents(SHARED, PROBE), states).refusals

    assert refusal.message == 'probe "prb-web" is already stated by the set "another"'


def test_a_change_of_what_was_never_stated_is_an_error() -> None:
    with pytest.raises(TermsError):
        evolve(START, TermsWithdrawn())


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "target": st.sampled_from(["99.00", "99.50"]),
                "periods": st.sampled_from(["1", "2"]),
                "state": st.sampled_from(["negotiating", "in_force"]),
                "status": st.sampled_from(["draft", "published"]),
                "amount": st.sampled_from(["4.35", "4.50"]),
                "interval": st.sampled_from(["PT1M", "PT5M"]),
                "mark": st.sampled_from([AMENDED, CORRECTED]),
                "quantity": st.sampled_from(["24", "25"]),
            },
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_was_applied_is_not_planned_again(
    documents: Set, history: list[dict[str, str]]
) -> None:
    states: States = {}
    for words in history:
        folder = documents(**words)
        if not planned(folder, states).refusals:
            states = applied(folder, states)
            assert planned(folder, states).changes == ()


def test_the_starter_sets_are_applied_once(cms: Catalogue, editions: Catalogue) -> None:
    for catalogue in (cms, editions):
        states: States = {}
        for change in plan(catalogue, {}, TODAY).changes:
            for fact in change.facts:
                key = (change.kind, change.id)
                states[key] = evolve(states.get(key, START), fact)
        assert states.keys() == catalogue.records.keys()
        assert plan(catalogue, states, TODAY) == Plan((), (), ())


def test_terms_and_lifecycle_together_are_the_whole_document(cms: Catalogue) -> None:
    for change in plan(cms, {}, TODAY).changes:
        terms = START
        for fact in change.facts:
            terms = evolve(terms, type(fact).model_validate_json(fact.model_dump_json()))
        assert isinstance(terms, Known)
        record = cms.records[change.kind, change.id]
        assert KINDS[change.kind].parse(terms.document(terms.newest)) == record.model


def test_the_json_form_of_a_plan_names_every_change(documents: Set) -> None:
    form = planned(documents(SHARED, PROBE), {}).as_json()

    assert isinstance(form["changes"], list)
    assert len(form["changes"]) == 5
    assert json.loads(json.dumps(form)) == form
