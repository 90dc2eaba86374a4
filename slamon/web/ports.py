"""What the web room needs from the rooms below: answers to read and decisions to take."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Protocol

from catalogue.document import Text3
from slamon.app.acts import Act
from slamon.app.exclusions import Asked
from slamon.ledger.proof import Proof
from slamon.sla.judgement import Judgement
from slamon.views.agenda import Agenda
from slamon.views.agents import AgentLine
from slamon.views.alarms import QuarantineLine
from slamon.views.announceable import Announceable
from slamon.views.answers import (
    AgreementSummary,
    BreachLine,
    CommitmentLine,
    ImportLine,
    LedgerStatus,
    OutageLine,
    Overview,
    PeriodLine,
    ProbeLine,
    RecordLine,
    SealLine,
    ServiceDetail,
    ServiceSummary,
    TallyDay,
)
from slamon.views.attested import AttestationLine
from slamon.views.biography import Step, Versions
from slamon.views.credited import BreachInMoney
from slamon.views.declared import DeclarationLine
from slamon.views.documented import Draft, SetOfDocuments
from slamon.views.explanation import Explanation
from slamon.views.finding import KINDS, Findings, Kind
from slamon.views.histories import PeriodHistory
from slamon.views.hours import HoursLine, HoursMonth
from slamon.views.offerings import OfferingLine
from slamon.views.past import Moment
from slamon.views.register import RegisterTold
from slamon.views.results import ObservationLine, ResultCount
from slamon.views.rulings import ExclusionLine
from slamon.views.silence import Silence
from slamon.views.slottold import SlotTold
from slamon.views.told import FactInFull
from slamon.web.accounts import Accounts


class Reading(Accounts, Protocol):
    """The read side. `now` is an instant in µs; lists with `after` and `limit` are sorted by key."""

    def overview(self, now: int) -> Overview:
        """How things stand, at a glance; its outages are those of the last days."""

    def agreements(self, now: int) -> tuple[AgreementSummary, ...]:
        """All agreements with their objectives in the current period."""

    def agreement(self, agreement: str, now: int) -> AgreementSummary | None:
        """One agreement, or None where there is none of that id."""

    def services(self, now: int) -> tuple[ServiceSummary, ...]:
        """All services with their state now and their days."""

    def service(self, service: str, now: int) -> ServiceDetail | None:
        """One service with its terms, probes, objectives and outages."""

    def offerings(self, service: str, now: int) -> tuple[OfferingLine, ...]:
        """What can be ordered of a service, with its prices of the day (UTC)."""

    def breaches(self, status: str | None) -> tuple[BreachLine, ...]:
        """Breaches found at close, of one review status or of all."""

    def breach(self, breach: str) -> BreachInMoney | None:
        """One breach with the figures fixed at close, its review, and what it is worth."""

    def parties(self) -> tuple[tuple[str, Text3], ...]:
        """The parties that have something before them: id and name."""

    def agenda(self, party: str, now: int) -> Agenda | None:
        """What a party has before it; None where there is none of that id."""

    def checks(self, now: int, only: Collection[Kind] = KINDS) -> Findings:
        """What costs time or money if nobody looks at it, of some kinds of check or of all."""

    def service_hours(self) -> tuple[HoursLine, ...]:
        """All service hours."""

    def hours_month(self, name: str, label: str) -> HoursMonth | None:
        """Service hours day by day in a month labelled like 2026-03; None where there are none of that id.

        Raises: ValueError where the label names no month.
        """

    def register(self, now: int) -> RegisterTold:
        """The review: recommendations and steps with what realises each."""

    def commitments(self, now: int) -> tuple[CommitmentLine, ...]:
        """All dated deliverables with their state."""

    def attestations(self, now: int) -> tuple[AttestationLine, ...]:
        """What is asked about services that cannot be probed, answered and due."""

    def records(
        self, kind: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[RecordLine, ...]:
        """Records of the catalogue by (kind, id), those behind `after` only."""

    def record(self, kind: str, record: str) -> dict[str, object] | None:
        """One whole record: versions of its terms, lifecycle, what is not yet interpreted."""

    def sets(self) -> tuple[str, ...]:
        """The names of the sets of documents."""

    def documents(self, name: str) -> SetOfDocuments | None:
        """A set as documents; None where there is no such set."""

    def biography(self, kind: str, record: str) -> tuple[Step, ...]:
        """Everything recorded of a record, the oldest first."""

    def compared(self, kind: str, record: str) -> Versions | None:
        """The versions of a record side by side; None where there is none."""

    def written(self, kind: str, record: str) -> str | None:
        """A record as a text that can be edited; None where there is none, or it was withdrawn."""

    def draft(self, text: str, name: str, now: int) -> Draft:
        """What recording a text of some records of a set would mean.

        Raises: DocumentsRefused where the text has faults.
        """

    def periods(self, agreement: str | None, now: int) -> tuple[PeriodLine, ...]:
        """Each objective in each period it promises by, closed or open."""

    def tallies(
        self, agreement: str, objective: str | None, after_day: str | None, limit: int, now: int
    ) -> tuple[TallyDay, ...]:
        """Agreed time by state of local days, by day, those behind `after_day` only."""

    def observations(
        self,
        check: str | None,
        service: str | None,
        after: tuple[str, ...] | None,
        limit: int,
    ) -> tuple[ObservationLine, ...]:
        """Stretches of equal results by (day, check, location, first_at)."""

    def outages(
        self, service: str | None, after: str | None, limit: int, now: int
    ) -> tuple[OutageLine, ...]:
        """Outages by the text `from agreement objective`; `after` is such a text."""

    def probes(self, now: int) -> tuple[ProbeLine, ...]:
        """Probes as assigned, with their newest results."""

    def slot(
        self, probe: str, instant: int, now: int, location: str | None = None
    ) -> SlotTold | None:
        """What came of the slot due last by an instant (µs), at one place or at all; None of an unknown probe."""

    def results(self, check: str) -> tuple[ResultCount, ...]:
        """How many results a check has at each place, by what they rest on."""

    def imports(self) -> tuple[ImportLine, ...]:
        """The sources of imported results, and what they ask to be said of them."""

    def silences(self, now: int) -> tuple[Silence, ...]:
        """The objectives about which no result speaks now."""

    def declarations(self, service: str | None) -> tuple[DeclarationLine, ...]:
        """Incidents as people declared them, of one service or of all."""

    def fact(self, position: int) -> FactInFull | None:
        """The fact at a ledger position; None where there is none."""

    def exclusions(self, agreement: str | None) -> tuple[ExclusionLine, ...]:
        """Announced exclusions and what became of them, of one agreement or of all."""

    def exclusion(self, agreement: str, exclusion: str) -> ExclusionLine | None:
        """One announced exclusion, or None where there is none of that id."""

    def announceable(self) -> tuple[Announceable, ...]:
        """The agreements under which windows can be announced, with their clauses."""

    def judge(self, agreement: str, label: str, now: int) -> Judgement | None:
        """All objectives of an agreement in the period labelled, e.g. 2026-02.

        Raises: InstantError where the label names no period.
        """

    def explain(
        self, agreement: str, label: str, now: int, objective: str | None = None
    ) -> Explanation | None:
        """Why the figures of a period are what they are, of one objective or of all; None where there are none."""

    def history(self, agreement: str, label: str) -> PeriodHistory | None:
        """The closing of a period and its restatements; None while it is open."""

    def agents(self, now: int) -> tuple[AgentLine, ...]:
        """The agents: how far each has handed in, and what of it somebody must look at."""

    def quarantine(self) -> tuple[QuarantineLine, ...]:
        """The batches that were set aside, the newest first."""

    def ledger(self) -> LedgerStatus:
        """Where the ledger and its views stand."""

    def seals(self, after: int, limit: int) -> tuple[SealLine, ...]:
        """So many seals behind a number, the oldest first."""

    def proof(self, position: int) -> Proof:
        """The proof that the fact of a position is under a seal.

        Raises: NotProvableError where there is no such fact, or no seal over it.
        """

    def position(self) -> int:
        """The ledger position up to which the views are folded."""

    def moment(self, asked: str, now: int) -> Moment:
        """What is asked for as known at an instant with its offset, or at a position such as `@12345`.

        Raises: InstantError where it is neither; NotKnownError where it cannot be known.
        """

    def as_known(self, then: Moment) -> AbstractContextManager[Reading]:
        """The read side as it was then. Raises: NotKnownError where the views have not come so far."""


class Decisions(Protocol):
    """The write side. Each returns the ledger position at which the decision is visible.

    Raises: Refused where the rules do not allow it; Unknown where there is nothing to decide on.
    """

    def uphold(self, breach_id: str, reason: str, actor: str) -> int:
        """Rule that a breach stands."""

    def waive(self, breach_id: str, reason: str, clause: str | None, actor: str) -> int:
        """Forgive a breach; its figures stay."""

    def announce_exclusion(
        self, agreement: str, asked: Asked, exclusion: str | None, actor: str
    ) -> tuple[str, int]:
        """Record that a window was announced; its id, and the position."""

    def grant_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Accept an announced window."""

    def refuse_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Turn an announced window down."""

    def withdraw_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Take an announced window back."""

    def edit_documents(
        self, text: str, name: str, *, at: int | None, reason: str, actor: str
    ) -> int:
        """Record what a text states of records of a set, past their documents.

        Raises: DocumentsRefused where the text has faults.
        """

    def close(self, agreement: str, label: str, actor: str) -> int:
        """Fix the figures of a finished period."""

    def act(self, name: str, act: Act, actor: str) -> int:
        """Record what somebody did with a record of the catalogue."""
