"""Published misbehaviour: which target of the demonstration fails when, by the wall clock alone."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.instants import HOUR, MINUTE

STEADY = (
    "All other targets always answer; the gateway, the name server and the control page never fail."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a target says instead of its answer, until an instant (µs)."""

    code: int
    says: str
    until: int


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One line of the published schedule; `[begin, end)` in µs is the fault that runs now, or the next."""

    target: str
    name: str
    what: str
    when: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """The target fails from `begin` to `end` after each whole `every` of the clock (µs)."""

    target: str
    name: str
    code: int
    says: str
    when: str
    every: int
    begin: int
    end: int

    def span(self, instant: int) -> tuple[int, int]:
        """Return the span of the fault that has not ended at `instant`."""
        start = instant - instant % self.every
        if instant >= start + self.end:
            start += self.every
        return start + self.begin, start + self.end


# Four minutes at an interval of one minute hold three failures in a row, whatever the phase of the probe.
_RULES = (
    _Rule(
        target="prb-unv-mail",
        name="mail server",
        code=421,
        says="4.3.2 Service not available",
        when="from minute 3 to minute 7 of every ten minutes (:03–:07, :13–:17, …)",
        every=10 * MINUTE,
        begin=3 * MINUTE,
        end=7 * MINUTE,
    ),
    _Rule(
        target="prb-web-fr",
        name="French start page",
        code=503,
        says="Service Unavailable",
        when="from minute 40 to minute 42 of every hour",
        every=HOUR,
        begin=40 * MINUTE,
        end=42 * MINUTE,
    ),
)
_BY_TARGET = {rule.target: rule for rule in _RULES}


def misbehaves(target_id: str, instant_us: int) -> Fault | None:
    """Return the fault of a target (the id of its probe) at an instant in µs; None while it behaves."""
    rule = _BY_TARGET.get(target_id)
    if rule is None:
        return None
    begin, end = rule.span(instant_us)
    return Fault(rule.code, rule.says, end) if begin <= instant_us else None


def published(now: int) -> tuple[ScheduleLine, ...]:
    """Say for each target that misbehaves what it does and when, with the fault now running or next."""
    return tuple(
        ScheduleLine(
            rule.target,
            rule.name,
            f"answers “{rule.code} {rule.says}”",
            rule.when,
            *rule.span(now),
        )
        for rule in _RULES
    )
