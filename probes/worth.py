"""Worth keeping: which results keep their evidence - changes, failures, slow ones, one in an hour, new certificates."""

from __future__ import annotations

from collections import deque
from statistics import median_low

from probes.observation import Observation
from probes.outcome import Outcome
from probes.wheel import Slot

HOUR = 3_600_000_000
REMEMBERED = 31  # latencies of a probe, over which its median runs
ENOUGH = 11
SLOW = 3  # times the median; beyond its own bound a result is degraded, and kept as such


class Worth:
    """What is known of each probe's results, to tell the unusual from the rest."""

    def __init__(self) -> None:
        self._latencies: dict[str, deque[int]] = {}
        self._sampled: dict[str, int] = {}
        self._shown: dict[str, str] = {}

    def keeps(self, slot: Slot, seen: Observation, *, changed: bool) -> bool:
        """Whether the evidence of a result is kept."""
        slow = self._is_slow(slot, seen)
        sample = self._is_sample(slot)
        renewed = self._is_renewed(slot, seen)
        return changed or seen.outcome is not Outcome.GOOD or slow or sample or renewed

    def _is_slow(self, slot: Slot, seen: Observation) -> bool:
        if seen.latency is None:
            return False
        known = self._latencies.setdefault(slot.probe.probe, deque(maxlen=REMEMBERED))
        slow = len(known) >= ENOUGH and seen.latency > SLOW * median_low(known)
        known.append(seen.latency)
        return slow

    def _is_renewed(self, slot: Slot, seen: Observation) -> bool:
        """Whether the target shows another certificate than before, whoever signed it."""
        if not seen.heard.certificates:
            return False
        shown = seen.heard.certificates[0].fingerprint
        before = self._shown.get(slot.probe.probe, shown)
        self._shown[slot.probe.probe] = shown
        return before != shown

    def _is_sample(self, slot: Slot) -> bool:
        hour = slot.due // HOUR
        first = self._sampled.get(slot.probe.probe) != hour
        self._sampled[slot.probe.probe] = hour
        return first
