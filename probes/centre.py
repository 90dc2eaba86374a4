"""The centre as the agent sees it: where assignments come from, and batches and interruptions go to."""

from __future__ import annotations

import http.client
import json
import logging
import secrets
import ssl
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from probes.complaints import Complaints
from probes.health import AgentHealth
from probes.kinds.browsing import USER_AGENT
from probes.parcels import Parcel
from probes.pausing import ProbePaused, ProbeResumed
from probes.spec import AgentAssigned, ProbingInterrupted
from probes.way import Way, told

ANSWER_LIMIT = 64 * 1024 * 1024
REASON = 200  # bytes of what it says that are worth a line of the log
DIGITS = 18  # of an instant; longer numbers are none
BINDING = frozenset({200, 201, 204, 304, 409})  # by what they say, something is done or let go of

LEDGER = "Slamon-Ledger"
"""Header of answers: id and epoch of the centre's ledger, `ID/EPOCH`."""
RECEIVED = "Slamon-Received-At"
"""Header of answers: the instant at which the request was received, µs UTC."""
RUN = "Slamon-Run"
"""Header of requests: names this run of this agent, by chance."""
FINGERPRINT = "Slamon-Assignment"
"""Header of batches: `AgentAssigned.fingerprint` of the list that the batch was made under."""
FINAL = "Slamon-Final"
"""Header of batches: there is nothing to explain the assignment with; decide on what there is."""
WIRE = "Slamon-Wire"
"""Header of requests: in which version an agent speaks; the first releases sent none."""
WIRE_SPOKEN = 2

OUT_OF_ORDER = "urn:slamon:batch-out-of-order"
OTHER_CONTENT = "urn:slamon:batch-other-content"
ASSIGNMENT_UNKNOWN = "urn:slamon:assignment-unknown"


KEY_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

log = logging.getLogger(__name__)


class UnreachableError(Exception):
    """The centre did not answer; nothing is known of what it has received."""


@dataclass(frozen=True)
class Answer:
    """What the centre said; `wait` in seconds where it asks for patience."""

    status: int
    body: bytes
    etag: str | None = None
    wait: int = 0

    def said(self, name: str) -> Any:
        """A member of its JSON object; None where there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found.get(name) if isinstance(found, dict) else None


@dataclass(frozen=True)
class ClockOffset:
    """How far our clock is ahead of the centre's (µs), known within `uncertainty` (µs)."""

    ahead: int
    uncertainty: int

    def after(self, step: int) -> ClockOffset:
        """How far ahead it is after it was set by `step` µs."""
        return ClockOffset(self.ahead + step, self.uncertainty)

    def surely_beyond(self, limit: int) -> bool:
        """Whether the clocks are more than `limit` µs apart, whatever the way of the messages took."""
        return abs(self.ahead) - self.uncertainty > limit


