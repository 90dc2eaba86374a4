"""Who may speak: agents by their keys, and each by one run at a time."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

from fastapi import Header, HTTPException, Path

from catalogue.instants import format_instant
from slamon.app.spools import conflict_found
from slamon.app.wires import NEWEST, OLDEST
from slamon.ingest.contacts import Contact, Contacts
from slamon.ingest.runs import Runs
from slamon.ledger.store import Ledger

Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Wire = Annotated[int, Header(ge=OLDEST)]
Program = Annotated[str | None, Header()]
Said = Annotated[str | None, Header(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]

PROGRAM = re.compile(r"slamon/[0-9A-Za-z.+!-]{1,40}")


@dataclass(frozen=True)
class Door:
    """Lets agents in; `key_of` gives the SHA-256 of an agent's key in hex, None for an unknown agent."""

    ledger: Ledger
    key_of: Callable[[str], str | None]
    clock: Callable[[], int]
    contacts: Contacts
    runs: Runs = field(default_factory=Runs)

    def known(self, agent: Name, authorization: Annotated[str, Header()] = "") -> None:
        """Let nobody in whose key is not that of the agent."""
        scheme, _, key = authorization.partition(" ")
        given = sha256(key.encode()).hexdigest()
        expected = self.key_of(agent)
        if expected is None or scheme != "Bearer" or not hmac.compare_digest(given, expected):
            self.contacts.turned_away(agent, self.clock())
            raise HTTPException(
                401, "this key opens no agent of that name; it may have been revoked or renewed"
            )

    def understood(
        self, agent: Name, slamon_wire: Wire = OLDEST, user_agent: Program = None
    ) -> None:
        """Note which wire an agent speaks; the first releases did not say, and one from the future has to wait."""
        if slamon_wire > NEWEST:
            raise HTTPException(
                400,
                f"this agent speaks wire {slamon_wire}, and this centre knows wires up to {NEWEST}: "
                "upgrade the centre first, then its agents; until then the agent keeps what it sees",
            )
        program = user_agent if user_agent and PROGRAM.fullmatch(user_agent) else None
        self.contacts.note(agent, Contact(self.clock(), slamon_wire, program))

    def heard(self, agent: Name, slamon_run: Said = None) -> None:
        """Record that two runs of an agent speak by turns: two machines use one key."""
        if not slamon_run or (other := self.runs.turns(agent, slamon_run)) is None:
            return
        now = self.clock()
        told = {"day": format_instant(now)[:10], "held": other, "given": slamon_run}
        conflict_found(self.ledger, agent, "two_runs", "", sequence=0, now=now, **told)
