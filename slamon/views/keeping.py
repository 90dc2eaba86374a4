"""`objective_day`: figures of finished days as kept, and which of them late results take away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, select

from catalogue.periods import period_at
from slamon.sla.availability import Policy, quotient
from slamon.sla.counts import Counts
from slamon.sla.judgement import Basis
from slamon.sla.tally import NO_CASES, DayFigures, DownRun, Tally
from slamon.sla.terms import ObjectiveTerms
from slamon.views.asking import ask
from slamon.views.objectives import Judged, Key, judged_by, judged_objectives
from slamon.views.promised import Promises
from slamon.views.shelf import FAR, Confirmation, Source, reach
from slamon.views.tables import objective_day
from slamon.views.writing import change, insert, write_rows

Touched = Mapping[tuple[str, str], tuple[int, int]]
Span = tuple[int, int]
Days = Mapping[str, object]
"""Of an objective, from one label to another."""
Row = tuple[Any, ...]
"""A row of `objective_day`, in the order of its columns."""
Share = tuple[int | None, int | None, str | None, int, int]
"""Good of total in a unit, and the known of the agreed time (µs)."""
Kind = Literal["us", "cases"] | None
"""In what the share of a day adds up."""


_KEY = (
    objective_day.c.agreement == bindparam("agreement"),
    objective_day.c.objective == bindparam("objective"),
    objective_day.c.version == bindparam("version"),
    objective_day.c.part == bindparam("part"),
    objective_day.c.day.between(bindparam("first"), bindparam("last")),
)
_KEPT = select(objective_day.c.day, objective_day.c.figures, objective_day.c.basis).where(*_KEY)
_FORGET = delete(objective_day).where(*_KEY)
_KEEP = insert(objective_day)
_COLUMNS = tuple(objective_day.c.keys())
_ANY = select(objective_day.c.day).limit(1)
_LAST_LABEL = "9999"
CALM_DAYS = 4_096
_JSON = {False: "false", True: "true"}
_NESTED = ("tally", "outages", "cases")


def kept(
    connection: Connection, key: Key, first: str, last: str
) -> dict[str, tuple[DayFigures, Basis]]:
    """The kept days of an objective from one label to another, by label."""
    rows = ask(connection, _KEPT, **_asked(key, first, last))
    return {day: (_thawed(figures), basis) for day, figures, basis in rows}


def rows_of(judged: Judged, days: Iterable[tuple[str, DayFigures, Basis]]) -> list[Row]:
    """The figures of finished days as they are kept; a day is given by label, figures and basis."""
    key, terms = judged.key, judged.terms
    shares = _shares_in(terms.policy, _kind_of(terms))
    return [
        (*key, label, text, basis, *share)
        for label, figures, basis in days
        for text, share in (shares.of(figures),)
    ]


def _kind_of(terms: ObjectiveTerms) -> Kind:
    if terms.measure == "cases":
        return "cases"
    return None if terms.measure == "level" or terms.mean_of_slices is not None else "us"


class _Shares:
    """Figures as they are spelled, under one policy; those of a calm day are the same for many objectives."""

    def __init__(self, policy: Policy, kind: Kind) -> None:
        self._policy = policy
        self._kind: Kind = kind
        self._calm: dict[int, tuple[DayFigures, tuple[str, Share]]] = {}

    def of(self, figures: DayFigures) -> tuple[str, Share]:
        held = self._calm.get(id(figures))
        if held is not None and held[0] is figures:
            return held[1]
        found = _frozen(figures), _share(figures, self._policy, self._kind)
        if not figures.outages and self._kind != "cases":
            if len(self._calm) >= CALM_DAYS:
                self._calm.clear()
            self._calm[id(figures)] = (
                figures,
                found,
            )  # while it is held, nothing else has its identity
        return found


_shares_in = lru_cache(maxsize=32)(_Shares)


def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep the figures of finished days."""
    write_rows(connection, _KEEP, _COLUMNS, rows)


def _asked(key: Key, first: str, last: str) -> Days:
    return {**_named(key), "first": first, "last": last}


def _named(key: Key) -> dict[str, object]:
    return dict(zip(("agreement", "objective", "version", "part"), key, strict=True))


