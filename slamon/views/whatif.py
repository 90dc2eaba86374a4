"""What an agreement would have come to under other terms, and how that differs from what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

from slamon.sla.availability import ratio_text
from slamon.sla.judgement import Judgement, ObjectiveJudgement, Said, Verdict

PLACES = 4
Unit = Literal["us", "cases"]


class Side(Said):
    """An objective under one of the two sets of terms.

    `within` is how long a case may take, where a share of cases is promised. `ratio` (num/den) and `percent` (floored)
    are its figure, `value` that of a number held against a bound; `bad` is what counts against it, in agreed µs or in
    cases; `credit_percent` is due where it is breached and enforced.
    """

    target: str
    op: str
    within: str | None = None
    state: Verdict
    ratio: str | None
    percent: str | None
    value: str | None
    bad: int | None
    unit: Unit | None
    credit_percent: str | None


class Difference(Said):
    """Proposed less recorded, of one objective; null where one side has no such figure.

    `ratio` and `value` are exact; `percent_points` are floored to 4 decimals and signed.
    """

    objective: str
    service: str
    recorded: Side | None
    proposed: Side | None
    state_changed: bool
    bad: int | None
    ratio: str | None
    percent_points: str | None
    value: str | None
    credit_percent: str | None


class WhatIf(Said):
    """An agreement in a period as recorded and under proposed terms."""

    recorded: Judgement
    proposed: Judgement
    differences: tuple[Difference, ...]


def compared(recorded: Judgement, proposed: Judgement) -> WhatIf:
    """Put two judgements of one agreement and period side by side."""
    return WhatIf(
        recorded=recorded, proposed=proposed, differences=tuple(_differences(recorded, proposed))
    )


def _differences(recorded: Judgement, proposed: Judgement) -> Iterator[Difference]:
    before = {each.objective: each for each in recorded.objectives}
    after = {each.objective: each for each in proposed.objectives}
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old and new:
            yield _difference(new, _side(old), _side(new))
        elif only := old or new:
            yield _alone(only, _side(old) if old else None, _side(new) if new else None)


def _alone(only: ObjectiveJudgement, before: Side | None, after: Side | None) -> Difference:
    return Difference(
        objective=only.objective,
        service=only.service,
        recorded=before,
        proposed=after,
        state_changed=True,
        bad=None,
        ratio=None,
        percent_points=None,
        value=None,
        credit_percent=None,
    )


def _difference(judged: ObjectiveJudgement, before: Side, after: Side) -> Difference:
    ratio = _less(before.ratio, after.ratio)
    value = _less(before.value, after.value)
    return Difference(
        objective=judged.objective,
        service=judged.service,
        recorded=before,
        proposed=after,
        state_changed=before.state != after.state,
        bad=_bad_less(before, after),
        ratio=None if ratio is None else ratio_text(ratio),
        percent_points=None if ratio is None else _points(ratio),
        value=None if value is None else ratio_text(value),
        credit_percent=_credit_less(before.credit_percent, after.credit_percent),
    )


def _side(judged: ObjectiveJudgement) -> Side:
    measured, level = judged.measured, judged.level
    return Side(
        target=judged.target,
        op=judged.op,
        within=judged.within,
        state=judged.state,
        ratio=measured.ratio if measured else None,
        percent=measured.percent if measured else None,
        value=level.value if level else None,
        bad=measured.total - measured.good if measured else None,
        unit=measured.unit if measured else None,
        credit_percent=judged.remedy_due.credit_percent if judged.remedy_due else None,
    )


def _less(before: str | None, after: str | None) -> Fraction | None:
    if before is None or after is None:
        return None
    return Fraction(after) - Fraction(before)


def _bad_less(before: Side, after: Side) -> int | None:
    if before.bad is None or after.bad is None or before.unit != after.unit:
        return None
    return after.bad - before.bad


def _credit_less(before: str | None, after: str | None) -> str | None:
    """Where nothing is due on one side, all of the other is the difference."""
    if before is None and after is None:
        return None
    return f"{Decimal(after or 0) - Decimal(before or 0):+}"


def _points(ratio: Fraction) -> str:
    scaled = Decimal(floor(ratio * 100 * 10**PLACES)).scaleb(-PLACES)
    return f"{scaled:+.{PLACES}f}"
