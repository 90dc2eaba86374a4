"""Translates the golden kinds burn, mwmb, slices, minute_rule and structure; does no sums of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from catalogue.instants import MINUTE, SECOND, parse_instant
from catalogue.intervals import Intervals, clip, norm, total
from slamon.sla.availability import ratio_text
from slamon.sla.burn import PairErrors, factor, fires
from slamon.sla.counts import Counts
from slamon.sla.slices import SliceRule, mean_of_slices, pooled, sliced
from slamon.sla.structure import Node, Structure, Tree, planned

Case = dict[str, Any]

KINDS: dict[str, Structure] = {
    **dict.fromkeys(("serial", "series", "all", "and"), "serial"),
    **dict.fromkeys(("parallel", "any", "or"), "parallel"),
    **dict.fromkeys(("k_of_n", "k-of-n", "kofn", "k", "quorum", "at_least"), "k_of_n"),
}
COUNTED_KIND = re.compile(r"(?P<k>\d+)[ _-]*of[ _-]*(?:\d+|n)")


def exact(ratio: Fraction | None) -> str | None:
    return None if ratio is None else ratio_text(ratio)


def number(given: float | str) -> Fraction:
    """Read a number as typed: 14.4 is 72/5."""
    return Fraction(str(given))


def judge_burn(given: Case) -> Case:
    def of(window: Case) -> Fraction:
        budget = number(window["budget_pct"]) / 100
        return factor(budget, given["period_s"] * SECOND, window["long_s"] * SECOND)

    return {"factors": [exact(of(window)) for window in given["windows"]]}


def judge_alert(given: Case) -> Case:
    def share(error: float | str | None) -> Fraction | None:
        return None if error is None else number(error)

    pairs = [
        PairErrors(
            number(window["factor"]), share(window["short_error"]), share(window["long_error"])
        )
        for window in given["windows"]
    ]
    return {"fire": fires(pairs, number(given["goal"]))}


def judge_slices(given: Case) -> Case:
    def counted(requests: int, errors: int, repeat: int = 1) -> tuple[Counts, int]:
        return Counts(requests - errors, errors), repeat

    slices = [counted(*each) for each in given["slices"]]
    return {"sli": exact(mean_of_slices(slices)), "pooled": exact(pooled(slices))}


def judge_minutes(given: Case) -> Case:
    def instant(at: int | str) -> int:
        zone = given.get("tz", "UTC")
        return parse_instant(at, zone) if isinstance(at, str) else at * SECOND

    span = instant(given["period"]["from"]), instant(given["period"]["to"])
    down: Intervals = clip(norm((instant(a), instant(b)) for a, b in given["bad"]), span)
    rule = SliceRule(MINUTE, "whole_slices_of_runs", given.get("min_s", 60) * SECOND)
    bad = rule.bad(down, span)
    return {"downtime_s": total(bad) // SECOND, "sli": exact(sliced(bad, (), (span,)).ratio)}


def judge_structure(given: Case) -> Case:
    shares: dict[str, Fraction] = {}
    return {"availability": exact(planned(tree_of(given["tree"], shares), shares).availability)}


def tree_of(given: Any, shares: dict[str, Fraction]) -> Tree:
    """Read a tree of availabilities, naming each leaf after its place, for equal numbers are not one member."""
    if isinstance(given, dict):
        ((kind, members),) = given.items()
        return tree_of([kind, *members], shares)
    if not isinstance(given, list):
        name = f"member {len(shares)}"
        shares[name] = number(given)
        return name
    head, *rest = given
    if isinstance(head, int):
        head, rest = "k_of_n", [head, *rest]
    if spelled := COUNTED_KIND.fullmatch(head):
        head, rest = "k_of_n", [int(spelled["k"]), *rest]
    kind = KINDS[head]
    k = int(rest.pop(0)) if kind == "k_of_n" else 0
    return Node(kind, tuple(tree_of(each, shares) for each in rest), k)


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "burn": judge_burn,
    "mwmb": judge_alert,
    "slices": judge_slices,
    "minute_rule": judge_minutes,
    "structure": judge_structure,
}
