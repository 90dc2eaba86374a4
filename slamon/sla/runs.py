"""Runs: results of one check at one place, folded into stretches of equal outcome."""

from __future__ import annotations

from dataclasses import dataclass

from probes.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """`count` evenly spaced results of equal outcome, from `first` to `last` (instants in µs, both results included)."""

    first: int
    last: int
    count: int
    outcome: Outcome

    @property
    def step(self) -> int:
        """Distance of two results in µs; 0 for a single one."""
        return (self.last - self.first) // (self.count - 1) if self.count > 1 else 0
