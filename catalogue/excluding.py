"""Faults of the exclusions of an agreement: clauses that could never be applied as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.agreements import Agreement, Exclusion
from catalogue.instants import parse_duration
from catalogue.problems import Problem, problem_at
from catalogue.records import Catalogue
from catalogue.references import Path

Said = tuple[Path, str]


def faults_of_excluding(catalogue: Catalogue) -> Iterator[Problem]:
    """Find every clause that says too little, or counts in days what is counted in hours (rule E1).

    These faults are told of documents only: terms that a ledger already holds can still be read.
    """
    for record, agreement in catalogue.of(Agreement):
        for index, clause in enumerate(agreement.exclusions):
            for path, said in _faults(clause):
                yield problem_at(record.at(("exclusions", index, *path)), said)


def _faults(clause: Exclusion) -> Iterator[Said]:
    quota = parse_duration(clause.max_per_month) if clause.max_per_month else None
    if quota and (quota.months or quota.days):
        said = f"a quota is agreed time, and {clause.max_per_month} of it has no fixed length"
        yield ("max_per_month",), f"{said}; write hours, like PT24H"
    if clause.notice_hours and clause.notice is None:
        said = f"notice_hours say when a notice runs, and clause {clause.id} asks for none"
        yield ("notice_hours",), f'{said}; add "notice", or leave them out'
    if clause.kind == "freeze" and clause.window is None:
        said = f"the freeze {clause.id} does not say when it holds"
        yield (), f'{said}; name its "window"'