def _share(figures: DayFigures, policy: Policy, kind: Kind) -> Share:
    """The share of a day in numbers that add up over days; none where a period is no sum of its days."""
    spent = quotient(figures.tally, policy)
    rest = kind, spent.known, spent.agreed
    match kind:
        case "cases":
            return figures.cases.good, figures.cases.total, *rest
        case "us":
            return spent.good, spent.total, *rest
        case None:
            return None, None, *rest


def _frozen(figures: DayFigures) -> str:
    # Written by hand, as these are numbers only: it takes a quarter of the time.
    tally = ",".join([f'"{entry}":{time}' for entry, time in figures.tally.entries.items()])
    outages = ",".join(
        [
            f'{{"begin":{run.begin},"end":{run.end},"counted":{run.counted}}}'
            for run in figures.outages
        ]
    )
    before, after = (_JSON[flag] for flag in (figures.available_before, figures.available_after))
    return (
        f'{{"begin":{figures.begin},"end":{figures.end},"tally":{{{tally}}},"outages":[{outages}],'
        f'"available_before":{before},"available_after":{after},'
        f'"cases":[{figures.cases.good},{figures.cases.bad}]}}'
    )


@lru_cache(maxsize=16_384)
def _thawed(text: str) -> DayFigures:
    stored = json.loads(text)
    rest = {name: value for name, value in stored.items() if name not in _NESTED}
    return DayFigures(
        tally=Tally(stored["tally"]),
        cases=Counts(*stored["cases"]) if any(stored["cases"]) else NO_CASES,
        outages=tuple(DownRun(**run) for run in stored["outages"]),
        **rest,
    )


def forget_all(connection: Connection) -> None:
    """Terms have changed: every kept day has to be judged anew."""
    connection.execute(delete(objective_day))


def forget_agreement(connection: Connection, agreement: str) -> None:
    """Exclusions have changed: every kept day of the agreement has to be judged anew."""
    connection.execute(delete(objective_day).where(objective_day.c.agreement == agreement))


def forget_service(connection: Connection, service: str) -> None:
    """An incident was declared, ended or withdrawn: every kept day of the service has to be judged anew."""
    for judged in judged_objectives(connection):
        if judged.terms.service == service:
            change(connection, _FORGET, **_asked(judged.key, "", _LAST_LABEL))


def any_kept(connection: Connection) -> bool:
    """Whether a day of any objective is kept."""
    return bool(ask(connection, _ANY))


def doubted(connection: Connection, held: Promises, touched: Touched) -> list[Days]:
    """The days whose states may depend on results that have arrived: they have to be judged anew."""
    return [
        _days(judged, *span)
        for judged in judged_by(held, touched)
        for span in affected(connection, judged, touched)
    ]


def _days(judged: Judged, back: int, ahead: int) -> Days:
    first = period_at("day", back, judged.tz).label
    last = _LAST_LABEL if ahead >= FAR else period_at("day", ahead, judged.tz).label
    return _asked(judged.key, first, last)


def forget(connection: Connection, days: Iterable[Days]) -> None:
    """These days have to be judged anew."""
    for each in days:
        change(connection, _FORGET, **each)


def affected(connection: Connection, judged: Judged, touched: Touched) -> list[Span]:
    """The time in which the states of an objective may have changed, as results in these spans were touched."""
    asked = Confirmation(judged.terms.confirm, judged.terms.recover)
    found = [touched[name, ""] for name in judged.files if (name, "") in touched]
    found += [
        reach(connection, source, *span, asked)
        for source in judged.sources
        if (span := touched.get((source.check, source.location)))
    ]
    for control in judged.controls:
        if span := touched.get((control.check, control.location)):
            doubted = reach(connection, control, *span, Confirmation(1, 1))
            own = (
                each
                for each in judged.sources
                if each.location == control.location and not each.reported
            )
            found += [_vouched(connection, source, doubted, asked) for source in own]
    return found


def _vouched(connection: Connection, source: Source, doubted: Span, asked: Confirmation) -> Span:
    """The time in which a check may read otherwise because its control probe does."""
    back, ahead = doubted
    if ahead >= FAR:
        return reach(connection, source, back, back, asked)[0], FAR
    return reach(connection, source, back, ahead, asked)
