"""A slot as people read it: what came of an instant at which a probe was due, place by place, and why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from slamon.sla.explaining import Hearing, Rule
from slamon.sla.judgement import Mode
from slamon.views.answers import Answer, WindowLabel
from slamon.views.batchtold import AttemptTold

Cause = Literal[
    "voided",
    "corrected",
    "not_vouched",
    "inconclusive",
    "recorded",
    "quarantined",
    "paused",
    "interrupted",
    "not_started",
    "not_reported",
    "silent",
    "lost",
    "not_due",
    "not_assigned",
    "not_come",
]
"""Why a slot is as it is: every slot has exactly one of these causes at each place. What is known most of is first."""


class BeatTold(Answer):
    """What is waited for of a probe that reports itself, and what was heard of it; lengths are µs.

    `signal`, `exit_status`, `took_us` and `output` are those of its last end. `due` is the next end, of a silence its
    first that did not come; where that of a run is waited for that has `begun`, it is the begin of the run.
    """

    interval_us: int
    grace_us: int
    last_end: str | None
    signal: str | None
    exit_status: int | None
    took_us: int | None
    output: str | None
    output_bytes: int
    running_since: str | None
    due: str | None
    overdue_since: str | None
    begun: bool


class SlotAt(Answer):
    """What came of the slot at one place; `says` the cause in a sentence, `facts` are ledger positions.

    `due` is null where the probe was not due. `outcome` is the one that stands now, `attempt` what was recorded.
    """

    location: str | None
    agent: str | None
    cause: Cause
    says: str
    due: str | None = None
    interval_us: int | None = None
    assignment: int | None = None
    outcome: str | None = None
    attempt: AttemptTold | None = None
    heartbeat: BeatTold | None = None
    facts: tuple[int, ...] = ()


class SlotVoice(Answer):
    """What the judge heard at the instant from a check at a place."""

    check: str
    location: str
    said: Hearing


class SlotJudged(Answer):
    """What an objective counts the instant as, and by which rule; it is down where `quorum` places see it down.

    `provisional` tells that not all agents have handed in so far. `class` is as in tallies.
    """

    agreement: str
    objective: str
    service: str
    mode: Mode
    class_: str = Field(alias="class")
    rule: Rule
    says: str
    clause: str
    announcement: str | None
    declaration: str | None
    refused: str | None
    quorum: int
    provisional: bool
    voices: tuple[SlotVoice, ...]
    facts: tuple[int, ...]


class SlotTold(Answer):
    """What a probe saw around an instant (the slot due last by then), and what was made of it.

    `windows` are those announced that hold the instant.
    """

    probe: str
    service: str | None
    at: str
    places: tuple[SlotAt, ...]
    judged: tuple[SlotJudged, ...]
    windows: tuple[WindowLabel, ...]
