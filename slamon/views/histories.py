"""What became of a closed period: its closing, and every restatement since."""

from __future__ import annotations

from typing import Literal

from slamon.sla.judgement import ObjectiveJudgement, Period
from slamon.views.answers import Answer, SealLine


class FigureRestated(Answer):
    """An objective whose figure a restatement changed; null where it has none."""

    objective: str
    service: str
    old: ObjectiveJudgement | None
    new: ObjectiveJudgement | None


class Restatement(Answer):
    """What later facts changed in a closed period: the objectives that differ, and positions of these facts.

    `cause` names at most 100 of the `causes` there are; the new figures rest on `judged_at_position`.
    """

    at: str
    actor: str
    position: int
    judged_at_position: int
    cause: tuple[int, ...]
    causes: int
    reasons: tuple[str, ...]
    code_version: str
    tzdata: str
    objectives: tuple[FigureRestated, ...]


class PeriodHistory(Answer):
    """A closed period: how it was closed, with which figures, and every restatement since, the oldest first.

    What the figures rest on was under `sealed_by` when it was closed; the closing itself is under `seal`, null until
    there is one.
    """

    agreement: str
    period: Period
    closed_at: str
    closed_by: Literal["reviewer", "itself"]
    actor: str
    position: int
    judged_at_position: int
    code_version: str
    tzdata: str
    figures: tuple[ObjectiveJudgement, ...]
    restatements: tuple[Restatement, ...]
    sealed_by: SealLine | None = None
    seal: SealLine | None = None
