"""What documents of OAI-PMH 2.0 say: who a repository is, and which records it lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from probes.conditions.requirement import excerpt
from probes.conditions.timing import EPOCH, micros
from probes.observation import Failure, Reason

OAI = "{http://www.openarchives.org/OAI/2.0/}"
SECOND = 1_000_000
DAY = 86_400 * SECOND
UNITS = {"YYYY-MM-DD": DAY, "YYYY-MM-DDThh:mm:ssZ": SECOND}
POLICIES = frozenset({"no", "persistent", "transient"})
NO_RECORDS = "noRecordsMatch"

_DATESTAMP = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)


@dataclass(frozen=True)
class Repository:
    """What a repository says of itself; its datestamps are exact to `unit` µs."""

    name: str
    unit: int


@dataclass(frozen=True)
class Listing:
    """One page of a list: the datestamps (µs UTC) of records that are there, how many are deleted, where it goes on."""

    living: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    token: str = ""


def error_of(root: Element) -> str | None:
    """What a document says of errors; that no record matches is none.

    Raises:
        Failure: it is no document of OAI-PMH 2.0.

    """
    if root.tag != f"{OAI}OAI-PMH":
        text = f'the document is "{excerpt(root.tag)}", and OAI-PMH 2.0 was asked for'
        raise Failure(Reason.OTHER_DOCUMENT, text)
    told = [
        f"{each.get('code', '')}: {excerpt((each.text or '').strip())}".removesuffix(": ")
        for each in root.iterfind(f"{OAI}error")
        if each.get("code") != NO_RECORDS
    ]
    return "; ".join(told) or None


def repository_of(root: Element) -> Repository:
    """Read the answer to Identify.

    Raises:
        Failure: it is incomplete, or of another version.

    """
    found = root.find(f"{OAI}Identify")
    if found is None:
        raise _other("the document holds no Identify")
    version = _text(found, "protocolVersion")
    if version != "2.0":
        raise _other(f'the repository speaks version "{excerpt(version)}", not 2.0')
    _text(found, "baseURL")
    unit = UNITS.get(granularity := _text(found, "granularity"))
    if unit is None:
        raise _other(f'"{excerpt(granularity)}" is no granularity of OAI-PMH')
    if (policy := _text(found, "deletedRecord")) not in POLICIES:
        raise _other(f'"{excerpt(policy)}" is no policy of deleted records')
    instant_of(_text(found, "earliestDatestamp"))
    return Repository(_text(found, "repositoryName"), unit)


def listing_of(root: Element) -> Listing:
    """Read the answer to ListIdentifiers; an error in it means that no record matches.

    Raises:
        Failure: it is none, or has a datestamp that is none.

    """
    if root.find(f"{OAI}error") is not None:
        return Listing()
    found = root.find(f"{OAI}ListIdentifiers")
    if found is None:
        raise _other("the document holds no ListIdentifiers")
    stamps: dict[bool, list[int]] = {True: [], False: []}
    for header in found.iterfind(f"{OAI}header"):
        stamps[header.get("status") == "deleted"].append(instant_of(_text(header, "datestamp")))
    token = (found.findtext(f"{OAI}resumptionToken") or "").strip()
    return Listing(tuple(stamps[False]), tuple(stamps[True]), token)


def instant_of(datestamp: str) -> int:
    """Read a datestamp (µs UTC); that of a day is its beginning.

    Raises:
        Failure: it is none.

    """
    fault = _other(f'"{excerpt(datestamp)}" is no datestamp in UTC')
    if not _DATESTAMP.fullmatch(datestamp):
        raise fault
    try:
        return micros(datetime.fromisoformat(datestamp))
    except ValueError:
        raise fault from None


def stamp_of(instant: int, unit: int) -> str:
    """Write an instant (µs UTC) as a datestamp that is exact to `unit` µs."""
    found = EPOCH + timedelta(microseconds=instant)
    return found.strftime("%Y-%m-%d" if unit == DAY else "%Y-%m-%dT%H:%M:%SZ")


def _text(parent: Element, name: str) -> str:
    found = (parent.findtext(f"{OAI}{name}") or "").strip()
    if not found:
        raise _other(f"{parent.tag.removeprefix(OAI)} has no {name}")
    return found


def _other(text: str) -> Failure:
    return Failure(Reason.OTHER_DOCUMENT, text)
