"""Agents: what each is told to ask, and what it hands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from probes.batch import BatchError, ObservationsRecorded
from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted
from slamon.app import examining
from slamon.app.examining import UnsoundError
from slamon.app.spools import conflict_found, spool_begun
from slamon.ledger.codec import Entry
from slamon.ledger.store import ConflictError, Ledger
from slamon.sla.intake import BatchQuarantined

MOST_FORGOTTEN = 1_000  # versions of an assignment that a backup may lack


class BatchRefusedError(Exception):
    """A batch cannot be taken in; nothing of it was recorded."""


class BatchConflictError(BatchRefusedError):
    """Another batch stands under the same number: two write one spool, or a history was changed."""


class BatchOutOfOrderError(BatchRefusedError):
    """Batches before this one are not in the ledger yet; `expected` is the next sequence."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"batch {expected} comes first")
        self.expected = expected


class AssignmentUnknownError(BatchRefusedError):
    """A ledger that went on from a backup lacks the assignment of a batch; the agent may tell it."""

    def __init__(self, version: int) -> None:
        super().__init__(f"this ledger went on from a backup that has no assignment {version}")
        self.version = version


@dataclass(frozen=True)
class Taken:
    """A batch stands in the ledger at this position, now or since an earlier delivery.

    With `quarantined` it was set aside for the reason said, and counts for nothing.
    """

    sequence: int
    position: int
    quarantined: str | None = None


@dataclass(frozen=True)
class Delivery:
    """Bytes as an agent hands them in, under which number, and when that was (µs).

    `fingerprint` is that of the assignment they were made under; a `final` one cannot be explained any better.
    """

    agent: str
    spool: str
    day: str
    sequence: int
    payload: bytes
    received_at: int
    fingerprint: str | None = None
    final: bool = True

    @property
    def stream(self) -> str:
        """Where it belongs."""
        return observations(self.agent, self.spool, self.day)


def observations(agent: str, spool: str, day: str) -> str:
    """The stream of a spool's batches of a UTC day."""
    return f"observations:{agent}:{spool}:{day}"


def assignment(ledger: Ledger, agent: str, version: int | None = None) -> AgentAssigned | None:
    """A version of an agent's probe list, the newest if none is named; None where there is none."""
    stream = f"assignment:{agent}"
    wanted = ledger.version(stream) if version is None else version
    for entry in ledger.stream(stream, after=wanted - 1):
        if entry.version == wanted and isinstance(entry.fact, AgentAssigned):
            return entry.fact
    return None


def assign(
    ledger: Ledger,
    agent: str,
    probes: Sequence[AssignedProbe],
    *,
    location: str,
    actor: str,
    simulated: bool = False,
) -> AgentAssigned:
    """Give an agent a probe list; the same list again changes nothing."""
    current = assignment(ledger, agent)
    wanted = AgentAssigned(
        version=current.version + 1 if current else 1,
        location=location,
        simulated=simulated,
        probes=tuple(probes),
    )
    if current and current == wanted.model_copy(update={"version": current.version}):
        return current
    ledger.append(f"assignment:{agent}", [wanted], after=wanted.version - 1, actor=actor)
    return wanted


def reminded(ledger: Ledger, agent: str, given: AgentAssigned) -> None:
    """Record again what an agent was assigned before a backup was restored; what is known changes nothing.

    Only a ledger that went on from a backup is told what it has forgotten, and only of the agent's own place.

    Raises:
        BatchRefusedError: the ledger has another assignment of that version, or cannot have forgotten it.

    """
    current = assignment(ledger, agent)
    version = current.version if current else 0
    if given.version <= version:
        known = assignment(ledger, agent, given.version)
        if known is None or known.fingerprint != given.fingerprint:
            message = f"this ledger has another assignment {given.version} of {agent}"
            raise BatchRefusedError(message)
        return
    founded = ledger.founded()
    same_place = current is None or (current.location, current.simulated) == (
        given.location,
        given.simulated,
    )
    if not founded or founded.epoch == 1 or not same_place:
        message = f"agent {agent} was never assigned that"
        raise BatchRefusedError(message)
    if given.version - version > MOST_FORGOTTEN:
        message = f"assignment {given.version} is too far from {version}, the newest known here"
        raise BatchRefusedError(message)
    # Of versions that the agent never followed nothing was handed in: any list does for them.
    lost = [given.model_copy(update={"version": n}) for n in range(version + 1, given.version + 1)]
    cause = f"epoch {founded.epoch}: the agent followed it before the backup was restored"
    ledger.append(f"assignment:{agent}", lost, after=version, actor=f"agent:{agent}", cause=cause)


