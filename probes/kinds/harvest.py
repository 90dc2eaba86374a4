"""Harvests: a repository is asked who it is, and what it has got of late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from probes.conditions.durations import duration_said
from probes.conditions.reply import HarvestAnswer, Reply
from probes.dialogue import Dialogue, now
from probes.kinds.interview import Interview
from probes.kinds.oai import SECOND, Listing, error_of, listing_of, repository_of, stamp_of
from probes.observation import Reason, inconclusive
from probes.specs.harvest import IDENTIFY, RECORDS, HarvestSpec

MOST_PAGES = 5  # of deletions only; who has more of them is asked too seldom


async def ask(spec: HarvestSpec, dialogue: Dialogue) -> Reply:
    """Take the steps and return the last reply, with what was found; without a word on freshness the first is all.

    Raises:
        Failure: a step had no complete reply, or another one than the protocol wants.

    """
    interview = Interview(spec, dialogue)
    root = await interview.document(IDENTIFY, {"verb": "Identify"}, error_of)
    if root is None:
        return interview.reply()
    repository = repository_of(root)
    found = HarvestAnswer(repository.name, now(), repository.unit)
    for within in spec.windows:
        since = (found.at - within) // found.unit * found.unit
        pages = await _listed(spec, interview, stamp_of(since, found.unit))
        if pages is None:
            break
        found = _with_newest(found, spec, pages, (since, found.at + within))
        if found.newest is not None:
            break
    return replace(interview.reply(), harvest=found)


async def _listed(spec: HarvestSpec, interview: Interview, since: str) -> list[Listing] | None:
    """Ask for what changed since then, page by page until one has a record; None where a status is not 200."""
    arguments = {"metadataPrefix": spec.metadata_prefix, "from": since}
    if spec.set_ is not None:
        arguments["set"] = spec.set_
    pages: list[Listing] = []
    while len(pages) < MOST_PAGES:
        said = {"verb": "ListIdentifiers", **arguments}
        root = await interview.document(RECORDS, said, error_of)
        if root is None:
            return None
        pages.append(listing_of(root))
        if _counted(spec, pages) or not pages[-1].token:
            return pages
        arguments = {"resumptionToken": pages[-1].token}
    text = f"the first {_deletions(pages)} changes since {since} are deletions, and there are more"
    raise inconclusive(Reason.BODY_LIMIT, text)


def _with_newest(
    found: HarvestAnswer, spec: HarvestSpec, pages: Sequence[Listing], span: tuple[int, int]
) -> HarvestAnswer:
    """Add the newest record within a span, or why there is none; one far ahead is a wrong clock's."""
    since, until = span
    listed = _counted(spec, pages)
    if inside := [each for each in listed if since <= each <= until]:
        newest = max(inside)
        age = (found.at - newest) // SECOND * SECOND
        told = f"{duration_said(abs(age))} {'old' if age >= 0 else 'ahead'}"
        return replace(found, newest=newest, listed=f"{stamp_of(newest, found.unit)}, {told}")
    begin = stamp_of(since, found.unit)
    if listed:
        other = stamp_of(max(listed), found.unit)
        text = f"asked for what changed since {begin}, it lists what changed until {other}"
    elif deletions := _deletions(pages):
        text = f"since {begin} there are {deletions} deletions and no record"
    else:
        text = f"none since {begin}"
    return replace(found, listed=text)


def _counted(spec: HarvestSpec, pages: Sequence[Listing]) -> list[int]:
    found = [stamp for page in pages for stamp in page.living]
    if spec.deletions == "counted":
        found += [stamp for page in pages for stamp in page.deleted]
    return found


def _deletions(pages: Sequence[Listing]) -> int:
    return sum(len(page.deleted) for page in pages)
