"""Worst first: what a reader with little time meets at the top."""

from __future__ import annotations

from typing import Any

from slamon.web import ranking
from slamon.web.texts import language

T = language("en")


def test_objectives_missed_come_first_and_those_never_judged_last(worlds: Any) -> None:
    found = [
        worlds.status(worlds.unmeasured("o1", "s", tally={}), "", "never judged"),
        worlds.status(worlds.said("o2", "s", "on_track"), "", "on track"),
        worlds.status(worlds.said("o3", "s", "breached", mode="shadow"), "", "missed in shadow"),
        worlds.status(worlds.unmeasured("o4", "s"), "", "not measured"),
        worlds.status(worlds.said("o5", "s", "at_risk"), "", "at risk"),
        worlds.status(worlds.said("o6", "s", "breached"), "", "missed"),
    ]
    assert [status.service_name for status in ranking.objectives(T, found)] == [
        "missed",
        "missed in shadow",
        "at risk",
        "not measured",
        "on track",
        "never judged",
    ]


def test_agreements_with_figures_come_before_those_without(worlds: Any) -> None:
    silent = worlds.agreement(
        "a", "A silent one", (worlds.status(worlds.unmeasured("o1", "s"), "", "s"),)
    )
    found = [worlds.OLA, silent, worlds.MOU, worlds.UNV, worlds.EDITIONS]
    assert [line.agreement for line in ranking.agreements(T, found)] == [
        "sla-editions",
        "sla-unv-2026",
        "mou-wcmc",
        "a",
        "ola-bonn",
    ]


def test_services_in_trouble_come_first_and_unknown_ones_last(worlds: Any) -> None:
    found = [line for line in worlds.SERVICES if "edition" not in line.service]
    assert [line.state for line in ranking.services(T, found)] == [
        "down",
        "degraded",
        "up",
        "unknown",
        "unknown",
    ]


def test_verdicts_are_counted_worst_first(worlds: Any) -> None:
    assert ranking.verdicts(worlds.EDITIONS.objectives) == [("breached", 1), ("on_track", 32)]
