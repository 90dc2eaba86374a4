"""Declared incidents: a person states how a service was in a span of time, and on what evidence (rule P6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from catalogue.instants import format_instant
from slamon.sla.fact import Fact
from slamon.sla.judgement import State


class StateDeclared(Fact):
    """A service was in a state in `[begin, end)` (µs), whatever probes said; `end` is None while it lasts."""

    state: State
    begin: int
    end: int | None
    reason: str
    evidence: str


class DeclarationEnded(Fact):
    """What was declared without an end was over at `end` (µs)."""

    end: int
    reason: str


class DeclarationWithdrawn(Fact):
    """What was declared does not hold: probes speak again for the whole of its span."""

    reason: str


DeclarationFact = StateDeclared | DeclarationEnded | DeclarationWithdrawn


class NotDeclared(Fact):
    """Nothing was declared."""


class OpenDeclaration(Fact):
    """What was declared lasts."""

    said: StateDeclared


class EndedDeclaration(Fact):
    """What was declared was over at `end` (µs)."""

    said: StateDeclared
    end: int


class WithdrawnDeclaration(Fact):
    """What was declared was taken back."""

    said: StateDeclared


Declaration = NotDeclared | OpenDeclaration | EndedDeclaration | WithdrawnDeclaration

START: Declaration = NotDeclared()


class DeclarationError(Exception):
    """Such an incident cannot be declared, ended or withdrawn; the message says what to change."""


def evolve(declaration: Declaration, fact: DeclarationFact) -> Declaration:
    """Give the state after a fact."""
    match fact:
        case StateDeclared(end=None):
            return OpenDeclaration(said=fact)
        case StateDeclared(end=int(end)):
            return EndedDeclaration(said=fact, end=end)
        case DeclarationEnded():
            return EndedDeclaration(said=_said(declaration), end=fact.end)
        case DeclarationWithdrawn():
            return WithdrawnDeclaration(said=_said(declaration))
    message = f"{fact!r} is no fact of a declaration"
    raise AssertionError(message)


def declare(
    declaration: Declaration, wanted: StateDeclared, *, now: int
) -> Sequence[DeclarationFact]:
    """State how a service was; the same again changes nothing.

    Raises:
        DeclarationError: the span has not come or runs backwards, reason or evidence is missing, or something else
            stands under this name.

    """
    said = wanted.model_copy(
        update={
            "reason": _stated(wanted.reason, "a reason"),
            "evidence": _stated(wanted.evidence, "evidence: say where it can be looked up"),
        }
    )
    _refuse_wrong_span(said.begin, said.end, now)
    match declaration:
        case NotDeclared():
            return [said]
        case WithdrawnDeclaration():
            raise DeclarationError("it was withdrawn; declare it anew under another id")
        case OpenDeclaration(said=before) | EndedDeclaration(said=before):
            if before == said:
                return []
            raise DeclarationError("something else was declared under this id; give another id")
    assert_never(declaration)


def end(
    declaration: Declaration, instant: int, *, reason: str, now: int
) -> Sequence[DeclarationFact]:
    """Say when an open incident was over; the same again changes nothing.

    Raises:
        DeclarationError: there is none, it ended otherwise or was withdrawn, its end has not come or lies before its
            begin, or no reason is given.

    """
    stated = _stated(reason, "a reason")
    match declaration:
        case OpenDeclaration(said=said):
            _refuse_wrong_span(said.begin, instant, now)
            return [DeclarationEnded(end=instant, reason=stated)]
        case EndedDeclaration(end=before) if before == instant:
            return []
        case EndedDeclaration(end=before):
            raise DeclarationError(
                f"it ended at {format_instant(before)}; withdraw it and declare it anew to change that"
            )
        case WithdrawnDeclaration():
            raise DeclarationError("it was withdrawn; there is nothing to end")
        case NotDeclared():
            raise DeclarationError("nothing was declared, so nothing can be ended")
    assert_never(declaration)


def withdraw(declaration: Declaration, *, reason: str) -> Sequence[DeclarationFact]:
    """Take a declaration back; repeated, it changes nothing.

    Raises:
        DeclarationError: there is none, or no reason is given.

    """
    stated = _stated(reason, "a reason")
    match declaration:
        case OpenDeclaration() | EndedDeclaration():
            return [DeclarationWithdrawn(reason=stated)]
        case WithdrawnDeclaration():
            return []
        case NotDeclared():
            raise DeclarationError("nothing was declared, so nothing can be withdrawn")
    assert_never(declaration)


def _refuse_wrong_span(begin: int, last: int | None, now: int) -> None:
    if last is not None and last <= begin:
        said = (
            f"its end {format_instant(last)} does not lie after its begin {format_instant(begin)}"
        )
        raise DeclarationError(f"{said}; give a later end, or none while it lasts")
    for name, instant in (("begin", begin), ("end", last)):
        if instant is not None and instant > now:
            raise DeclarationError(
                f"its {name} {format_instant(instant)} has not come; declare what has happened"
            )


def _stated(text: str, what: str) -> str:
    if not text.strip():
        raise DeclarationError(f"a declaration needs {what}")
    return text.strip()


def _said(declaration: Declaration) -> StateDeclared:
    if isinstance(declaration, NotDeclared):
        raise DeclarationError("an end or a withdrawal stands in the history without a declaration")
    return declaration.said
