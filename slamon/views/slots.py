"""Slots: what came of an instant at which a probe was due, and above all why nothing is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.instants import format_instant
from catalogue.probing import Probe
from catalogue.questions import Heartbeat
from slamon.ledger.store import Ledger
from slamon.sla.explaining import RULES, Explained
from slamon.views import horizon
from slamon.views.asked import why_not_asked
from slamon.views.explained import class_of, explained_at
from slamon.views.judging import Frame
from slamon.views.maintenance import windows_of
from slamon.views.objectives import Judged, objectives
from slamon.views.slotcauses import Causes
from slamon.views.slotheard import heard
from slamon.views.slottold import SlotAt, SlotJudged, SlotTold, SlotVoice

NOT_VOUCHED = "the control probe of this place was not good: this result has no say (P7)"


def slot(
    frame: Frame, ledger: Ledger, probe: str, instant: int, location: str | None = None
) -> SlotTold | None:
    """What came of the slot due last by an instant (µs), at one place or at all; None where there is no such probe."""
    found = frame.held.get(Probe, probe)
    if found is None:
        return None
    judged = tuple(_judged(frame, probe, instant)) if instant <= frame.now else ()
    deaf = {
        (voice.check, voice.location)
        for each in judged
        for voice in each.voices
        if voice.said == "not_vouched"
    }
    places = tuple(
        _heard(each, deaf=(probe, each.location or "") in deaf)
        for each in _places(frame, ledger, found, instant)
        if location is None or each.location in {None, location}
    )
    return SlotTold(
        probe=probe,
        service=found.service,
        at=format_instant(instant),
        places=places,
        judged=judged,
        windows=windows_of(frame.held, found.service, (instant, instant + 1)),
    )


def _places(frame: Frame, ledger: Ledger, probe: Probe, instant: int) -> tuple[SlotAt, ...]:
    connection = frame.connection
    if isinstance(probe, Heartbeat) and instant <= frame.now:
        found = tuple(heard(connection, ledger, frame.held, probe, instant))
    else:
        found = tuple(Causes(connection, ledger, frame.now).places(probe.id, instant))
    if found:
        return found
    why = why_not_asked(probe)
    return (SlotAt(location=None, agent=None, cause="not_assigned", says=why),)


def _heard(told: SlotAt, *, deaf: bool) -> SlotAt:
    """The same, with the word of the control probe where a result was conclusive."""
    if not deaf or told.cause not in {"recorded", "corrected"}:
        return told
    return told.model_copy(update={"cause": "not_vouched", "says": NOT_VOUCHED})


def _judged(frame: Frame, probe: str, instant: int) -> Iterator[SlotJudged]:
    """What each version of an objective that rests on the probe, and is in force, makes of the instant."""
    for each in objectives(frame.held):
        if (
            isinstance(each, Judged)
            and probe in {source.check for source in each.sources}
            and any(begin <= instant < end for begin, end in each.in_force)
        ):
            said = explained_at(frame.desk, each, instant, max(frame.now, instant + 1))
            yield _told(each, said, provisional=instant >= _known_until(frame, each))


def _known_until(frame: Frame, judged: Judged) -> int:
    return horizon.known_until(judged, frame.reported, frame.now)


def _told(judged: Judged, said: Explained, *, provisional: bool) -> SlotJudged:
    terms, why = judged.terms, said.because
    return SlotJudged(
        agreement=judged.agreement,
        objective=terms.objective,
        service=terms.service,
        mode=terms.mode,
        class_=class_of(said.entry),
        rule=why.rule,
        says=RULES[why.rule],
        clause=why.clause,
        announcement=why.announcement,
        declaration=why.declaration,
        refused=why.refused,
        quorum=terms.quorum,
        provisional=provisional,
        voices=tuple(
            SlotVoice(check=each.check, location=each.location, said=each.said)
            for each in said.heard
        ),
        facts=why.positions,
    )
