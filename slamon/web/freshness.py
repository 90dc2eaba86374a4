"""Entity tags from the position of the views: an unchanged answer is not sent twice."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response

from slamon.web.requests import Then, house_of, then_of

MINUTE = 60 * 1_000_000
KEPT = 3_600  # s; a new version of the program may tell the same past better

AsKnownAt = Annotated[
    str,
    Query(
        description="As it was known at an instant with its offset, or up to a position of the ledger, like @12345"
    ),
]


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
    as_known_at: AsKnownAt = "",
) -> None:
    """Tag an answer that changes with the ledger only."""
    del as_known_at  # read before: here it is described
    _check(request, _stamp(request), response, if_none_match)


async def _moving(
    request: Request,
    response: Response,
    if_none_match: Annotated[str, Header()] = "",
    as_known_at: AsKnownAt = "",
) -> None:
    """Tag an answer that also changes with the clock; that of the past stands still.

    Without the minute, a service whose probes fell silent would be shown up for ever.
    """
    del as_known_at  # read before: here it is described
    then = then_of(request)
    now = then.moment.instant if then else house_of(request).clock()
    _check(request, f"{_stamp(request)}.{now // MINUTE}", response, if_none_match)


def _stamp(request: Request) -> str:
    house, then = house_of(request), then_of(request)
    return f"{house.stamp}.{then.moment.position if then else house.reading.position()}"


def _check(request: Request, stamp: str, response: Response, if_none_match: str) -> None:
    tag = f'W/"{stamp}"'
    known = [known.strip().removeprefix("W/") for known in if_none_match.split(",")]
    if "*" in known or tag.removeprefix("W/") in known:
        raise Unchanged(tag)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = _cached(then_of(request), house_of(request).clock())


def _cached(then: Then | None, now: int) -> str:
    """An answer of the past stays as it is, once nothing can be recorded any more with an earlier instant."""
    over = then is not None and then.moment.instant < now - MINUTE
    return f"private, max-age={KEPT}" if over else "no-cache"


Steady = Depends(_steady)
Moving = Depends(_moving)
