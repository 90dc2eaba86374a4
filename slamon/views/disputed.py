"""The provider's own log of downtime held against the outages of an objective in a period."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from catalogue.agreements import Agreement
from catalogue.instants import format_instant
from catalogue.intervals import Span, norm
from catalogue.periods import Period
from slamon.sla.disputing import Claim, Dispute, disputes
from slamon.sla.tally import STATES, pieces
from slamon.views.answers import BreachDetail
from slamon.views.claimed import CounterEvidence, Disputed
from slamon.views.claims import claims_of
from slamon.views.judging import Frame, judged_by, own_period
from slamon.views.objectives import Judged, Unjudged
from slamon.views.periods import by_objective
from slamon.views.promised import promises


def with_claims(connection: Connection, breach: BreachDetail) -> BreachDetail:
    """The same breach beside what the provider claims of its period."""
    line = breach.line
    period = promises(connection).once_held(Agreement, line.agreement).period(line.period)
    if not claims_of(connection, line.service, period.span):
        return breach
    frame = Frame.at(connection, period.end)
    versions = dict(by_objective(frame.held, line.agreement)).get(line.objective)
    found = counter_evidence(frame, versions, period) if versions else None
    return breach.model_copy(update={"counter_evidence": found})


def counter_evidence(
    frame: Frame, versions: Sequence[Judged | Unjudged], asked: Period
) -> CounterEvidence | None:
    """Hold the provider's log against the outages of an objective; None where it claims nothing of the period.

    A log that says nothing of a period was perhaps not handed in for it, so nothing is in dispute then.
    """
    period = own_period(versions, asked, frame.now)
    service = _service(versions[-1])
    claims = claims_of(frame.connection, service, period.span) if period else ()
    if period is None or not claims:
        return None
    down: list[Span] = []
    counted: list[Span] = []
    for group, days in judged_by(frame, versions, period):
        if group[-1].files:
            return None
        until = min(frame.until(each, period) for each in group)
        for judged, day in days:
            span = (day.figures.begin, day.figures.end)
            terms, entries = judged.terms, frame.desk.entries(judged, span, until)
            for begin, end, entry in pieces(entries, terms.agreed(*span), terms.windows, span):
                counted += [(begin, end)] if entry in STATES else []
                down += [(begin, end)] if entry == "down" else []
    return _told(disputes(norm(down), claims, norm(counted)), claims)


def _service(version: Judged | Unjudged) -> str:
    return version.terms.service if isinstance(version, Judged) else version.objective.service


def _told(found: Sequence[Dispute], claims: Sequence[Claim]) -> CounterEvidence:
    return CounterEvidence(
        sources=tuple(sorted({each.source for each in claims})),
        measured_us=sum(each.measured_us for each in found),
        claimed_us=sum(each.claimed_us for each in found),
        disputed_us=sum(each.disputed_us for each in found),
        outages=tuple(
            Disputed(
                from_=format_instant(each.begin),
                to=format_instant(each.end),
                measured_us=each.measured_us,
                claimed_us=each.claimed_us,
                disputed_us=each.disputed_us,
                causes=tuple(dict.fromkeys(claim.cause for claim in each.claims if claim.cause)),
                facts=tuple(sorted({claim.position for claim in each.claims})),
            )
            for each in found
        ),
    )