class Centre:
    """Speaks HTTP with the centre; blocking, so used from a thread.

    `ledger` and `offset` are what its newest answer told: id and epoch of its ledger, and of its clock.
    """

    def __init__(self, url: str, agent: str, key: str, ca: Path | None = None) -> None:
        """Know the centre of a URL, and the agent that speaks; `ca` as in `Way`.

        Raises:
            UnsafeWayError: the key must not be sent that way.

        """
        self._way = Way(url, ca)
        self._agent = agent
        self._complaints = Complaints()
        self._root = f"{self._way.url.path.rstrip('/')}/api/v1/agents/{quote(agent, safe='')}"
        self._own = {
            "Authorization": f"Bearer {key}",
            RUN: secrets.token_hex(8),
            WIRE: str(WIRE_SPOKEN),
            "User-Agent": USER_AGENT,
        }
        self.ledger: str | None = None
        self.offset: ClockOffset | None = None

    def clock_set(self, step: int) -> None:
        """Know until the next answer that our clock was set by `step` µs."""
        self.offset = self.offset.after(step) if self.offset else None

    def not_reached(self, fault: UnreachableError) -> None:
        """Log that it did not answer, the same at most once a minute."""
        sentence = f"the centre cannot be reached: {fault}"
        if self._complaints.due(sentence):
            log.warning("%s", sentence)

    def refuses(self, answer: Answer) -> None:
        """Log that it takes nothing, the same at most once a minute."""
        said = answer.body[:REASON].decode(errors="replace")
        sentence = f"the centre refuses with {answer.status}: {said}"
        if answer.status in KEY_REFUSED:
            sentence = (
                f"the centre does not accept the key of {self._agent}: it was revoked there, or renewed. "
                f"`slamon agent enrol {self._agent} --location ID --renew` prints a new one at the centre; set "
                "SLAMON_AGENT_KEY (or what SLAMON_AGENT_KEY_FILE names) to it and start this agent again. "
                "Until then everything is kept"
            )
        if self._complaints.due(sentence):
            log.error("%s", sentence)

    def assignment(self, known: str | None) -> Answer:
        """Fetch the assignment, 304 if it is still the one of the `known` ETag."""
        return self._ask("GET", "/assignment", {} if known is None else {"If-None-Match": known})

    def push(self, parcel: Parcel, *, final: bool = False) -> Answer:
        """Hand over a batch; repeating it changes nothing."""
        headers = {"Content-Type": "application/octet-stream"}
        if parcel.fingerprint is not None:
            headers[FINGERPRINT] = parcel.fingerprint
        if final:
            headers[FINAL] = "yes"
        path = f"/batches/{parcel.spool}/{parcel.day}/{parcel.sequence}"
        return self._ask("POST", path, headers, parcel.data)

    def recorded(self, spool: str, day: str) -> Answer:
        """Ask how many batches of a day it has."""
        return self._ask("GET", f"/batches/{spool}/{day}", {})

    def remind(self, assignment: AgentAssigned) -> Answer:
        """Tell a centre that went on from a backup which assignment it gave us before."""
        body = assignment.model_dump_json().encode()
        return self._ask("POST", "/assignments", {"Content-Type": "application/json"}, body)

    def report(self, gap: ProbingInterrupted) -> Answer:
        """Explain a gap; repeating it changes nothing."""
        body = gap.model_dump_json().encode()
        return self._ask("POST", "/interruptions", {"Content-Type": "application/json"}, body)

    def tell_of_pause(self, fact: ProbePaused | ProbeResumed) -> Answer:
        """Say that a probe is paused, or asked again; repeating it changes nothing."""
        path = "/pauses" if isinstance(fact, ProbePaused) else "/resumptions"
        body = fact.model_dump_json().encode()
        return self._ask("POST", path, {"Content-Type": "application/json"}, body)

    def pauses(self) -> Answer:
        """Ask which pauses of ours last: those that nobody has ended there."""
        return self._ask("GET", "/pauses", {})

    def tell(self, health: AgentHealth) -> Answer:
        """Say how this agent is; only the newest word counts."""
        body = health.model_dump_json().encode()
        return self._ask("POST", "/health", {"Content-Type": "application/json"}, body)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        connection = self._way.open()
        sent = time.time_ns() // 1000
        try:
            connection.request(method, self._root + path, body, headers | self._own)
            response = connection.getresponse()
            self._learn(response, sent)
            text = response.read(ANSWER_LIMIT)
            if response.length:
                raise http.client.IncompleteRead(text)
            if response.status in BINDING and response.getheader(RECEIVED) is None:
                # A batch that a maintenance page or a portal said 200 to would be lost.
                raise UnreachableError(f"what answers {response.status} there is not the centre")
            etag, wait = response.getheader("ETag"), _seconds(response.getheader("Retry-After"))
            return Answer(response.status, text, etag, wait)
        except ssl.SSLCertVerificationError as fault:
            raise UnreachableError(told(fault)) from None
        except (OSError, http.client.HTTPException) as fault:
            raise UnreachableError(str(fault) or type(fault).__name__) from None
        finally:
            connection.close()

    def _learn(self, response: http.client.HTTPResponse, sent: int) -> None:
        if response.status in KEY_REFUSED:
            return  # who refuses us may be anybody
        self.ledger = response.getheader(LEDGER) or self.ledger
        received = response.getheader(RECEIVED, "")
        if received.isascii() and received.isdigit() and len(received) < DIGITS:
            half = (time.time_ns() // 1000 - sent) // 2
            self.offset = ClockOffset(sent + half - int(received), abs(half))


def _seconds(text: str | None) -> int:
    return int(text[:9]) if text is not None and text.isascii() and text.isdigit() else 0
