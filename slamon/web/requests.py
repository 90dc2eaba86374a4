"""What a route may ask of the request it answers: the read side, the instant, the visitor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from catalogue.instants import InstantError
from catalogue.months import Month
from slamon.app.refused import Unknown
from slamon.sla.judgement import Judgement
from slamon.views.heard import Heard
from slamon.views.past import Moment
from slamon.web.access import Access, form_token_fits
from slamon.web.asking import Ask, AskedNow, Turns
from slamon.web.attempts import Attempts
from slamon.web.ports import Decisions, Reading
from slamon.web.texts import Language, language, negotiate

AS_KNOWN_AT = "as_known_at"
THEN = "slamon.then"
SESSION_COOKIE = "slamon_session"
LANGUAGE_COOKIE = LANGUAGE = "lang"
VISIT_COOKIE = "slamon_visit"


@dataclass(frozen=True, slots=True)
class House:
    """Everything the web room was given by the composition root; `clock` tells µs.

    `stamp` differs from start to start, as a restored ledger or a newer program may give other
    answers at the same position. `person` gives what people read for the id of an actor. `ask` asks a probe now, where
    this machine may. `heard` tells what agents said of themselves last.
    """

    reading: Reading
    decisions: Decisions
    access: Access
    clock: Callable[[], int]
    ready: Callable[[], Sequence[str]]
    stale: Callable[[], str | None]
    attempts: Attempts
    stamp: str
    person: Callable[[str], str]
    ask: Ask | None = None
    heard: Heard = dict
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True)
class Then:
    """What was known when a request asks for, instead of what is known now; `asked` is how it names the moment."""

    reading: Reading
    moment: Moment
    asked: str


def then_of(request: Request) -> Then | None:
    """What this request asks to be known; None where it asks for now."""
    return cast("Then | None", request.scope.get(THEN))


def house_of(request: Request) -> House:
    """Find the house that serves this request."""
    return cast("House", request.app.state.house)


def judged(reading: Reading, agreement: str, label: str, now: int) -> Judgement | None:
    """Judge the period an address names; None where it names no agreement.

    Raises:
        Unknown: it names no period of the agreement.

    """
    try:
        return reading.judge(agreement, label, now)
    except InstantError as wrong:
        raise Unknown(str(wrong)) from None


def month_of(label: str) -> Month:
    """The calendar month an address names.

    Raises: HTTPException 404 where it names none.
    """
    try:
        return Month.named(label)
    except ValueError:
        raise HTTPException(404, f"{label} is no month; write it like 2026-03.") from None


def ask_now(request: Request, probe: str, actor: str) -> AskedNow:
    """Ask a probe for an actor, where it is its turn.

    Raises: HTTPException 404 where this machine asks none, 429 where it is not its turn; Unknown, Refused as `Ask`.
    """
    house = house_of(request)
    if house.ask is None:
        raise HTTPException(404, "Probes are not asked by hand here.")
    if not any(line.probe == probe for line in house.reading.probes(house.clock())):
        message = f"there is no probe {probe!r}"
        raise Unknown(message)
    house.turns.take(probe, house.clock())
    return house.ask(probe, actor)


async def _reading(request: Request) -> Reading:
    then = then_of(request)
    return then.reading if then else house_of(request).reading


async def _decisions(request: Request) -> Decisions:
    return house_of(request).decisions


async def _now(request: Request) -> int:
    then = then_of(request)
    return then.moment.instant if then else house_of(request).clock()


def language_of(request: Request) -> Language:
    """The language a request is answered in: that of its address, else of the visitor's choice, else the browser's."""
    asked, chosen = request.query_params.get(LANGUAGE), request.cookies.get(LANGUAGE_COOKIE)
    return language(negotiate(asked, chosen, request.headers.get("Accept-Language")))


def session_of(request: Request) -> str | None:
    """Read the session's key from the cookie, or from a bearer header."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else request.cookies.get(SESSION_COOKIE)


def actor_of(request: Request) -> str | None:
    """Name who is signed in, or None."""
    return house_of(request).access.actor(session_of(request))


def _api_actor(request: Request) -> str:
    """Demand a session; one held by a cookie must come with the token of its forms.

    Raises: HTTPException 401 without a session, 403 with a wrong token.
    """
    actor = actor_of(request)
    if actor is None:
        raise HTTPException(
            401, "A decision needs a signed-in actor.", headers={"WWW-Authenticate": "Bearer"}
        )
    by_cookie = "Authorization" not in request.headers
    if by_cookie and not form_token_fits(
        session_of(request), request.headers.get("X-CSRF-Token", "")
    ):
        raise HTTPException(403, "The header X-CSRF-Token does not belong to this session.")
    return actor


Read = Annotated[Reading, Depends(_reading)]
Decide = Annotated[Decisions, Depends(_decisions)]
Now = Annotated[int, Depends(_now)]
ApiActor = Annotated[str, Depends(_api_actor)]
