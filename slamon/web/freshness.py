"""Entity tags from the position of the views: an unchanged answer is not sent twice."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from slamon.web.requests import house_of

MINUTE = 60 * 1_000_000


class Unchanged(Exception):  # noqa: N818 - the good case of a conditional request
    """The visitor already has this answer; `tag` is its entity tag."""

    def __init__(self, tag: str) -> None:
        """Keep the tag for the 304."""
        super().__init__(tag)
        self.tag = tag


async def _steady(
    request: Request,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
) -> None:
    """Tag an answer that changes with the ledger only."""
    _check(_stamp(request), response, if_none_match)


async def _moving(
    request: Request,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
) -> None:
    """Tag an answer that also changes with the clock.

    Without the minute, a service whose probes fell silent would be shown up for ever.
    """
    minute = house_of(request).clock() // MINUTE
    _check(f"{_stamp(request)}.{minute}", response, if_none_match)


def _stamp(request: Request) -> str:
    house = house_of(request)
    return f"{house.stamp}.{house.reading.position()}"


def _check(stamp: str, response: Response, if_none_match: str) -> None:
    tag = f'W/"{stamp}"'
    known = [known.strip().removeprefix("W/") for known in if_none_match.split(",")]
    if "*" in known or tag.removeprefix("W/") in known:
        raise Unchanged(tag)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "no-cache"


Steady = Depends(_steady)
Moving = Depends(_moving)
