"""The starter set of 2008 in a house of its own, in which months are closed with figures as a test states them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from catalogue.agreements import Agreement
from catalogue.instants import MINUTE
from catalogue.months import Month
from catalogue.objectives import Objective
from catalogue.plan import plan
from catalogue.reader import read
from slamon.app.catalogue import apply
from slamon.app.reviews import found_writes, uphold, waive
from slamon.cli.house import House
from slamon.ledger.store import Write
from slamon.sla.closing import PeriodClosed
from slamon.sla.judgement import Coverage, Measured, ObjectiveJudgement
from slamon.views.credited import Credits, ServiceCredit
from slamon.views.priced import Prices
from slamon.views.promised import promises

STARTER = Path(__file__).parents[3] / "catalogue" / "starter" / "cms-2008"
TODAY = dt.date(2026, 11, 1)


def settled(folder: Path, documents: Path = STARTER) -> House:
    """A house to whose ledger the documents were applied."""
    house = House(folder)
    made = plan(read([documents]), {}, TODAY)
    apply(house.ledger, made, {}, actor="consultant", reason="first documents")
    house.refresh()
    return house


def figure(objective: Objective, share: str, **changed: Any) -> ObjectiveJudgement:
    """The closed figure of an objective that reached `good/total` minutes, or cases."""
    good, total = (Fraction(part) * MINUTE for part in share.split("/"))
    target = Fraction(getattr(objective.target, "share", objective.target)) / 100  # type: ignore[arg-type]
    ratio = good / total
    remedy = objective.model_dump(mode="json", by_alias=True)["remedy"]
    fields: dict[str, Any] = {
        "objective": objective.id,
        "service": objective.service,
        "indicator": objective.indicator,
        "target": str(getattr(objective.target, "share", objective.target)),
        "mode": objective.mode,
        "state": "breached" if ratio < target else "met",
        "provisional": False,
        "basis": "simulated",
        "partial": False,
        "measured": Measured(good=int(good), total=int(total), ratio=str(ratio), percent="99.49"),
        "coverage": Coverage(
            known_us=int(total), agreed_us=int(total), ratio="1", percent="100.0000",
            minimum=None, sufficient=True,
        ),
        "tally": {"up_us": int(good), "down_us": int(total - good)},
        "outages": (),
        "breached_at": None,
        "error_budget": None,
        "remedy": remedy,
    }  # fmt: skip
    return ObjectiveJudgement.model_validate(fields | changed)


def close(
    house: House, agreement: str, month: str, results: Mapping[str, str], **changed: Any
) -> None:
    """Close a month with what its objectives reached, and find the breaches."""
    with house.store.reading() as connection:
        terms = promises(connection).need(Agreement, agreement)
    known = {each.id: each for each in terms.objectives}
    figures = tuple(figure(known[name], share, **changed) for name, share in results.items())
    position = house.ledger.position()
    closed = PeriodClosed(figures=figures, position=position, code_version="1", tzdata="2026a")
    writes = [Write(f"period:{agreement}:{month}", [closed], 0)]
    writes += found_writes(house.ledger, agreement, month, figures, position)
    house.ledger.append_all(writes, actor="consultant", cause="close")
    house.refresh()


def decide(house: House, breach: str, outcome: str) -> None:
    """Rule on a breach."""
    if outcome == "upheld":
        uphold(house.ledger, breach, reason="seen", actor="consultant")
    else:
        waive(house.ledger, breach, reason="seen", clause=None, actor="consultant")
    house.refresh()


def credit(house: House, agreement: str, service: str, month: str) -> ServiceCredit:
    """The credit of a service and month as answers tell it."""
    asked = Month.named(month)
    with house.store.reading() as connection:
        found = Credits(connection, Prices(promises(connection)), asked.year)
        return found.of_service(agreement, service, asked)
