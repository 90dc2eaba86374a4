"""Figures of an objective by local day: kept once a day is over, computed from `probe_day` where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from catalogue.intervals import Steps
from catalogue.periods import Period, local_days, period_at
from slamon.sla import observed
from slamon.sla.judgement import Basis, State
from slamon.sla.tally import DayFigures, DownRun, Tally, classify
from slamon.views import horizon
from slamon.views.daybook import mixed
from slamon.views.objectives import Judged, judged_objectives
from slamon.views.shelf import FAR, Confirmation, Fetched, fetch, reach
from slamon.views.tables import objective_day

Touched = Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of an objective: its figures and what they rest on."""

    label: str
    figures: DayFigures
    basis: Basis


@dataclass(frozen=True, slots=True)
class Observations:
    """What the judge needs of a span: runs of the checks and of the control probes."""

    checks: tuple[Fetched, ...]
    controls: tuple[Fetched, ...]

    def states(self, judged: Judged, span: tuple[int, int]) -> Steps[State]:
        """The state of the service over a span."""
        checks = [each.check_runs() for each in self.checks]
        controls = [each.check_runs() for each in self.controls]
        return observed.states(judged.terms, checks, controls, span)

    @property
    def basis(self) -> Basis:
        """What the results rest on."""
        basis: Basis | None = None
        for each in self.checks:
            if each.basis is not None:
                basis = mixed(basis, each.basis)
        return basis or "none"


def observations(connection: Connection, judged: Judged, begin: int, end: int) -> Observations:
    """Fetch what was observed of an objective in `[begin, end)` and as far around it as matters."""
    terms = judged.terms
    asked = Confirmation(terms.confirm, terms.recover)
    checks = tuple(fetch(connection, source, begin, end, asked) for source in judged.sources)
    if not terms.locations:  # no place is named: those that never reported have no vote
        checks = tuple(each for each in checks if each.runs)
    # A result is vouched for by the control probe of its own instant: also those fetched from further back.
    since = min([begin, *(each.runs[0].first for each in checks if each.runs)])
    vouching = Confirmation(1, 1)
    return Observations(
        checks,
        tuple(fetch(connection, source, since, end, vouching) for source in judged.controls),
    )


def figures(connection: Connection, judged: Judged, span: tuple[int, int], until: int) -> list[Day]:
    """The figures of every local day of a span, each up to `until` at the most."""
    days = [day for day in local_days(span, judged.tz) if day.begin < until]
    kept = _kept(connection, judged, days)
    missing = [day for day in days if day.label not in kept]
    for stretch in _consecutive(missing):
        for day in _compute(connection, judged, stretch, until):
            kept[day.label] = day
    return [kept[day.label] for day in days]


def _consecutive(days: Iterable[Period]) -> Iterator[list[Period]]:
    previous: list[Period] = []
    for day in days:
        if previous and previous[-1].end != day.begin:
            yield previous
            previous = []
        previous.append(day)
    if previous:
        yield previous


def _compute(
    connection: Connection, judged: Judged, days: Sequence[Period], until: int
) -> Iterator[Day]:
    begin, end = days[0].begin, min(days[-1].end, until)
    seen = observations(connection, judged, begin, end)
    states = seen.states(judged, (begin, end))
    terms = judged.terms
    for day in days:
        span = (day.begin, min(day.end, until))
        basis = _basis_within(seen, span)
        yield Day(
            day.label,
            classify(states.clip(span), terms.agreed(*span), terms.excused, span),
            basis,
        )


def _basis_within(seen: Observations, span: tuple[int, int]) -> Basis:
    begin, end = span
    basis: Basis | None = None
    for each in seen.checks:
        inside = (run.first < end and run.last > begin - each.source.validity for run in each.runs)
        if each.basis is not None and any(inside):
            basis = mixed(basis, each.basis)
    return basis or "none"


def _kept(connection: Connection, judged: Judged, days: Sequence[Period]) -> dict[str, Day]:
    if not days:
        return {}
    rows = connection.execute(
        select(objective_day.c.day, objective_day.c.figures, objective_day.c.basis).where(
            objective_day.c.agreement == judged.agreement,
            objective_day.c.objective == judged.terms.objective,
            objective_day.c.version == judged.version,
            objective_day.c.day.between(days[0].label, days[-1].label),
        )
    )
    return {row.day: Day(row.day, _thawed(row.figures), row.basis) for row in rows}


def _frozen(figures: DayFigures) -> dict[str, Any]:
    plain = asdict(figures)
    plain["tally"] = {name: value for name, value in plain["tally"].items() if value}
    return plain


def _thawed(stored: dict[str, Any]) -> DayFigures:
    rest = {name: value for name, value in stored.items() if name not in ("tally", "outages")}
    return DayFigures(
        tally=Tally(**stored["tally"]),
        outages=tuple(DownRun(**run) for run in stored["outages"]),
        **rest,
    )


def keep_finished(connection: Connection, now: int) -> int:
    """Keep the figures of every day that is over and reported, or overdue; returns how many days were added.

    What is kept depends on the results alone: one that arrives later makes its days be forgotten.
    """
    reported = horizon.covered_until(connection)
    return sum(_keep(connection, judged, reported, now) for judged in judged_objectives(connection))


def _keep(connection: Connection, judged: Judged, reported: horizon.Reported, now: int) -> int:
    begin = horizon.first_result(connection, judged)
    until = horizon.known_until(judged, reported, now)
    if begin is None or begin >= until:
        return 0
    days = [day for day in local_days((begin, until), judged.tz) if day.end <= until]
    kept = _kept(connection, judged, days)
    rows = [
        {
            "agreement": judged.agreement,
            "objective": judged.terms.objective,
            "version": judged.version,
            "day": day.label,
            "figures": _frozen(day.figures),
            "basis": day.basis,
        }
        for stretch in _consecutive(day for day in days if day.label not in kept)
        for day in _compute(connection, judged, stretch, until)
    ]
    if rows:
        connection.execute(insert(objective_day), rows)
    return len(rows)


def forget_all(connection: Connection) -> None:
    """Terms have changed: every kept day has to be judged anew."""
    connection.execute(delete(objective_day))


def forget(connection: Connection, touched: Touched) -> None:
    """Results have arrived: days whose states may depend on them have to be judged anew."""
    if not touched or connection.execute(select(objective_day.c.day).limit(1)).first() is None:
        return
    for judged in judged_objectives(connection):
        _forget(connection, judged, touched)


def _forget(connection: Connection, judged: Judged, touched: Touched) -> None:
    asked = Confirmation(judged.terms.confirm, judged.terms.recover)
    for source in judged.all_sources:
        span = touched.get((source.check, source.location))
        if span is None:
            continue
        back, ahead = reach(connection, source, *span, asked)
        column = objective_day.c
        statement = delete(objective_day).where(
            column.agreement == judged.agreement,
            column.objective == judged.terms.objective,
            column.version == judged.version,
            column.day >= period_at("day", back, judged.tz).label,
        )
        if ahead < FAR:
            statement = statement.where(column.day <= period_at("day", ahead, judged.tz).label)
        connection.execute(statement)
