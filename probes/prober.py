"""The prober: asks one probe once and says what it saw, whatever happens."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from probes.conditions.patterns import EndlessPatternError
from probes.conditions.reply import Reply
from probes.conditions.requirement import Checked
from probes.conditions.timing import is_suspect
from probes.dialogue import Dialogue, Surroundings
from probes.kinds import dns, harvest, http, icmp, maps, mysql, postgresql, steps, tcp, tls
from probes.observation import Failure, Observation, Reason, Stage, inconclusive
from probes.outcome import Outcome
from probes.secret import blotted
from probes.spec import ProbeSpec

KINDS: Mapping[str, Callable[[Any, Dialogue], Awaitable[Reply]]] = {
    "http": http.ask,
    "tcp": tcp.ask,
    "dns": dns.ask,
    "tls": tls.ask,
    "icmp": icmp.ask,
    "steps": steps.ask,
    "oai_pmh": harvest.ask,
    "wms": maps.draw,
    "wfs": maps.fetch,
    "postgresql": postgresql.ask,
    "mysql": mysql.ask,
}

# Until the target has been dialled, running out of time says nothing about it.
REPLYING = frozenset({"first_byte", "body"})
OUR_STAGES = frozenset({"start", "dns", "guard"})
SEVERITY = {Outcome.GOOD: 0, Outcome.DEGRADED: 1, Outcome.BAD: 2}

log = logging.getLogger(__name__)


async def ask(spec: ProbeSpec, surroundings: Surroundings) -> Observation:
    """Ask once within the timeout of the probe; never raises but on cancellation."""
    dialogue = Dialogue(surroundings)
    try:
        reply = await _before_deadline(spec, dialogue)
        checked = tuple(each.check(reply) for each in spec.conditions)
        seen = _held(dialogue, checked, reply.took)
    except Failure as failure:
        seen = _failed(dialogue, failure)
    except EndlessPatternError as fault:
        seen = _failed(dialogue, inconclusive(Reason.AGENT_FAULT, str(fault)))
    except Exception as fault:  # a fault of ours must neither stop the wheel nor blame the target
        log.exception("probing %s failed", spec.target)
        seen = _failed(dialogue, inconclusive(Reason.AGENT_FAULT, type(fault).__name__))
    finally:
        dialogue.close()
    return _without_secrets(seen, dialogue.secrets)


async def _before_deadline(spec: ProbeSpec, dialogue: Dialogue) -> Reply:
    begun = time.perf_counter_ns()
    try:
        async with asyncio.timeout(spec.timeout / 1_000_000):
            return await KINDS[spec.kind](spec, dialogue)
    except TimeoutError:
        if dialogue.verdict is not None:
            raise dialogue.verdict from None
        if dialogue.stage in REPLYING and dialogue.received:
            raise _dripped(spec, dialogue) from None
        outcome = Outcome.INCONCLUSIVE if _our_time(spec, dialogue) else Outcome.BAD
        text = f"no reply within {spec.timeout / 1_000_000:g} s, at stage {dialogue.stage}"
        raise Failure(Reason.TIMEOUT, text, outcome) from None
    finally:
        wall = (time.perf_counter_ns() - begun) // 1000
        dialogue.phases["total"] = max(0, wall - dialogue.lag)


def _dripped(spec: ProbeSpec, dialogue: Dialogue) -> Failure:
    within = f"within {spec.timeout / 1_000_000:g} s"
    text = f"the reply was not complete {within}: {dialogue.received} bytes had come"
    return Failure(Reason.DRIP, text)


def _our_time(spec: ProbeSpec, dialogue: Dialogue) -> bool:
    return dialogue.stage in OUR_STAGES or spec.kind == "dns"


def _held(dialogue: Dialogue, checked: tuple[Checked, ...], took: int | None) -> Observation:
    worst = max(checked, key=lambda each: SEVERITY[each.outcome], default=None)
    failed = worst if worst is not None and not worst.passed else None
    total = dialogue.phases["total"]
    return _seen(
        dialogue,
        Outcome.GOOD if failed is None else failed.outcome,
        # A latency that our own delay may have made is none: the result counts, how long it took does not.
        latency=None if is_suspect(dialogue.lag, total) else took or total,
        reason=None if failed is None else f"bad_{failed.condition.field}",
        text="" if failed is None else failed.told(),
        checked=checked,
    )


def _failed(dialogue: Dialogue, failure: Failure) -> Observation:
    text = f"{dialogue.within}{failure.text}"
    return _seen(dialogue, failure.outcome, reason=str(failure.reason), text=text)


def _seen(
    dialogue: Dialogue,
    outcome: Outcome,
    *,
    latency: int | None = None,
    reason: str | None,
    text: str,
    checked: tuple[Checked, ...] = (),
) -> Observation:
    return Observation(
        outcome=outcome,
        latency=latency,
        phases=dialogue.phases,
        reason=reason,
        text=text,
        address=dialogue.address,
        checked=checked,
        stages=tuple(dialogue.stages),
        heard=dialogue.heard,
        loop_lag=dialogue.lag,
        by_kernel=dialogue.by_kernel,
        status=dialogue.status,
        retry_after=_seconds(dialogue.retry_after),
    )


def _seconds(text: str) -> int | None:
    """A Retry-After in seconds; a date (RFC 9110 §10.2.3 allows both) is not read: clocks differ."""
    # Beyond nine digits all are years, and some more than an integer may be read from.
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def _without_secrets(seen: Observation, secrets: Sequence[str]) -> Observation:
    if not secrets:
        return seen
    return replace(
        seen,
        text=blotted(seen.text, secrets),
        checked=tuple(replace(c, actual=blotted(c.actual, secrets)) for c in seen.checked),
        stages=tuple(Stage(s.name, s.took, blotted(s.text, secrets)) for s in seen.stages),
        heard=replace(
            seen.heard,
            line=blotted(seen.heard.line, secrets),
            headers={name: blotted(said, secrets) for name, said in seen.heard.headers.items()},
        ),
    )


def probe_once(spec: ProbeSpec, surroundings: Surroundings) -> Observation:
    """Ask once, outside any event loop, with all stages and conditions to show."""
    return asyncio.run(ask(spec, surroundings))
