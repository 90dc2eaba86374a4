"""What a party has before it: due days, reviews, ends of agreements, and announced maintenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import takewhile
from typing import Literal

from catalogue.agreements import Agreement
from catalogue.commitments import Commitment
from catalogue.document import Text3
from catalogue.instants import format_instant, moment_of
from catalogue.parties import Party
from catalogue.recommendations import Recommendation
from catalogue.recurring import occurrences
from slamon.views.answers import Answer
from slamon.views.promised import Promises

Kind = Literal["due", "review", "end", "no_action_review", "maintenance"]

BEHIND = dt.timedelta(days=31)
AHEAD = dt.timedelta(days=366)


class AgendaItem(Answer):
    """Something on a day, or from an instant to another; `uid` is the same for the same thing at every look.

    `record` names what it is about, such as agreement:sla-unv-2026; `title` is the name of that.
    """

    uid: str
    kind: Kind
    record: str
    title: Text3
    begin: str
    end: str | None
    all_day: bool


class Agenda(Answer):
    """What a party has before it, the earliest first."""

    party: str
    name: Text3
    items: tuple[AgendaItem, ...]


def parties(held: Promises) -> tuple[tuple[str, Text3], ...]:
    """The parties that owe or are owed something, or stand in an agreement: id and name."""
    named = {each.debtor for each in held.of(Commitment)}
    named |= {each.creditor for each in held.of(Commitment)}
    for agreement in held.of(Agreement):
        named |= {agreement.customer, agreement.provider, *agreement.beneficiaries}
    return tuple((each.id, each.name) for each in held.of(Party) if each.id in named)


def agenda(held: Promises, party: str, now: int) -> Agenda | None:
    """What a party has before it within a year, and what was due in the last month; None where there is no such party.

    Due days that nobody has answered stay, however long ago they were.
    """
    stated = held.get(Party, party)
    if stated is None:
        return None
    today = moment_of(now).date()
    found = [
        *_due(held, party, today),
        *_of_agreements(held, party, today),
        *_reviews(held, party),
        *_maintenance(held, party, today),
    ]
    items = tuple(sorted(found, key=lambda item: (item.begin, item.uid)))
    return Agenda(party=party, name=stated.name, items=items)


def _due(held: Promises, party: str, today: dt.date) -> Iterator[AgendaItem]:
    for commitment in held.of(Commitment):
        waiting = commitment.waiting()
        if party not in {commitment.debtor, commitment.creditor} or waiting is None:
            continue
        days = (day for day in commitment.due_days() if day is not None)
        for due in takewhile(lambda day: day <= today + AHEAD, days):
            delivery = commitment.delivery(due)
            asserted = commitment.state is not None and not commitment.deliveries
            if delivery.state is None and not (asserted and due == commitment.due):
                day = delivery.moved_to or due
                yield _on(day, "due", f"commitment:{commitment.id}", commitment.what, due)


def _of_agreements(held: Promises, party: str, today: dt.date) -> Iterator[AgendaItem]:
    for agreement in _agreements(held, party):
        named, last = f"agreement:{agreement.id}", agreement.last_day
        if last is not None and agreement.binding and last >= today - BEHIND:
            yield _on(last, "end", named, agreement.name, last)
        first = agreement.first_day if agreement.binding else None
        if agreement.review_every and first is not None:
            until = min(today + AHEAD, last) if last else today + AHEAD
            for day in occurrences(first, agreement.review_every, until):
                if day != first and day >= today - BEHIND:
                    yield _on(day, "review", named, agreement.name, day)


def _agreements(held: Promises, party: str) -> Iterator[Agreement]:
    for agreement in held.of(Agreement):
        if party in {agreement.customer, agreement.provider, *agreement.beneficiaries}:
            yield agreement


def _reviews(held: Promises, party: str) -> Iterator[AgendaItem]:
    for each in held.of(Recommendation):
        if each.review_on is not None and party in each.parties:
            named = f"recommendation:{each.id}"
            yield _on(each.review_on, "no_action_review", named, each.text, each.review_on)


def _maintenance(held: Promises, party: str, today: dt.date) -> Iterator[AgendaItem]:
    own = {each.id: each for each in _agreements(held, party)}
    for window in held.announced:
        agreement = own.get(window.agreement)
        over = moment_of(window.end).date() < today - BEHIND
        if agreement is None or window.withdrawn or over:
            continue
        yield AgendaItem(
            uid=f"maintenance-{window.agreement}-{window.id}",
            kind="maintenance",
            record=f"exclusion:{window.agreement}/{window.id}",
            title=agreement.name,
            begin=format_instant(window.begin),
            end=format_instant(window.end),
            all_day=False,
        )


def _on(day: dt.date, kind: Kind, record: str, title: Text3, due: dt.date) -> AgendaItem:
    name = record.replace(":", "-")
    plain = Text3(en=title.en, fr=title.fr, es=title.es)
    return AgendaItem(
        uid=f"{kind}-{name}-{due}",
        kind=kind,
        record=record,
        title=plain,
        begin=day.isoformat(),
        end=None,
        all_day=True,
    )
