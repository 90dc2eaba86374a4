"""What became of a record: each change with who, when, from when on and why; and its versions side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from pydantic import JsonValue

from catalogue.changes import as_text, differences, value_at
from catalogue.instants import format_instant
from catalogue.kinds import stream_of
from catalogue.terms import Known, TermsAmended, TermsFact
from catalogue.wording import path_in_words, sentence
from slamon.ledger.codec import Entry
from slamon.ledger.store import Ledger
from slamon.views.answers import Answer


class Step(Answer):
    """What was recorded of a record at once; `from_` is the day from which on it holds, null: from the start."""

    at: str
    actor: str
    position: int
    from_: str | None
    sentence: str
    reason: str | None


class Difference(Answer):
    """A value that is not the same in all versions of a record; `changed` says in which it is another than before."""

    what: str
    values: tuple[str, ...]
    changed: tuple[bool, ...]


class Versions(Answer):
    """The versions of a record by the day from which each holds (null: from the start), and what differs."""

    days: tuple[str | None, ...]
    differences: tuple[Difference, ...]


def steps(ledger: Ledger, kind: str, record: str, upto: int | None = None) -> tuple[Step, ...]:
    """Everything recorded of a record up to a position, the oldest first."""
    entries = ledger.stream(stream_of(kind, record), upto=upto)
    at_once = groupby(entries, key=lambda each: (each.recorded_at, each.actor, each.cause))
    return tuple(_step(list(group)) for _, group in at_once)


def versions(known: Known) -> Versions:
    """Put the versions of a record side by side."""
    days = tuple(each.from_ and each.from_.isoformat() for each in known.versions)
    return Versions(days=days, differences=tuple(_differing(known)))


def _step(entries: list[Entry]) -> Step:
    last = entries[-1]
    facts = [entry.fact for entry in entries if isinstance(entry.fact, TermsFact)]
    first_days = [fact.from_.isoformat() for fact in facts if isinstance(fact, TermsAmended)]
    return Step(
        at=format_instant(last.recorded_at),
        actor=last.actor,
        position=last.position,
        from_=min(first_days, default=None),
        sentence="; ".join(sentence(fact) for fact in facts),
        reason=last.cause or None,
    )


def _differing(known: Known) -> Iterator[Difference]:
    terms = [version.terms for version in known.versions]
    found = {
        change.parts: path_in_words(change)
        for before, after in pairwise(terms)
        for change in differences(before, after)
    }
    for parts, words in found.items():
        values = [value_at(each, parts) for each in terms]
        yield Difference(
            what=words, values=tuple(map(as_text, values)), changed=tuple(_changes(values))
        )


def _changes(values: Iterable[JsonValue]) -> Iterator[bool]:
    in_order = list(values)
    yield False
    yield from (before != after for before, after in pairwise(in_order))
