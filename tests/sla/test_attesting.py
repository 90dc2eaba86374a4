"""Attestations: an answer is given once, and taken back only with a reason."""

from __future__ import annotations

import pytest

from slamon.sla.attesting import AttestationAnswered, AttestingError, answer

YES = AttestationAnswered(
    period="2026-02", answer="yes", party="executive-secretary", note="", because=None
)
NO = YES.model_copy(update={"answer": "no"})


def test_the_first_answer_takes_nothing_back() -> None:
    assert answer(None, YES.model_copy(update={"because": "moot"})) == (YES,)


def test_the_same_answer_again_changes_nothing() -> None:
    assert answer(YES, YES) == ()


def test_another_answer_is_refused_without_a_reason() -> None:
    with pytest.raises(AttestingError, match='2026-02 was answered "yes"; give --correction'):
        answer(YES, NO)


def test_another_answer_stands_with_its_reason() -> None:
    corrected = NO.model_copy(update={"because": "he was on leave"})

    assert answer(YES, corrected) == (corrected,)
