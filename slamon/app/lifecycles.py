"""Record what people do with records of the catalogue, and what closes by itself with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from catalogue import publishing
from catalogue.commitments import Commitment
from catalogue.fulfilling import came_about, fulfil_by
from catalogue.kinds import stream_of
from catalogue.lifecycle import LifecycleError
from catalogue.recorded import RecordedDocumentError, recorded
from catalogue.services import Service
from catalogue.tariffs import Tariff
from catalogue.terms import START, Known, Terms, TermsFact, evolve
from slamon.app.acts import Act, Case, Records
from slamon.app.program import ITSELF
from slamon.app.refused import Refused, Unknown
from slamon.app.reviews import once_more_after_a_conflict
from slamon.ledger.store import Ledger, Write


def record(ledger: Ledger, name: str, act: Act, records: Records, *, actor: str) -> int | None:
    """Record an act on the record of its noun and this id, with what follows from it, all at once.

    Returns the position of the last fact; None where all of it was recorded before.

    Raises:
        Unknown: there is no such record.
        Refused: it is not allowed now; the message says what is.

    """

    def attempt() -> int | None:
        terms, version = _terms(ledger, act.noun, name)
        facts = _decided(act, name, terms, records)
        own = Write(stream_of(act.noun, name), facts, version)
        follow = _superseded(ledger, name, terms, facts, records)
        reason = getattr(act, "reason", None)
        return ledger.append_all([own, *follow], actor=actor, cause=reason)

    try:
        return once_more_after_a_conflict(attempt)
    except LifecycleError as wrong:
        raise Refused(str(wrong)) from None


def _terms(ledger: Ledger, kind: str, name: str) -> tuple[Known, int]:
    terms: Terms = START
    version = 0
    for entry in ledger.stream(stream_of(kind, name)):
        terms, version = evolve(terms, cast("TermsFact", entry.fact)), entry.version
    if not isinstance(terms, Known) or terms.withdrawn:
        message = f"there is no {kind} {name!r}; `slamon catalogue list --kind {kind}` names them"
        raise Unknown(message)
    return terms, version


def _decided(act: Act, name: str, terms: Known, records: Records) -> Sequence[TermsFact]:
    model = recorded(act.noun, name, terms.document(terms.newest))
    facts = act.decide(Case(model, terms, records))
    after: Terms = terms
    for fact in facts:
        after = evolve(after, fact)
    try:
        recorded(act.noun, name, cast("Known", after).document(cast("Known", after).newest))
    except RecordedDocumentError as wrong:
        raise Refused(str(wrong)) from None
    return facts


def _superseded(
    ledger: Ledger, name: str, terms: Known, facts: Sequence[TermsFact], records: Records
) -> list[Write]:
    """The tariff that gives way to the one that is published."""
    if not any(isinstance(fact, publishing.TariffPublished) for fact in facts):
        return []
    new = cast("Tariff", recorded("tariff", name, terms.document(terms.newest)))
    old = records.get(Tariff, new.supersedes) if new.supersedes else None
    if old is None:
        return []
    _, version = _terms(ledger, "tariff", old.id)
    return [Write(stream_of("tariff", old.id), publishing.supersede(old, new), version)]


def close_what_came_about(ledger: Ledger, records: Records, today: date) -> list[str]:
    """Close the commitments whose terms name what has come about since; their ids.

    `today` is the day on which a check of the catalogue is found to hold.
    """
    return [each.id for each in records.of(Commitment) if _close(ledger, each, records, today)]


def _close(ledger: Ledger, commitment: Commitment, records: Records, today: date) -> bool:
    named = commitment.closes_on.tariff if commitment.closes_on else None
    tariff = records.get(Tariff, named) if named else None
    found = came_about(commitment, tariff, records.of(Service), today)
    if found is None or commitment.waiting() is None:
        return False
    by, on = found

    def decision(terms: Terms) -> Sequence[TermsFact]:
        held = cast("Known", terms)
        model = recorded("commitment", commitment.id, held.document(held.newest))
        return fulfil_by(cast("Commitment", model), by, on, position=records.position)

    stream = stream_of("commitment", commitment.id)
    return ledger.decide(stream, START, evolve, decision, actor=ITSELF, cause=by) is not None
