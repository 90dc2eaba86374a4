"""What the catalogue holds, as lists: records, tariffs, commitments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, tuple_

from catalogue.commitments import Commitment
from catalogue.document import Document, Record, Text3
from catalogue.interpretation import not_yet_interpreted
from catalogue.kinds import KINDS
from catalogue.parties import Party
from catalogue.probing import Import
from catalogue.tariffs import Tariff
from catalogue.weaknesses import weaknesses
from slamon.sla.deliverable import Occurrence
from slamon.views.answers import CommitmentLine, ImportLine, RecordLine, TariffLine
from slamon.views.due import open_occurrence
from slamon.views.promised import Held, Promises, promises
from slamon.views.tables import probe_last, record
from slamon.views.words import Words


def records(
    connection: Connection, kind: str | None, after: tuple[str, str] | None, limit: int
) -> tuple[RecordLine, ...]:
    """Records by (kind, id), those behind `after` only."""
    query = select(record.c.kind, record.c.id).order_by(record.c.kind, record.c.id).limit(limit)
    if kind is not None:
        query = query.where(record.c.kind == kind)
    if after is not None:
        query = query.where(tuple_(record.c.kind, record.c.id) > after)
    held = promises(connection).records
    return tuple(_record_line(held[row.kind, row.id]) for row in connection.execute(query))


def _record_line(held: Held) -> RecordLine:
    return RecordLine(
        kind=held.kind,
        id=held.id,
        catalogue=held.known.catalogue,
        name=_name(held.known.newest.terms, held.id),
        lifecycle="withdrawn" if held.known.withdrawn else _lifecycle(held),
        position=held.position,
    )


def _name(terms: dict[str, Any], default: str) -> Words:
    name = terms.get("name") or terms.get("title") or terms.get("what") or default
    return Text3(**name) if isinstance(name, dict) else str(name)


def _lifecycle(held: Held) -> str | None:
    lifecycle = held.known.lifecycle or {}
    for field in KINDS[held.kind].lifecycle:
        if field in lifecycle and isinstance(lifecycle[field], str):
            return str(lifecycle[field])
    return None


def whole_record(held: Promises, kind: str, name: str) -> dict[str, object] | None:
    """One whole record: versions of its terms, lifecycle, what is not yet interpreted."""
    found = held.records.get((kind, name))
    if found is None:
        return None
    return {
        "kind": kind,
        "id": name,
        "catalogue": found.known.catalogue,
        "withdrawn": found.known.withdrawn,
        "versions": [
            {"from": v.from_.isoformat() if v.from_ else None, "terms": v.terms}
            for v in found.known.versions
        ],
        "lifecycle": found.known.lifecycle or {},
        "not_yet_interpreted": list(not_yet_interpreted(found.model())),
        "weaknesses": list(weaknesses(found.model())),
        "position": found.position,
    }


def party_name(held: Promises, name: str) -> Words:
    """The name of a party, or its id."""
    party = held.get(Party, name)
    return party.name if party else name


def illustrative(model: Document) -> bool:
    """Whether the record as a whole is invented for the demonstration."""
    return isinstance(model, Record) and model.illustrative


def tariffs(held: Promises) -> tuple[TariffLine, ...]:
    """All tariffs with their state."""
    return tuple(
        TariffLine(
            tariff=tariff.id,
            name=tariff.name,
            provider=party_name(held, tariff.provider),
            provider_id=tariff.provider,
            state=tariff.status,
            currency=tariff.currency,
            valid_from=tariff.valid_for.from_.isoformat() if tariff.valid_for else None,
            valid_to=(
                tariff.valid_for.to.isoformat()
                if tariff.valid_for and tariff.valid_for.to
                else None
            ),
            lines=len(tariff.lines or ()),
            illustrative=illustrative(tariff),
        )
        for tariff in held.of(Tariff)
    )


def imports(connection: Connection) -> tuple[ImportLine, ...]:
    """The sources of imported results, each with the services it has results of."""
    checks = connection.execute(select(probe_last.c.check).distinct().order_by(probe_last.c.check))
    named = [
        (source, service) for row in checks for source, _, service in [row.check.partition("/")]
    ]
    return tuple(
        ImportLine(
            source=file.id,
            attribution=file.attribution,
            licence=file.licence,
            services=tuple(service for source, service in named if service and source == file.id),
        )
        for file in promises(connection).of(Import)
    )


def commitments(held: Promises, now: int) -> tuple[CommitmentLine, ...]:
    """All dated deliverables with the due day that waits, the earliest first; those too late by now are overdue."""
    lines = [commitment_line(held, each, now) for each in held.of(Commitment)]
    return tuple(sorted(lines, key=lambda line: (line.due or "9999", line.commitment)))


def commitment_line(held: Promises, commitment: Commitment, now: int) -> CommitmentLine:
    """A dated deliverable with its state as of now (µs)."""
    waiting = open_occurrence(held, commitment, now)
    due = waiting.due if waiting else commitment.due
    return CommitmentLine(
        commitment=commitment.id,
        what=commitment.what,
        debtor=party_name(held, commitment.debtor),
        creditor=party_name(held, commitment.creditor),
        due=due.isoformat() if due else None,
        recur=commitment.recur,
        state=_commitment_state(commitment, waiting),
        agreement=commitment.agreement,
        recommendation=commitment.recommendation,
        illustrative=illustrative(commitment),
    )


def _commitment_state(commitment: Commitment, waiting: Occurrence | None) -> str:
    if waiting is None:
        return commitment.closed_as or "open"
    return "overdue" if waiting.state == "breached" else "open"