def take_batch(
    ledger: Ledger,
    agent: str,
    spool: str,
    day: str,
    sequence: int,
    payload: bytes,
    *,
    now: int,
    fingerprint: str | None = None,
    final: bool = True,
) -> Taken:
    """Record a batch under its number, or that it was set aside; the same bytes again change nothing.

    `now` is the instant (µs) at which it was received; `fingerprint` and `final` as in `Delivery`.

    Raises:
        BatchOutOfOrderError: an earlier batch of that day is missing.
        BatchConflictError: other content was recorded under this number; an alarm is recorded.
        AssignmentUnknownError: the agent can tell under which assignment it was made.
        BatchRefusedError: there is no such day.

    """
    given = Delivery(agent, spool, day, sequence, payload, now, fingerprint, final)
    if not examining.is_day(day):
        message = f"{day} is no day"
        raise BatchRefusedError(message)
    version = ledger.version(given.stream)
    if sequence <= version:
        return _resent(ledger, given)
    if sequence > version + 1:
        raise BatchOutOfOrderError(version + 1)
    fact = _examined(ledger, given)
    if version == 0:
        begin = fact.begin if isinstance(fact, ObservationsRecorded) else now
        spool_begun(ledger, agent, spool, begin=begin, now=now)
    try:
        position = ledger.append(given.stream, [fact], after=version, actor=f"agent:{agent}")
    except ConflictError:
        return _resent(ledger, given)
    return Taken(sequence, position or 0, _reason(fact))


def _examined(ledger: Ledger, given: Delivery) -> ObservationsRecorded | BatchQuarantined:
    try:
        return sound(ledger, given)
    except UnsoundError as wrong:
        reason = str(wrong)
        return BatchQuarantined.of(given.payload, wrong.because, reason, given.received_at)


def sound(ledger: Ledger, given: Delivery) -> ObservationsRecorded:
    """The batch that was handed in.

    Raises:
        UnsoundError: it may not count.
        AssignmentUnknownError: the agent can tell under which assignment it was made.

    """
    batch = examining.read(given.payload, given.day)
    under = assignment(ledger, given.agent, batch.assignment)
    if under is None:
        founded = ledger.founded()
        if not given.final and founded and founded.epoch > 1:
            raise AssignmentUnknownError(batch.assignment)
        message = f"agent {given.agent} has no assignment {batch.assignment}"
        raise UnsoundError("no_assignment", message)
    examining.must_fit(batch, under, given.fingerprint)
    examining.must_be_past(batch, given.received_at)
    _must_be_news(ledger, given, batch)
    return batch


def _must_be_news(ledger: Ledger, given: Delivery, batch: ObservationsRecorded) -> None:
    for version in range(given.sequence - 1, 0, -1):
        before = next(ledger.stream(given.stream, after=version - 1, limit=1)).fact
        if isinstance(before, ObservationsRecorded):
            if before.end > batch.begin:
                message = f"the batch begins before the end of number {version}"
                raise UnsoundError("told", message)
            return


def _resent(ledger: Ledger, given: Delivery) -> Taken:
    entry = next(ledger.stream(given.stream, after=given.sequence - 1, limit=1))
    if not _holds(entry, given.payload):
        held, came = sha256(entry.payload).hexdigest(), sha256(given.payload).hexdigest()
        conflict_found(
            *(ledger, given.agent, "other_content", given.spool),
            day=given.day,
            sequence=given.sequence,
            held=held,
            given=came,
            now=given.received_at,
        )
        message = f"{given.stream} number {given.sequence} holds other content"
        raise BatchConflictError(message)
    return Taken(given.sequence, entry.position, _reason(entry.fact))


def _holds(entry: Entry, payload: bytes) -> bool:
    """Whether an entry was made of these bytes, be its cold part elsewhere or not."""
    match entry.fact:
        case BatchQuarantined() as aside:
            return aside.content_hash == sha256(payload).hexdigest()
        case ObservationsRecorded() as batch:
            if batch.stored == payload:
                return True
            try:
                given = ObservationsRecorded.from_bytes(payload)
            except BatchError:
                return False
            return given.without_cold()[0].stored == batch.without_cold()[0].stored
        case _:
            return False


def _reason(fact: object) -> str | None:
    return fact.reason if isinstance(fact, BatchQuarantined) else None


def recorded(ledger: Ledger, agent: str, spool: str, day: str) -> int:
    """How many batches of a spool's day stand in the ledger, those set aside included."""
    return ledger.version(observations(agent, spool, day))


def interrupted(ledger: Ledger, agent: str, gap: ProbingInterrupted, now: int) -> None:
    """Record why an agent did not probe; once per gap. `now` is the instant (µs) at which it is reported.

    Raises:
        UnsoundError: it is not over.

    """
    examining.must_be_over(gap, now)
    ledger.decide(
        f"interruptions:{agent}",
        frozenset[ProbingInterrupted](),
        lambda known, told: known | {told},
        lambda known: [] if gap in known else [gap],
        actor=f"agent:{agent}",
    )
