"""People who decide: give their ids names, and take the names away again for good."""

from __future__ import annotations

import re

from slamon.app.refused import Refused
from slamon.ledger.actors import Actor, ActorErased, Actors, stream_of
from slamon.ledger.store import Ledger

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SHORTEST_WORD = 3  # shorter parts of a name are found in any sentence


def add(actors: Actors, actor: str, name: str, address: str | None) -> Actor:
    """Give an id a name and an address, or others.

    Raises:
        Refused: the id cannot be used, or belonged to somebody who was erased.

    """
    if not ID.fullmatch(actor):
        message = (
            f"{actor!r} cannot be an id: letters, digits, and - _ . after the first, at most 64"
        )
        raise Refused(message)
    known = actors.get(actor)
    if known is not None and known.erased:
        message = f"{actor} belonged to somebody who was erased: take another id"
        raise Refused(message)
    added = Actor(actor, name, address, erased=False)
    actors.put([added])
    return added


def erase(ledger: Ledger, actors: Actors, actor: str, reason: str, *, by: str) -> int | None:
    """Erase name and address, and record that this was done; the position, None where it was done before.

    The name goes first: if the program ends in between, erasing again records what is missing.

    Raises:
        Refused: nobody has that id, or the reason, which stays for ever, repeats what is to be erased.

    """
    known, stream = actors.get(actor), stream_of(actor)
    done = ledger.version(stream)
    if known is None and not done:
        message = f"there is no actor {actor!r}; `slamon actor list` names them"
        raise Refused(message)
    if known is not None and (repeated := _repeated(known, reason)):
        message = (
            f"the reason stays in the ledger for ever, and it repeats {repeated!r}: say it without"
        )
        raise Refused(message)
    actors.erase(actor)
    if done:
        return None
    return ledger.append(stream, [ActorErased(reason=reason)], after=0, actor=by)


def _repeated(known: Actor, reason: str) -> str | None:
    """The first part of a name or address that the reason would keep."""
    told = f"{known.name or ''} {known.address or ''}"
    words = re.findall(r"[\w.@+-]+", told)
    found = (
        word for word in words if len(word) >= SHORTEST_WORD and word.lower() in reason.lower()
    )
    return next(found, None)
