"""Attestations: a signed yes or no about a period of a service that cannot be probed."""

from __future__ import annotations

from typing import Literal

from slamon.sla.fact import Fact

Answer = Literal["yes", "no"]


class AttestationAnswered(Fact):
    """A party answered for a period, such as 2026-02; stream `answers:{attestation}`, the actor signs for the party.

    Where it takes an earlier answer back, `because` says why; of answers for one period the one recorded last holds.
    """

    period: str
    answer: Answer
    party: str
    note: str
    because: str | None


class AttestingError(Exception):
    """It cannot be answered so; the message says what to change."""


def answer(before: AttestationAnswered | None, wanted: AttestationAnswered) -> tuple[Fact, ...]:
    """Answer for a period; the same again changes nothing.

    Raises:
        AttestingError: another answer stands, and no reason is given for taking it back.

    """
    if before and (before.answer, before.note) == (wanted.answer, wanted.note):
        return ()
    if before and not wanted.because:
        message = f'{wanted.period} was answered "{before.answer}"; give --correction REASON to take that back'
        raise AttestingError(message)
    return (wanted if before else wanted.model_copy(update={"because": None}),)
