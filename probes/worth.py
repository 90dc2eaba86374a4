"""Worth keeping: which results keep their evidence - changes, failures, slow ones, one in an hour, new certificates."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median_low

from probes.conditions.reply import Certificate
from probes.evidence import Evidence
from probes.observation import TEXT_LIMIT, Observation
from probes.outcome import Outcome
from probes.wheel import Slot

HOUR = 3_600_000_000
REMEMBERED = 31  # latencies of a probe, over which its median runs
ENOUGH = 11
SUBJECT = 80  # characters of a certificate's name
SLOW = 3  # times the median; beyond its own bound a result is degraded, and kept as such


class Worth:
    """What is known of each probe's results, to tell the unusual from the rest."""

    def __init__(self) -> None:
        self._latencies: dict[str, deque[int]] = {}
        self._sampled: dict[str, int] = {}
        self._shown: dict[str, tuple[Certificate, ...]] = {}

    def evidence(self, slot: Slot, seen: Observation, *, changed: bool) -> Evidence | None:
        """What is kept of a result besides outcome and latency; None of a usual one."""
        slow = self._is_slow(slot, seen)
        sample = self._is_sample(slot)
        renewed = self._renewed(slot, seen)
        if not (changed or seen.outcome is not Outcome.GOOD or slow or sample or renewed):
            return None
        kept = seen.evidence()
        text = "; ".join(each for each in (kept.text, renewed) if each)
        return kept.model_copy(update={"text": text[:TEXT_LIMIT]})

    def _is_slow(self, slot: Slot, seen: Observation) -> bool:
        if seen.latency is None:
            return False
        known = self._latencies.setdefault(slot.probe.probe, deque(maxlen=REMEMBERED))
        slow = len(known) >= ENOUGH and seen.latency > SLOW * median_low(known)
        known.append(seen.latency)
        return slow

    def _renewed(self, slot: Slot, seen: Observation) -> str:
        """Which certificates of the target's chain are others than before, in words; empty where none is."""
        shown = seen.heard.certificates
        if not shown:
            return ""
        before = self._shown.get(slot.probe.probe, shown)
        self._shown[slot.probe.probe] = shown
        if shown == before:
            return ""
        fresh, gone = _without(shown, before), _without(before, shown)
        said = [f"shows {fresh}, as it did not before"] if fresh else []
        return ", ".join(said + ([f"no longer {gone}"] if gone else []))

    def _is_sample(self, slot: Slot) -> bool:
        hour = slot.due // HOUR
        first = self._sampled.get(slot.probe.probe) != hour
        self._sampled[slot.probe.probe] = hour
        return first


def _without(some: Sequence[Certificate], others: Sequence[Certificate]) -> str:
    known = {each.fingerprint for each in others}
    named = (
        f"{each.subject[:SUBJECT]} (SHA-256 {each.fingerprint})"
        for each in some
        if each.fingerprint not in known
    )
    return " and ".join(named)
