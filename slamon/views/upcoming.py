"""Checks of time: agreements that end, commitments that are due, and deadlines that pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection

from catalogue.agreements import Agreement, Exclusion
from catalogue.commitments import Commitment
from catalogue.deadlines import DAY, latest_start, limit_after
from catalogue.instants import format_instant, local_date, parse_instant
from catalogue.objectives import Objective
from catalogue.parties import Party
from catalogue.remedies import Credit
from slamon.sla.credits import claim_limit
from slamon.views import kept
from slamon.views.answers import BreachLine
from slamon.views.due import open_occurrence
from slamon.views.finding import Finding, Kind
from slamon.views.promised import Promises
from slamon.views.words import Words

ENDING = dt.timedelta(days=90)
DUE = 30 * DAY
WINDOWS = 35 * DAY  # how far ahead maintenance is looked for, in µs


def ending(held: Promises, now: int) -> Iterator[Finding]:
    """The agreements in force that end within three months."""
    for agreement in held.of(Agreement):
        last = agreement.last_day
        if last is None or not agreement.holds_at(now):
            continue
        left = last - local_date(now, agreement.tz)
        if left <= ENDING:
            yield _of_agreement(agreement, "ending", "ends", last.isoformat(), days=str(left.days))


def commitments(held: Promises, now: int) -> Iterator[Finding]:
    """What is overdue, and what is due within a month."""
    for commitment in held.of(Commitment):
        found = open_occurrence(held, commitment, now)
        if found is None or found.limit > now + DUE:
            continue
        yield Finding(
            kind="commitments",
            why="overdue" if found.state == "breached" else "due",
            record=f"commitment:{commitment.id}",
            name=commitment.what,
            on=found.due.isoformat(),
            values={
                "debtor": _party(held, commitment.debtor),
                "creditor": _party(held, commitment.creditor),
            },
        )


def deadlines(connection: Connection, held: Promises, now: int) -> Iterator[Finding]:
    """Until when breaches can be contested, credits claimed, and the next maintenance announced."""
    for line in kept.breaches(connection, None):
        agreement = held.get(Agreement, line.agreement)
        if agreement is not None and line.status in {"open", "upheld"}:
            yield from _contest(held, agreement, line, now)
            yield from _claim(agreement, line, now)
    for agreement in held.of(Agreement):
        if agreement.holds_at(now):
            yield from _notice(held, agreement, now)


def _contest(held: Promises, agreement: Agreement, line: BreachLine, now: int) -> Iterator[Finding]:
    """Counted from the finding, in the service hours of the dispute clause."""
    dispute = agreement.dispute
    if dispute is None or line.status != "open":
        return
    hours = held.hours(dispute.service_hours)
    limit = limit_after(parse_instant(line.found_at), dispute.contest_within, hours, agreement.tz)
    yield _of_breach(line, "contest" if now < limit else "contest_over", limit, agreement.tz)


def _claim(agreement: Agreement, line: BreachLine, now: int) -> Iterator[Finding]:
    objective = next((each for each in agreement.objectives if each.id == line.objective), None)
    limit = _claimed_by(agreement, objective, line.period) if objective else None
    if limit is not None and now < limit:
        yield _of_breach(line, "claim", limit, agreement.tz)


def _claimed_by(agreement: Agreement, objective: Objective, label: str) -> int | None:
    remedy = objective.remedy
    if not isinstance(remedy, Credit):
        return None
    end = agreement.period(label).end
    return claim_limit(end, agreement.tz, remedy.claim_within, remedy.claim_cycles)


def _notice(held: Promises, agreement: Agreement, now: int) -> Iterator[Finding]:
    """The next hours of maintenance that can still be announced in time, by each clause that names hours."""
    for clause in agreement.exclusions:
        if clause.notice is None or clause.allowed_in in {None, "any"}:
            continue
        for window, limit in _announceable(held, agreement, clause, now):
            values: dict[str, Words] = {
                "clause": clause.id,
                "notice": clause.notice,
                "window_at": format_instant(window),
            }
            yield _of_agreement(agreement, "deadlines", "notice", format_instant(limit), **values)
            break


def _announceable(
    held: Promises, agreement: Agreement, clause: Exclusion, now: int
) -> Iterator[tuple[int, int]]:
    allowed = held.hours(clause.allowed_in or "").intervals(now, now + WINDOWS)
    counted = held.hours(clause.notice_hours) if clause.notice_hours else None
    for window, _ in allowed:
        limit = latest_start(window, clause.notice or "", counted, agreement.tz)
        if limit >= now:
            yield window, limit


def _party(held: Promises, name: str) -> Words:
    found = held.get(Party, name)
    return found.name if found else name


def _of_agreement(agreement: Agreement, kind: Kind, why: str, on: str, **values: Words) -> Finding:
    record = f"agreement:{agreement.id}"
    return Finding(
        kind=kind,
        why=why,
        record=record,
        name=agreement.name,
        on=on,
        tz=agreement.tz,
        values=values,
    )


def _of_breach(line: BreachLine, why: str, limit: int, tz: str) -> Finding:
    return Finding(
        kind="deadlines",
        why=why,
        record=f"breach:{line.breach}",
        name=line.agreement_name,
        tz=tz,
        on=format_instant(limit),
        values={"period": line.period, "service": line.service_name},
    )
