"""Relive 2008: take in its tickets and letters, close its months, and restate one of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from slamon.cli.house import Decisions, House
from slamon.cli.taking import import_tickets
from slamon.demo import tickets2008 as desk
from slamon.demo import world2008 as past
from slamon.demo.world2008 import AGREEMENT, Letter


def relive(house: House, *, actor: str) -> None:
    """Take every decision of 2008 in its order; each step can be taken again.

    The letter that was found later comes last: it restates a month that was closed in breach.
    """
    _import_tickets(house, actor)
    decisions = Decisions(house)
    _record(decisions, past.LETTERS, actor)
    for label in past.CLOSED_BY_THE_REVIEWER:
        if not house.ledger.version(f"period:{AGREEMENT}:{label}"):
            decisions.close(AGREEMENT, label, actor)
    decisions.uphold(past.BREACH, past.UPHELD, actor)
    _record(decisions, (past.FOUND_LATER,), actor)


def closed_at(house: House, agreement: str, label: str) -> int:
    """The instant (µs) at which a closed period was closed."""
    return next(iter(house.ledger.stream(f"period:{agreement}:{label}"))).recorded_at


def _import_tickets(house: House, actor: str) -> None:
    if house.ledger.version(f"tickets:{desk.SOURCE}"):
        return
    with tempfile.TemporaryDirectory(prefix="slamon-demo-") as folder:
        file = Path(folder, desk.FILE)
        file.write_text(desk.tickets(), encoding="utf-8")
        import_tickets(house, file, desk.SOURCE, actor=actor)


def _record(decisions: Decisions, letters: Iterable[Letter], actor: str) -> None:
    for letter in letters:
        decisions.announce_exclusion(AGREEMENT, letter.asked, letter.exclusion, actor)
        decisions.grant_exclusion(AGREEMENT, letter.exclusion, letter.granted, actor)
