"""What a record promised when: the facts about its terms, folded into dated versions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from pydantic import BaseModel, ConfigDict, Field

from catalogue.changes import Change, Json, as_text, changed
from catalogue.lifecycle import LifecycleFact


class Fact(BaseModel):
    """Something that happened to the terms of a record."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class TermsStated(Fact):
    """A set of documents stated the record; `terms` as written, without lifecycle and marks."""

    catalogue: str
    terms: Json


class TermsAmended(Fact):
    """From a day on (in the zone of the record) a second version holds."""

    from_: date = Field(alias="from")
    reason: str
    changes: tuple[Change, ...]


class TermsCorrected(Fact):
    """The document was wrong from the start; every version that says so is put right."""

    reason: str
    changes: tuple[Change, ...]


class TermsRestated(Fact):
    """Terms that bound nobody, or words that promise nothing, were put otherwise."""

    changes: tuple[Change, ...]


class TermsWithdrawn(Fact):
    """The record is no longer in its set."""


class LifecycleAsserted(LifecycleFact):
    """What the documents first said of the lifecycle, such as state or signature."""

    values: Json

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle as the documents have it."""
        return lifecycle | self.values

    @property
    def sentence(self) -> str:
        """Say in words what was asserted."""
        said = (
            f"{field.replace('_', ' ')} {as_text(value)}" for field, value in self.values.items()
        )
        return f"asserted with {', '.join(said)}"


class TermsEdited(Fact):
    """What was recorded with it was stated past the documents, which are behind until they are exported.

    The old values of `changes` are those that the documents say. `born`: the record as a whole stands in none.
    """

    changes: tuple[Change, ...] = ()
    born: bool = False


TermsFact = (
    TermsStated
    | TermsAmended
    | TermsCorrected
    | TermsRestated
    | TermsWithdrawn
    | TermsEdited
    | LifecycleFact
)


class TermsError(Exception):
    """The history of a record does not allow this fact."""


@dataclass(frozen=True)
class Version:
    """Terms that hold from a day on; null = from the start."""

    from_: date | None
    terms: Json


@dataclass(frozen=True)
class Unstated:
    """Nothing was ever said of the record."""


@dataclass(frozen=True)
class Known:
    """A record with its versions in order of their days.

    `lifecycle` is null while the ledger has no fact about it. `explained` are the
    (day, reason, path) of changes that a mark has already accounted for. `edited` is what differs from documents
    that nobody has exported since, `born` a record that stood in none at first.
    """

    catalogue: str
    versions: tuple[Version, ...]
    lifecycle: Json | None = None
    withdrawn: bool = False
    explained: frozenset[tuple[date | None, str, str]] = frozenset()
    edited: tuple[Change, ...] = ()
    born: bool = False

    @property
    def newest(self) -> Version:
        """The version stated last."""
        return self.versions[-1]

    def has_explained(self, day: date | None, reason: str, path: str) -> bool:
        """Tell whether a mark has already accounted for a change there, or of what it stands in."""
        return any(
            (day, reason) == (known_day, known_reason) and f"{path}.".startswith(f"{known_path}.")
            for known_day, known_reason, known_path in self.explained
        )

    def document(self, version: Version) -> Json:
        """Return terms of a version and lifecycle as one document, ready to be read as the model of its kind."""
        return version.terms | (self.lifecycle or {})


Terms = Unstated | Known

START: Terms = Unstated()


def evolve(terms: Terms, fact: TermsFact) -> Terms:
    """Fold one fact.

    Raises:
        TermsError: a change of something that was never stated.

    """
    if isinstance(fact, TermsStated):
        lifecycle = terms.lifecycle if isinstance(terms, Known) else None
        return Known(fact.catalogue, (Version(None, fact.terms),), lifecycle)
    if isinstance(terms, Unstated):
        raise TermsError(f"{type(fact).__name__} of a record that was never stated")
    match fact:
        case TermsAmended():
            return _overtaken(_amended(terms, fact), fact.changes)
        case TermsCorrected() | TermsRestated():
            return _put_right(_overtaken(terms, fact.changes), fact)
        case TermsEdited():
            edited = (*_overtaken(terms, fact.changes).edited, *fact.changes)
            return replace(terms, edited=edited, born=terms.born or fact.born)
        case TermsWithdrawn():
            return replace(terms, withdrawn=True)
        case LifecycleFact():
            return replace(terms, lifecycle=fact.told(terms.lifecycle or {}))
    assert_never(fact)


def _overtaken(terms: Known, changes: tuple[Change, ...]) -> Known:
    """Forget the edits of paths that were changed since, by documents or by another edit."""
    paths = {change.path for change in changes}
    return replace(terms, edited=tuple(each for each in terms.edited if each.path not in paths))


def _amended(terms: Known, fact: TermsAmended) -> Known:
    amended = Version(fact.from_, changed(terms.newest.terms, fact.changes))
    same_day = terms.newest.from_ == fact.from_
    versions = (*(terms.versions[:-1] if same_day else terms.versions), amended)
    return _explained(replace(terms, versions=versions), fact.from_, fact.reason, fact.changes)


def _put_right(terms: Known, fact: TermsCorrected | TermsRestated) -> Known:
    changed_ones = _everywhere(terms, fact.changes)
    if isinstance(fact, TermsRestated):
        return changed_ones
    return _explained(changed_ones, None, fact.reason, fact.changes)


def _everywhere(terms: Known, changes: tuple[Change, ...]) -> Known:
    versions = tuple(Version(v.from_, changed(v.terms, changes)) for v in terms.versions)
    return replace(terms, versions=versions)


def _explained(terms: Known, day: date | None, reason: str, changes: tuple[Change, ...]) -> Known:
    new = {(day, reason, change.path) for change in changes}
    return replace(terms, explained=terms.explained | new)
