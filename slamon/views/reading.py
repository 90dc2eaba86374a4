"""The read side in one place: every question that pages, API, metrics and commands ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from catalogue.agreements import Agreement
from catalogue.document import Text3
from catalogue.instants import format_instant
from catalogue.interpretation import not_yet_interpreted
from catalogue.months import Month
from catalogue.services import Service
from slamon.ledger.proof import Proof, prove
from slamon.ledger.store import Ledger, LedgerFounded
from slamon.sla.judgement import Judgement
from slamon.views import (
    agenda,
    asked,
    attested,
    checks,
    declared,
    explained,
    hours,
    kept,
    listings,
    overdue,
    percentiles,
    rulings,
    sealed,
    silence,
    standing,
    told,
)
from slamon.views.accounts import Accounts
from slamon.views.agenda import Agenda
from slamon.views.announceable import Announceable, announceable
from slamon.views.answers import (
    AgreementSummary,
    BreachLine,
    CommitmentLine,
    ImportLine,
    LedgerStatus,
    OutageLine,
    Overview,
    PeriodLine,
    RecordLine,
    SealLine,
    ServiceDetail,
    ServiceSummary,
    TallyDay,
)
from slamon.views.attested import AttestationLine
from slamon.views.declared import DeclarationLine
from slamon.views.documented import Documenting
from slamon.views.explanation import Explanation
from slamon.views.finding import KINDS, Findings, Kind
from slamon.views.glance import Glance
from slamon.views.histories import PeriodHistory
from slamon.views.hours import HoursLine, HoursMonth
from slamon.views.judgements import judgement
from slamon.views.judging import Frame
from slamon.views.offered import ClosingOffer, offer
from slamon.views.past import Moment, Tables, as_known, moment
from slamon.views.paused import PauseLine, pauses
from slamon.views.promised import Promises, promises
from slamon.views.proposed import proposed
from slamon.views.register import RegisterTold, register
from slamon.views.rulings import ExclusionLine
from slamon.views.silence import Silence
from slamon.views.tables import view_state
from slamon.views.told import FactInFull
from slamon.views.tried import under
from slamon.views.whatif import WhatIf, compared

PAGE_DAYS = 90


class Reading(Accounts, Documenting):
    """Answers from the views of one ledger; each call sees one state."""

    def __init__(
        self, store: Tables, ledger: Ledger, founded: LedgerFounded, upto: int | None = None
    ) -> None:
        super().__init__(store, ledger, upto)
        self._founded = founded
        self.glance = Glance(store)

    def moment(self, asked: str, now: int) -> Moment:
        """What is asked for as known at an instant with its offset, or at a position such as `@12345`.

        Raises:
            InstantError: it is neither.
            NotKnownError: it has not come, or lies before the ledger's first fact.

        """
        return moment(self._ledger, asked, now)

    @contextmanager
    def as_known(self, then: Moment) -> Iterator[Reading]:
        """The read side as it was then; it knows of nothing that was recorded later.

        Raises:
            NotKnownError: the views have not come so far.

        """
        with as_known(self._store, self._ledger, then) as tables:
            yield Reading(tables, self._ledger, self._founded, then.position)

    def pauses(self) -> tuple[PauseLine, ...]:
        """Which probes agents left in peace, in the order in which that was recorded."""
        with self._store.reading() as connection:
            return pauses(connection)

    def position(self) -> int:
        """The ledger position up to which the views are folded."""
        return self._store.position()

    def overview(self, now: int) -> Overview:
        """How things stand, at a glance; the last one while a newer one takes long to compute."""
        return self.glance.overview(now)

    def must_know(self, position: int) -> None:
        """Give no overview from now on that does not know the facts up to a position."""
        self.glance.must_know(position)

    def agreements(self, now: int) -> tuple[AgreementSummary, ...]:
        """All agreements with their objectives in the current period."""
        return self.overview(now).agreements

    def agreement(self, agreement: str, now: int) -> AgreementSummary | None:
        """One agreement, or None where there is none of that id."""
        with self._frame(now) as frame:
            found = frame.held.get(Agreement, agreement)
            return standing.agreement_summary(frame, found) if found else None

    def services(self, now: int) -> tuple[ServiceSummary, ...]:
        """All services with their state now and their days."""
        return self.overview(now).services

    def service(self, service: str, now: int) -> ServiceDetail | None:
        """One service with its terms, probes, objectives and outages."""
        with self._frame(now) as frame:
            held = frame.held
            found = held.get(Service, service)
            if found is None:
                return None
            objectives = [
                status
                for agreement in held.of(Agreement)
                if standing.concerns(held, agreement.id, service)
                for status in standing.agreement_summary(frame, agreement).objectives
                if status.judgement.service == service
            ]
            summary = standing.service_summary(frame, found, back=PAGE_DAYS)
            simulated = [day.date for day in summary.days if day.basis in ("simulated", "mixed")]
            own = asked.probes_of(held, service)
            latency, overall = percentiles.of_days(frame.connection, own, now, back=PAGE_DAYS)
            return ServiceDetail(
                summary=summary,
                terms=dict(held.records["service", service].known.newest.terms),
                not_yet_interpreted=not_yet_interpreted(found),
                probes=asked.probes(frame.connection, self._ledger, service),
                objectives=tuple(objectives),
                outages=tuple(reversed(standing.all_outages(frame, service, None))),
                simulated_until=simulated[-1] if simulated else None,
                latency=latency,
                latency_overall=overall,
            )

    def breaches(self, status: str | None) -> tuple[BreachLine, ...]:
        """Breaches found at close, of one review status or of all."""
        with self._store.reading() as connection:
            return kept.breaches(connection, status)

    def catalogue(self) -> Promises:
        """The catalogue as these views see it."""
        with self._store.reading() as connection:
            return promises(connection)

    def parties(self) -> tuple[tuple[str, Text3], ...]:
        """The parties that have something before them: id and name."""
        with self._store.reading() as connection:
            return agenda.parties(promises(connection))

    def agenda(self, party: str, now: int) -> Agenda | None:
        """What a party has before it; None where there is none of that id."""
        with self._store.reading() as connection:
            return agenda.agenda(promises(connection), party, now)

    def checks(self, now: int, only: Collection[Kind] = KINDS) -> Findings:
        """What costs time or money if nobody looks at it, of some kinds of check or of all."""
        with self._store.reading() as connection:
            return checks.findings(connection, now, only)

    def service_hours(self) -> tuple[HoursLine, ...]:
        """All service hours."""
        with self._store.reading() as connection:
            return hours.service_hours(promises(connection))

    def hours_month(self, name: str, label: str) -> HoursMonth | None:
        """Service hours day by day in a month labelled like 2026-03; None where there are none of that id.

        Raises:
            ValueError: the label names no month.

        """
        with self._store.reading() as connection:
            return hours.month_of(promises(connection), name, Month.named(label))

    def register(self, now: int) -> RegisterTold:
        """The review: recommendations and steps with what realises each."""
        with self._store.reading() as connection:
            return register(promises(connection), now)

    def commitments(self, now: int) -> tuple[CommitmentLine, ...]:
        """All dated deliverables with their state."""
        with self._store.reading() as connection:
            return listings.commitments(promises(connection), now)

    def attestations(self, now: int) -> tuple[AttestationLine, ...]:
        """What is asked about services that cannot be probed, answered and due at an instant (µs)."""
        with self._store.reading() as connection:
            return attested.listed(connection, self._ledger, promises(connection), now)

    def records(
        self, kind: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[RecordLine, ...]:
        """Records of the catalogue by (kind, id), those behind `after` only."""
        with self._store.reading() as connection:
            return listings.records(connection, kind, after, limit)

    def record(self, kind: str, record: str) -> dict[str, object] | None:
        """One whole record: versions of its terms, lifecycle, what is not yet interpreted."""
        with self._store.reading() as connection:
            return listings.whole_record(promises(connection), kind, record)

    def periods(self, agreement: str | None, now: int) -> tuple[PeriodLine, ...]:
        """Each objective in each period it promises by, closed or open."""
        with self._frame(now) as frame:
            return tuple(standing.period_lines(frame, agreement))

    def tallies(
        self, agreement: str, objective: str | None, after_day: str | None, limit: int, now: int
    ) -> tuple[TallyDay, ...]:
        """Agreed time by state of local days, by day, those behind `after_day` only."""
        with self._frame(now) as frame:
            return tuple(standing.tally_days(frame, agreement, objective, after_day, limit))

    def outages(
        self, service: str | None, after: str | None, limit: int, now: int
    ) -> tuple[OutageLine, ...]:
        """Outages by the text `from agreement objective`; `after` is such a text."""
        with self._frame(now) as frame:
            found = standing.all_outages(frame, service, None)
        behind = [
            line
            for line in found
            if after is None or f"{line.from_} {line.agreement} {line.objective}" > after
        ]
        return tuple(behind[:limit])

    def imports(self) -> tuple[ImportLine, ...]:
        """The sources of imported results, and what they ask to be said of them."""
        with self._store.reading() as connection:
            return listings.imports(connection)

    def silences(self, now: int) -> tuple[Silence, ...]:
        """The objectives about which no result speaks now."""
        with self._store.reading() as connection:
            return tuple(silence.silences(connection, now))

    def declarations(self, service: str | None) -> tuple[DeclarationLine, ...]:
        """Incidents as people declared them, of one service or of all; withdrawn ones are among them."""
        with self._store.reading() as connection:
            return declared.listed(connection, service)

    def fact(self, position: int) -> FactInFull | None:
        """The fact at a ledger position; None where there is none."""
        with self._store.reading() as connection:
            return told.fact_at(connection, self._ledger, position, self._upto)

    def exclusions(self, agreement: str | None) -> tuple[ExclusionLine, ...]:
        """Announced exclusions and what became of them, of one agreement or of all."""
        with self._store.reading() as connection:
            return rulings.exclusions(connection, agreement)

    def exclusion(self, agreement: str, exclusion: str) -> ExclusionLine | None:
        """One announced exclusion, or None where there is none of that id."""
        with self._store.reading() as connection:
            return rulings.exclusion(connection, agreement, exclusion)

    def announceable(self) -> tuple[Announceable, ...]:
        """The agreements under which windows can be announced, with their clauses."""
        with self._store.reading() as connection:
            return announceable(connection)

    def versions(self, agreement: str) -> tuple[Agreement, ...]:
        """The terms of an agreement, version by version; none where there is no such agreement."""
        with self._store.reading() as connection:
            return rulings.versions_of(promises(connection), agreement)

    def judge(self, agreement: str, label: str, now: int) -> Judgement | None:
        """All objectives of an agreement in the period labelled, e.g. 2026-02; None where there is no such agreement.

        Raises:
            InstantError: the label names no period.

        """
        with self._frame(now) as frame:
            found = frame.held.get(Agreement, agreement)
            return None if found is None else judgement(frame, found, label)

    def explain(
        self, agreement: str, label: str, now: int, objective: str | None = None
    ) -> Explanation | None:
        """Why the figures of a period are what they are, of one objective or of all; None where there are none."""
        with self._frame(now) as frame:
            found = frame.held.get(Agreement, agreement)
            if found is None:
                return None
            judged = judgement(frame, found, label)
            return explained.explanation(frame, self._ledger, judged, objective)

    def what_if(self, agreement: str, label: str, now: int, file: Path) -> WhatIf | None:
        """A period as recorded and under the terms of a file; None where there is no such agreement.

        Raises:
            DocumentsRefused: the file has faults, or is not about this agreement alone.
            InstantError: the label names no period.

        """
        with self._store.trying() as connection:
            frame = Frame.at(connection, now, past=self._upto is not None)
            found = frame.held.get(Agreement, agreement)
            if found is None:
                return None
            held = proposed(frame.held, agreement, file)
            recorded = judgement(frame, found, label)
            trial = under(frame, held, self._ledger)
            return compared(recorded, judgement(trial, held.need(Agreement, agreement), label))

    def closing(self, agreement: str, label: str, now: int) -> ClosingOffer | None:
        """The figures to close a period with; None where there is no such agreement.

        Raises:
            InstantError: the label names no period.

        """
        with self._frame(now) as frame:
            found = frame.held.get(Agreement, agreement)
            return None if found is None else offer(frame, found, label)

    def closings_due(self, now: int) -> tuple[tuple[str, str], ...]:
        """Agreement and label of the open periods whose closing time is over."""
        with self._frame(now) as frame:
            return tuple(overdue.closings_due(frame))

    def touched_periods(self) -> tuple[tuple[str, str, int], ...]:
        """Closed periods that later facts may have changed, each with the newest position of them."""
        with self._store.reading() as connection:
            return kept.touched_periods(connection)

    def history(self, agreement: str, label: str) -> PeriodHistory | None:
        """The closing of a period and its restatements; None while it is open."""
        with self._store.reading() as connection:
            return kept.history(connection, agreement, label)

    def seals(self, after: int, limit: int) -> tuple[SealLine, ...]:
        """So many seals behind a number, the oldest first."""
        with self._store.reading() as connection:
            return sealed.some(connection, after, limit)

    def proof(self, position: int) -> Proof:
        """The proof that the fact of a position is under a seal.

        Raises:
            NotProvableError: there is no such fact, or no seal over it, or there was none then.

        """
        return prove(self._ledger, position, self._upto)

    def ledger(self) -> LedgerStatus:
        """Where the ledger and its views stand."""
        with self._store.reading() as connection:
            state = connection.execute(select(view_state)).one()
            seal = sealed.newest(connection)
        return LedgerStatus(
            ledger_id=self._founded.ledger_id,
            epoch=self._founded.epoch,
            position=self._ledger.position() if self._upto is None else self._upto,
            view_position=state.position,
            recorded_at=format_instant(state.recorded_at) if state.position else None,
            seal=seal,
        )
