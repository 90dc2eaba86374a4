"""Reads sets of documents: all of their faults at once, or the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from pydantic import JsonValue, ValidationError

from catalogue.checks import dangling, faults_between
from catalogue.faults import faults_of
from catalogue.kinds import KINDS, SECTIONS, Json, Kind
from catalogue.pages import Page, page_of, read_page
from catalogue.problems import DocumentsRefused, Problem, closest, problem_at
from catalogue.records import Catalogue, Key, Written


@dataclass(frozen=True)
class _Raw:
    """A record as written, not yet understood."""

    kind: Kind
    id: str
    catalogue: str
    page: Page
    base: tuple[str | int, ...]
    document: Json


NOTHING = Catalogue((), {})


def read(places: Iterable[FilePath], beside: Catalogue = NOTHING) -> Catalogue:
    """Read set folders (or single files) as one catalogue; a set is named after its folder.

    Only a folder is a whole set: what is not in a single file has not left its set. What is read may name records of
    the catalogue `beside`, whose own faults are not told again; where both have a record, the one read counts.

    Raises:
        DocumentsRefused: with every fault of every file; nothing is to be used then.

    """
    found: list[_Found] = []
    sets: list[str] = []
    for place in places:
        name = place.resolve().name if place.is_dir() else place.resolve().parent.name
        if place.is_dir():
            sets.append(name)
        found.append(_Found(name, *_pages(place)))
    return _read(found, tuple(sets), beside)


def read_text(text: str, shown: str, name: str, beside: Catalogue = NOTHING) -> Catalogue:
    """Read a text as one file of the set `name`; messages call it `shown`.

    Raises:
        DocumentsRefused: with every fault of it; nothing is to be used then.

    """
    page, faults = page_of(text, shown)
    return _read([_Found(name, [page], list(faults))], (), beside)


@dataclass(frozen=True)
class _Found:
    """The pages of a place, with the faults of their writing."""

    name: str
    pages: list[Page]
    faults: list[Problem]


def _read(places: Iterable[_Found], sets: tuple[str, ...], beside: Catalogue) -> Catalogue:
    unread: list[Problem] = []
    writing: list[Problem] = []
    raws: list[_Raw] = []
    pages: list[Page] = []
    for place in places:
        if any(not page.readable for page in place.pages):
            unread += _unreadable(place.pages, place.faults)
            continue
        writing += place.faults
        pages += place.pages
        for page in place.pages:
            raws += _raw_records(page, place.name, writing)
    meaning: list[Problem] = []
    catalogue = _understood(raws, sets, meaning)
    if not unread:
        joined = Catalogue(catalogue.sets, {**beside.records, **catalogue.records})
        meaning += _between(joined, _names([*raws, *_known(beside)]), pages)
    if unread or writing or meaning:
        raise DocumentsRefused([*unread, *_in_order(writing, meaning)])
    return catalogue


def _unreadable(pages: Iterable[Page], faults: Iterable[Problem]) -> Iterator[Problem]:
    """Give only what cannot be read: all else said of such a set would follow from it."""
    unread = {page.file for page in pages if not page.readable}
    return (fault for fault in faults if fault.file in unread)


def _between(
    catalogue: Catalogue, names: Mapping[str, frozenset[str]], pages: Sequence[Page]
) -> Iterator[Problem]:
    files = {page.file for page in pages}
    lost = [fault for fault in dangling(catalogue, names) if fault.file in files]
    empty = [page.file for page in pages if page.data == {}]
    if not (lost and empty):
        yield from lost
    for file in empty if lost else ():
        said = f"this file is empty, and {len(lost)} references lead to records that are not there"
        yield Problem(file, 1, 1, said)
    yield from (fault for fault in faults_between(catalogue, names) if fault.file in files)


def _known(beside: Catalogue) -> Iterator[_Raw]:
    """Give records as raw ones, whose names are known."""
    for (kind, name), record in beside.records.items():
        raw = KINDS[kind], name, record.catalogue, record.page, record.base, record.document
        yield _Raw(*raw)


def _in_order(writing: Iterable[Problem], meaning: Iterable[Problem]) -> list[Problem]:
    """Sort by place; what follows from a fault of writing at the same place is left out."""
    told = {(problem.file, problem.line, problem.column) for problem in writing}
    new = {
        problem for problem in meaning if (problem.file, problem.line, problem.column) not in told
    }
    return sorted({*writing, *new}, key=lambda p: (p.file, p.line, p.column, p.message))


def _pages(place: FilePath) -> tuple[list[Page], list[Problem]]:
    """Read the files of a set; where there is none, a page that cannot be read says why."""
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place]
    if not place.exists():
        kind = "file" if place.suffix == ".yaml" else "folder"
        return _nothing(place, f"there is no {kind} {place}")
    if not files:
        return _nothing(place, f"there are no documents (*.yaml) in {place}")
    read_files = [read_page(file, str(file)) for file in files]
    return [page for page, _ in read_files], [fault for _, faults in read_files for fault in faults]


def _nothing(place: FilePath, message: str) -> tuple[list[Page], list[Problem]]:
    page = Page(str(place), {}, {}, {}, readable=False)
    return [page], [Problem(page.file, 0, 0, message)]


def _raw_records(page: Page, catalogue: str, problems: list[Problem]) -> Iterator[_Raw]:
    if not isinstance(page.data, dict):
        problems.append(problem_at(page.at_value(()), "a document is a map of sections"))
        return
    for section, content in page.data.items():
        kind = SECTIONS.get(section)
        if kind is None:
            known = closest(section, SECTIONS)
            problems.append(
                problem_at(page.at_key((section,)), f'unknown section "{section}"', known)
            )
            continue
        for base, document in _members(kind, section, content, page, problems):
            identity = catalogue if kind.single else kind.id_of(document)
            yield _Raw(kind, identity or "", catalogue, page, base, document)


def _members(
    kind: Kind, section: str, content: JsonValue, page: Page, problems: list[Problem]
) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Yield the records of a section: a list, a map by id, or a single one."""
    members: Sequence[tuple[tuple[str | int, ...], JsonValue]]
    if kind.single:
        members = [((section,), content)]
    elif isinstance(content, list):
        members = [((section, index), item) for index, item in enumerate(content)]
    elif isinstance(content, dict) and kind.name == "source":
        members = [((section, name), _with_id(name, item)) for name, item in content.items()]
    else:
        problems.append(problem_at(page.at_value((section,)), "a list of records is wanted here"))
        return
    for base, item in members:
        if isinstance(item, dict):
            yield base, item
        else:
            problems.append(problem_at(page.at_value(base), "a map is wanted here"))


