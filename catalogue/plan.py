"""What applying documents to a ledger would record: a pure comparison, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from types import MappingProxyType

from pydantic import JsonValue

from catalogue.agreements import Agreement
from catalogue.amending import BINDING_STATES, decide
from catalogue.consequences import Closed, consequences, too_late
from catalogue.continuity import discontinuities
from catalogue.kinds import KINDS, stream_of
from catalogue.problems import Position, Problem, problem_at
from catalogue.records import Catalogue, Key
from catalogue.references import references
from catalogue.tariffs import Tariff
from catalogue.terms import START, Known, Terms, TermsFact, TermsWithdrawn, evolve
from catalogue.weaknesses import weaknesses
from catalogue.wording import sentence

NO_PERIODS: Closed = MappingProxyType({})
NO_EDITORS: Mapping[Key, str] = MappingProxyType({})


@dataclass(frozen=True)
class PlannedChange:
    """Facts to append to the stream of one record; a withdrawn one stands nowhere any more."""

    kind: str
    id: str
    stream: str
    facts: tuple[TermsFact, ...]
    sentence: str
    position: Position | None


@dataclass(frozen=True)
class LedgerAhead:
    """Where people have recorded more than the documents say; nothing is taken back."""

    kind: str
    id: str
    sentence: str
    position: Position | None


@dataclass(frozen=True)
class Plan:
    """All changes, or the refusals for which none of them may be recorded.

    `notes` say what is no fault and easily overlooked: gaps and overlaps between agreements, and between tariffs.
    """

    changes: tuple[PlannedChange, ...]
    ledger_ahead: tuple[LedgerAhead, ...]
    refusals: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    @property
    def withdrawn(self) -> tuple[PlannedChange, ...]:
        """The changes that take a record out of its set."""
        return tuple(change for change in self.changes if TermsWithdrawn() in change.facts)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the form printed by `slamon catalogue plan --json`."""
        return {
            "changes": [_as_json(change) for change in self.changes],
            "ledger_ahead": [ahead.sentence for ahead in self.ledger_ahead],
            "refusals": [str(problem) for problem in self.refusals],
            "notes": list(self.notes),
        }


def plan(
    catalogue: Catalogue,
    states: Mapping[Key, Terms],
    today: date,
    closed: Closed = NO_PERIODS,
    editors: Mapping[Key, str] = NO_EDITORS,
) -> Plan:
    """Compare documents with what the ledger knows of their records and of those gone from their sets.

    `closed` are the closed periods of each agreement: the plan says which of them a change touches. `editors` tell
    of records that were edited past the documents when and by whom, such as "on 2026-05-04 by rita".
    """
    changes: list[PlannedChange] = []
    ahead: list[LedgerAhead] = []
    refusals: list[Problem] = []
    for key, record in catalogue.records.items():
        decision = decide(record, states.get(key, START), today)
        refusals += decision.refusals
        if late := too_late(key, decision.facts, closed):
            refusals.append(problem_at(record.position, f"{_named(key)}: {late}"))
        elif decision.facts:
            weak = tuple(f"weak: {each}" for each in weaknesses(record.model))
            then = consequences(key, decision.facts, states, closed)
            changes.append(_planned(key, decision.facts, record.position, then, weak))
        ahead += [_ahead(key, said, record.position) for said in decision.ahead]
        ahead += [_behind(key, editors, said, record.position) for said in decision.behind]
    gone = dict(_gone(catalogue, states))
    leaving = {key: terms for key, terms in gone.items() if not terms.born}
    named = _named_by_those_that_stay(states, changes, leaving)
    for key, terms in gone.items():
        if terms.born:
            ahead.append(_behind(key, editors, "the documents lack it; export it", None))
        elif refusal := _cannot_go(key, terms, named.get(key)):
            refusals.append(refusal)
        else:
            changes.append(_planned(key, (TermsWithdrawn(),), None))
    return Plan(
        tuple(changes), tuple(ahead), tuple(refusals), notes_of(catalogue) if changes else ()
    )


def notes_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Name gaps and overlaps between the agreements of documents, and between their tariffs."""
    agreements = (model for _, model in catalogue.of(Agreement))
    return discontinuities(agreements, (model for _, model in catalogue.of(Tariff)))


def _planned(
    key: Key,
    facts: tuple[TermsFact, ...],
    position: Position | None,
    then: tuple[str, ...] = (),
    weak: tuple[str, ...] = (),
) -> PlannedChange:
    said = ", ".join(["; ".join(sentence(fact) for fact in facts), *then])
    return PlannedChange(
        *key, stream_of(*key), facts, f"{_named(key)}: {'; '.join([said, *weak])}", position
    )


def _ahead(key: Key, said: str, position: Position | None) -> LedgerAhead:
    return LedgerAhead(*key, f"{_named(key)}: the ledger is ahead: {said}", position)


def _behind(
    key: Key, editors: Mapping[Key, str], said: str, position: Position | None
) -> LedgerAhead:
    when = editors.get(key, "past the documents")
    return LedgerAhead(*key, f"{_named(key)}: edited {when}: {said}", position)


def _named(key: Key) -> str:
    kind, record = key
    return f"{kind.replace('_', ' ')} {record}"


def _gone(catalogue: Catalogue, states: Mapping[Key, Terms]) -> Iterator[tuple[Key, Known]]:
    for key, terms in states.items():
        if isinstance(terms, Known) and not terms.withdrawn:
            ours = terms.catalogue in catalogue.sets
            if ours and key not in catalogue.records:
                yield key, terms


def _named_by_those_that_stay(
    states: Mapping[Key, Terms], changes: Iterable[PlannedChange], gone: Mapping[Key, Known]
) -> dict[Key, Key]:
    """Map what records name, in any version of their terms, to one that names it.

    Documents are checked against each other; those of other sets and earlier versions are not among them.
    """
    if not gone:
        return {}
    after = dict(states)
    for change in changes:
        key = (change.kind, change.id)
        after[key] = reduce(evolve, change.facts, after.get(key, START))
    return {
        (kind, named.id): key
        for key, terms in after.items()
        if isinstance(terms, Known) and not terms.withdrawn and key not in gone
        for version in terms.versions
        for named in references(KINDS[key[0]].recall(version.terms | (terms.lifecycle or {})))
        for kind in named.reference.kinds
    }


def _cannot_go(key: Key, terms: Known, named_by: Key | None) -> Problem | None:
    if named_by is not None:
        said = f"{_named(key)} cannot leave its set: {_named(named_by)} names it; put it back"
        return Problem(terms.catalogue, 1, 1, said)
    states = {"agreement": BINDING_STATES["agreement"][1], "tariff": {"published"}}
    lifecycle = terms.lifecycle or {}
    state = lifecycle.get("state", lifecycle.get("status"))
    if state not in states.get(key[0], set()):
        return None
    ways = {
        "agreement": "put it back: its closed periods and breaches rest on it, also after its end",
        "tariff": "put it back, and supersede it by a new tariff",
    }
    said = (
        f"{_named(key)} is {str(state).replace('_', ' ')} and cannot leave its set; {ways[key[0]]}"
    )
    return Problem(terms.catalogue, 1, 1, said)


def _as_json(change: PlannedChange) -> dict[str, JsonValue]:
    facts: list[JsonValue] = [
        {"fact": type(fact).__name__, **fact.model_dump(mode="json")} for fact in change.facts
    ]
    return {
        "kind": change.kind,
        "id": change.id,
        "stream": change.stream,
        "sentence": change.sentence,
        "position": str(change.position) if change.position else None,
        "facts": facts,
    }
