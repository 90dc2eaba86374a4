"""The year 2008 of the demonstration: half minutes that matter, letters, tickets."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from catalogue.instants import MINUTE, parse_instant
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment, phase_of
from probes.specs.lines import TcpSpec
from slamon.demo.history import Historian, history
from slamon.demo.tickets2008 import tickets
from slamon.demo.world2008 import (
    BEGIN,
    END,
    FOUND_LATER,
    HISTORIANS,
    INSIDE,
    LETTERS,
    OUTSIDE,
    PROBES,
    Letter,
)

TZ = "Europe/Berlin"
SPEC = TcpSpec(host="target.example", port=443, timeout=10_000_000)
PROBED = tuple(
    AssignedProbe(
        probe=probe,
        spec=SPEC,
        phase=phase_of(probe, MINUTE),
        segments=(Segment(interval=MINUTE),),
    )
    for probe in PROBES
)
PLACES = {each.location: each for each in HISTORIANS}

Seen = dict[str, list[tuple[int, Outcome]]]


def _seen(historian: Historian, begin: str, end: str) -> Seen:
    """The edges of each probe in a span of local time, beginning with its first."""
    assigned = AgentAssigned(
        version=1,
        location=historian.location,
        simulated=True,
        probes=historian.staggered(PROBED),
    )
    span = parse_instant(begin, TZ), parse_instant(end, TZ)
    found: Seen = {probe: [] for probe in PROBES}
    for _, _, batch in history(
        assigned, *span, agent="a", spool="s", went_wrong=historian.went_wrong
    ):
        for edge in batch.edges:
            found[PROBES[edge.probe]].append((edge.at, edge.outcome))
    return found


def _bad(edges: Sequence[tuple[int, Outcome]]) -> list[tuple[int, int]]:
    """Where results are bad, to the first that is not, if at least three are."""
    turns = [*edges, (0, Outcome.GOOD)]
    spans = ((at, upto) for (at, outcome), (upto, _) in pairwise(turns) if outcome is Outcome.BAD)
    return [(at, upto) for at, upto in spans if upto - at >= 3 * MINUTE]


def test_the_two_places_ask_half_a_minute_apart() -> None:
    bonn, outside = (PLACES[place].staggered(PROBED) for place in (INSIDE, OUTSIDE))

    for ours, theirs in zip(bonn, outside, strict=True):
        assert (theirs.phase - ours.phase) % MINUTE == MINUTE // 2


def test_in_october_both_places_see_the_network_down_for_sixty_three_and_a_half_minutes() -> None:
    bonn, outside = (_seen(PLACES[p], "2008-10-13", "2008-10-29") for p in (INSIDE, OUTSIDE))

    both = [
        (max(ours[0], theirs[0]), min(ours[1], theirs[1]))
        for probe in ("prb-unv-gateway", "prb-unv-dns")
        for ours in _bad(bonn[probe])
        for theirs in _bad(outside[probe])
        if ours[0] < theirs[1] and theirs[0] < ours[1]
    ]

    assert [end - begin for begin, end in sorted(both)] == [
        37 * MINUTE + MINUTE // 2,
        14 * MINUTE + MINUTE // 2,
        11 * MINUTE + MINUTE // 2,
    ]


def test_when_the_line_of_the_outside_place_is_down_its_control_probe_says_so() -> None:
    bonn, outside = (_seen(PLACES[p], "2008-08-05", "2008-08-06") for p in (INSIDE, OUTSIDE))

    begin, end = (parse_instant(f"2008-08-05T{at}", TZ) for at in ("10:00", "10:40"))
    assert {
        probe: [(begin <= at < begin + MINUTE, end <= upto < end + MINUTE)]
        for probe in PROBES
        for at, upto in _bad(outside[probe])
    } == {probe: [(True, True)] for probe in PROBES}
    assert not any(_bad(bonn[probe]) for probe in PROBES)


def test_the_history_is_that_of_six_months_of_bonn() -> None:
    assert parse_instant("2008-05-31T22:00:00Z") == BEGIN
    assert parse_instant("2008-11-30T23:00:00Z") == END


@pytest.mark.parametrize("letter", [*LETTERS, FOUND_LATER], ids=lambda letter: letter.exclusion)
def test_every_letter_says_that_it_is_simulated_and_was_received_before_its_window(
    letter: Letter,
) -> None:
    asked = letter.asked
    assert "simulated" in asked.reason
    assert "simulated" in asked.evidence
    assert asked.received_at < asked.begin < asked.end


def test_about_twenty_tickets_a_month_and_too_few_urgent_ones_in_august() -> None:
    rows = list(csv.DictReader(tickets().splitlines()))
    of_month = Counter(row["opened_at"][:7] for row in rows)
    urgent = Counter(row["opened_at"][:7] for row in rows if row["priority"] == "P1")

    assert of_month.keys() == {f"2008-{month:02}" for month in range(6, 12)}
    assert all(14 <= count <= 22 for count in of_month.values())
    assert urgent["2008-08"] == 4
    assert min(count for month, count in urgent.items() if month != "2008-08") >= 5
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_tickets_are_the_same_every_time() -> None:
    assert tickets() == tickets()
