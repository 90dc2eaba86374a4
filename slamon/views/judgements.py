"""A period judged with all its objectives, and what was known of it."""

from __future__ import annotations

from sqlalchemy import select

from catalogue.agreements import Agreement
from catalogue.instants import format_instant
from slamon.sla.judgement import AsKnownAt, Judgement
from slamon.views import kept, periods
from slamon.views.judging import Frame
from slamon.views.tables import view_state


def judgement(frame: Frame, agreement: Agreement, label: str) -> Judgement:
    """All objectives of an agreement in a period.

    Raises:
        InstantError: the label names no period.

    """
    period = periods.asked_for(frame.held, agreement, label)
    state = frame.connection.execute(select(view_state)).one()
    recorded = format_instant(state.recorded_at)
    return Judgement(
        agreement=agreement.id,
        period=kept.said_period(period),
        as_known_at=AsKnownAt(
            instant=format_instant(frame.now) if frame.past else recorded,
            position=state.position,
            recorded_at=recorded,
        ),
        objectives=periods.judge_period(frame, agreement.id, period),
    )
