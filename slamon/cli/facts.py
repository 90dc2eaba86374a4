"""How `slamon ledger show POSITION` tells one fact: its envelope, the seal it is under, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from catalogue.instants import format_instant
from slamon.cli import batches
from slamon.cli.localtime import UTC, told, zone_at
from slamon.cli.sheet import print_line, print_map
from slamon.cli.terminal import console
from slamon.views.answers import SealLine
from slamon.views.told import FactInFull

INSTANTS = ("at", "from", "to", "begin", "end", "until")  # how members of facts end that hold one
EARLIEST = 10**13  # µs, April 1970: what is less is a number of something
MOST = 50  # items of a list; `--json` has all
BYTES = "content"  # of a batch that was set aside: what it says is decoded instead


def print_fact(found: FactInFull) -> None:
    """Print one fact; instants in the zone of this machine, which is named."""
    print_line(f"position {found.position}: {found.fact}, {told(found.recorded_at)}", style="bold")
    begin = found.batch.begin if found.batch else found.recorded_at
    print_line(_zone(begin), style="dim")
    print_map(dict(_envelope(found)))
    if found.batch is not None:
        batches.print_batch(found.batch)
        return
    console.print()
    for line in _tree(found.content):
        print_line(line.lstrip(), len(line) - len(line.lstrip()))


def _zone(at: str) -> str:
    zone = zone_at(at)
    if zone == UTC:
        return "times are UTC"
    return f"times are those of this machine, {zone}; --json has UTC"


def _envelope(found: FactInFull) -> Iterator[tuple[str, str]]:
    yield "stream", f"{found.stream}, version {found.version}"
    yield "recorded by", found.actor
    if found.cause:
        yield "because of", found.cause
    yield "seal", _seal(found.seal)
    if found.batch is not None:
        yield from batches.described(found.batch)


def _seal(seal: SealLine | None) -> str:
    if seal is None:
        return "not under a seal yet"
    return f"{seal.number} at position {seal.position}, made {told(seal.sealed_at)}"


def _tree(value: object, inside: str = "") -> Iterator[str]:
    """What a fact says, line by line, what belongs to something further in."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key).replace("_", " ").strip() or str(key)
            yield from _named(f"{inside}{name}:", _instant(str(key), inner), inside)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value[:MOST]:
            yield from _named(f"{inside}-", inner, inside)
        if len(value) > MOST:
            yield f"{inside}- and {len(value) - MOST} more, which --json shows"
    else:
        yield f"{inside}{_plain(value)}"


def _instant(key: str, value: object) -> object:
    """Instants stand in facts as µs: beside the number, what the clock showed."""
    if isinstance(value, int) and key.endswith(INSTANTS) and value > EARLIEST:
        return f"{value} µs, {told(format_instant(value))}"
    return value


def _named(name: str, value: object, inside: str) -> Iterator[str]:
    if name.strip() == f"{BYTES}:" and isinstance(value, str):
        yield f"{name} {len(value)} characters, which --json shows"
    elif isinstance(value, Mapping | list | tuple) and value:
        yield name
        yield from _tree(value, inside + "  ")
    else:
        yield f"{name} {_plain(value)}"


def _plain(value: object) -> str:
    return "–" if value is None or value in ("", [], {}) else str(value)
