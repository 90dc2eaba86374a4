"""How fast budgets burn, as the overview tells it: results every five minutes, bad in the last ninety."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.changes import Change
from catalogue.instants import HOUR, MINUTE, parse_instant
from catalogue.terms import TermsAmended, TermsCorrected
from probes.outcome import Outcome
from slamon.sla.announcing import ExclusionAnnounced, ExclusionGranted
from slamon.views.answers import BurnLine, WindowBurn

NOW = parse_instant("2026-04-10T00:00:00Z")
STEP = 5 * MINUTE
BAD_SINCE = NOW - 90 * MINUTE


@pytest.fixture
def paper(world: Any) -> Any:
    """The paper service, by a file whose results speak for five minutes, down in the last ninety."""
    said = Change(path="validity", old="PT26H", new="PT5M")
    world.append("import:imp-paper", TermsCorrected(reason="a slip", changes=(said,)))
    instants = range(NOW - 96 * HOUR, NOW + 1, STEP)
    world.take_in([(at, Outcome.BAD if at >= BAD_SINCE else Outcome.GOOD) for at in instants])
    world.fold()
    return world


def burn_of(world: Any, now: int, agreement: str, objective: str = "o1") -> BurnLine:
    burns: tuple[BurnLine, ...] = world.reading.overview(now).burns
    (found,) = (
        each for each in burns if (each.agreement, each.objective) == (agreement, objective)
    )
    return found


def rates(line: BurnLine) -> dict[str, str | None]:
    return {each.window: each.rate or each.missing for each in line.windows}


def window(line: BurnLine, name: str) -> WindowBurn:
    return next(each for each in line.windows if each.window == name)


def test_each_window_burns_by_its_own_share_of_bad_time(paper: Any) -> None:
    """Of a target of 97 % three hundredths may be bad: ninety minutes of a day are 1/16, so 25/12 times as fast."""
    assert rates(burn_of(paper, NOW, "sla-paper")) == {
        "5m": "too_few_results",
        "30m": "100/3",
        "1h": "100/3",
        "2h": "25/1",
        "6h": "25/3",
        "1d": "25/12",
        "3d": "25/36",
    }


def test_thresholds_are_those_of_the_agreed_time_of_the_open_period(paper: Any) -> None:
    line = burn_of(paper, NOW, "sla-paper")

    assert (line.period, line.at, line.mode) == ("2026-04", "2026-04-10T00:00:00Z", "enforced")
    assert {each.window: each.threshold for each in line.windows} == {
        "5m": "72/5",
        "30m": "6/1",
        "1h": "72/5",
        "2h": "3/1",
        "6h": "6/1",
        "1d": "3/1",
        "3d": "1/1",
    }


def test_a_pair_fires_where_both_its_windows_burn_too_fast(paper: Any) -> None:
    assert burn_of(paper, NOW, "sla-paper").firing == ("6h",)


def test_a_target_of_all_time_has_no_rate_and_fires_at_any_bad_time(paper: Any) -> None:
    said = Change(path="objectives.o1.target", old="97.00", new="100")
    paper.append("agreement:sla-paper", TermsCorrected(reason="a slip", changes=(said,)))
    paper.fold()

    line = burn_of(paper, NOW, "sla-paper")

    assert window(line, "1d").missing == "no_budget"
    assert line.firing == ("6h", "1d", "3d")


def test_excluded_time_does_not_burn_and_the_service_is_shown_excluded(paper: Any) -> None:
    announced = ExclusionAnnounced(
        clause="x2",
        services=(),
        begin=BAD_SINCE,
        end=NOW + HOUR,
        received_at=BAD_SINCE - HOUR,
        evidence="mail 4711",
        reason="the customer cut the line",
    )
    paper.append("exclusion:sla-paper:a1", announced, ExclusionGranted(reason="agreed"))
    paper.fold()

    overview = paper.reading.overview(NOW)

    assert rates(burn_of(paper, NOW, "sla-paper"))["1h"] == "0/1"
    assert [each.service for each in overview.services if each.excluded] == ["svc-paper"]
    later = paper.reading.overview(NOW + HOUR)
    assert [each.service for each in later.services if each.excluded] == []


def test_nothing_measured_is_no_rate(world: Any) -> None:
    line = burn_of(world, parse_instant("2026-03-05T00:00:00Z"), "sla-paper")

    assert rates(line) == dict.fromkeys(rates(line), "nothing_measured")
    assert line.firing == ()


def test_a_window_longer_than_the_agreement_has_held_is_not_measured(world: Any) -> None:
    line = burn_of(world, parse_instant("2026-03-02T00:00:00Z"), "sla-paper")

    assert window(line, "3d") == WindowBurn(
        window="3d", from_=None, rate=None, missing="longer_than_in_force", threshold="743/720"
    )


def test_windows_are_measured_in_agreed_time(world: Any) -> None:
    """On Monday at nine, six hours of a promise from seven to seven reach back to Friday at three."""
    for name in ("agent-bonn", "agent-outside"):
        world.probe(name, 247, lambda _due, _index: None)
    world.fold()

    line = burn_of(world, parse_instant("2026-03-30T09:00:00+02:00"), "sla-strict")

    assert window(line, "1h").from_ == "2026-03-30T06:00:00Z"
    assert window(line, "6h").from_ == "2026-03-27T14:00:00Z"
    assert window(line, "1h").threshold == "132/25"  # 22 days of twelve hours


def test_baselines_and_agreements_that_are_over_do_not_burn(paper: Any) -> None:
    known = {(line.agreement, line.objective) for line in paper.reading.overview(NOW).burns}
    ended = Change(path="in_force.to", kind="changed", old=None, new="2026-04-05")
    paper.append("agreement:sla-paper", TermsCorrected(reason="a slip", changes=(ended,)))
    paper.fold()

    later = {(line.agreement, line.objective) for line in paper.reading.overview(NOW).burns}

    assert known == {
        ("sla-paper", "o1"),
        ("sla-strict", "o1"),
        ("sla-strict", "o2"),
        ("sla-two-places", "o1"),
    }
    assert known - later == {("sla-paper", "o1")}


def test_an_amended_target_looks_back_at_the_time_before_it(paper: Any) -> None:
    """A window reaches over an amendment; what is spent in it is held to the target that holds now."""
    said = Change(path="objectives.o1.target", old="97.00", new="99.00")
    amended = TermsAmended.model_validate(
        {"from": "2026-04-09", "reason": "agreed anew", "changes": [said.model_dump()]}
    )
    paper.append("agreement:sla-paper", amended)
    paper.fold()

    line = burn_of(paper, NOW, "sla-paper")

    assert rates(line)["3d"] == "25/12"
    assert window(line, "3d").threshold == "1/1"