def _with_id(name: str, item: JsonValue) -> JsonValue:
    return {"id": name, **item} if isinstance(item, dict) else item


def _understood(raws: Iterable[_Raw], sets: tuple[str, ...], problems: list[Problem]) -> Catalogue:
    records: dict[Key, Written] = {}
    for raw in raws:
        key = (raw.kind.name, raw.id)
        if (first := records.get(key)) is not None:
            said = f'{raw.kind.name} "{raw.id}" stands twice, first {_seen(first, raw.page)}'
            problems.append(problem_at(raw.page.at_value((*raw.base, "id")), said))
            continue
        try:
            model = raw.kind.parse(raw.document)
        except ValidationError as refused:
            problems += faults_of(
                refused, raw.kind.model_of(raw.document), raw.page, raw.base, raw.document
            )
            continue
        records[key] = Written(*key, raw.catalogue, model, raw.document, raw.page, raw.base)
    return Catalogue(sets, records)


def _seen(first: Written, page: Page) -> str:
    same = first.page.file == page.file
    return f"in line {first.position.line}" if same else f"at {first.position}"


def _names(raws: Iterable[_Raw]) -> Mapping[str, frozenset[str]]:
    """Collect the ids of each kind, those of faulty records too: they are named twice wrong otherwise."""
    found: dict[str, set[str]] = {name: set() for name in (*KINDS, "offering")}
    for raw in raws:
        found[raw.kind.name].add(raw.id)
        offerings = raw.document.get("offerings") if raw.kind.name == "service" else None
        for offering in offerings if isinstance(offerings, list) else []:
            if isinstance(offering, dict) and isinstance(offering.get("id"), str):
                found["offering"].add(str(offering["id"]))
    return {kind: frozenset(ids) for kind, ids in found.items()}
