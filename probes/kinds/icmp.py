"""ICMP: ask for echoes; where the system lets nobody do that, nothing can be said of the target."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from icmplib import ICMPLibError, SocketPermissionError, async_ping

from probes.conditions.reply import Reply
from probes.dialogue import Dialogue, now
from probes.observation import Failure, Reason, inconclusive
from probes.specs.echoes import GAP, IcmpSpec

SECOND = 1_000_000
MS = 1_000


async def ask(spec: IcmpSpec, dialogue: Dialogue) -> Reply:
    """Ask for the echoes and return the round trip of each, None for a lost one.

    Raises:
        Failure: bad if none came back, inconclusive where the agent may not ask.

    """
    address = await dialogue.find(spec.host, spec.family)
    with dialogue.timed("first_byte") as found:
        came = await _echoes(spec, address)
        found.append(f"{len(came)} of {spec.count} came back")
    return reply_of(came, spec.count)


def reply_of(came: Sequence[int], count: int) -> Reply:
    """What `count` echoes tell of which those came back, after so many µs each; it took the median.

    Raises:
        Failure: none came back.

    """
    if not came:
        raise Failure(Reason.TIMEOUT, f"none of {count} echoes came back")
    lost: tuple[int | None, ...] = (None,) * (count - len(came))
    return Reply(echoes=(*came, *lost), took=median_low(came), at=now())


async def _echoes(spec: IcmpSpec, address: str) -> tuple[int, ...]:
    """The round trips (µs), by a socket that needs no privilege where the system has one, or else by a raw one."""
    for privileged in (False, True):
        try:
            heard = await async_ping(
                address,
                count=spec.count,
                interval=GAP / SECOND,
                timeout=spec.patience / SECOND,
                privileged=privileged,
            )
        except SocketPermissionError:
            continue
        except ICMPLibError as fault:
            raise inconclusive(Reason.AGENT_FAULT, str(fault)) from None
        return tuple(int(each * MS) for each in heard.rtts)
    said = (
        "this system lets the agent ask for no echoes (CAP_NET_RAW, or net.ipv4.ping_group_range)"
    )
    raise inconclusive(Reason.NOT_MEASURABLE, said)
