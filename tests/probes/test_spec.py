"""Assignments: when probes are due, and what may not be written into one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from probes.spec import AgentAssigned, AssignedProbe, ProbingInterrupted, Segment, phase_of
from probes.specs.lines import TcpSpec
from probes.specs.names import DnsSpec
from probes.specs.web import HttpSpec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def probe(*segments: Segment, phase: int = 0, timeout: int = SECOND) -> AssignedProbe:
    spec = TcpSpec(host="mail.example", port=25, timeout=timeout)
    return AssignedProbe(probe="prb-a", spec=spec, phase=phase, segments=segments)


def test_slots_keep_to_the_phase_in_every_segment() -> None:
    each = probe(
        Segment(to=HOUR, interval=30 * MINUTE),
        Segment(from_=2 * HOUR, to=3 * HOUR, interval=20 * MINUTE),
        phase=5 * MINUTE,
    )
    minutes = [due // MINUTE for due in each.slots(0, 4 * HOUR)]
    assert minutes == [5, 35, 125, 145, 165]


def test_the_plan_is_sorted_by_due_instant_and_then_by_place_in_the_list() -> None:
    one = probe(Segment(interval=MINUTE), phase=10)
    two = one.model_copy(update={"probe": "prb-b"})
    plan = AgentAssigned(version=1, location="loc-bonn", probes=(one, two)).plan(0, 2 * MINUTE)
    assert plan == [(10, 0), (10, 1), (MINUTE + 10, 0), (MINUTE + 10, 1)]


@st.composite
def dated(draw: st.DrawFn) -> tuple[Segment, ...]:
    """Segments of one probe, with a window in which its interval is another."""
    usual, inside = draw(st.tuples(*[st.sampled_from([10, 30, 45, 60])] * 2))
    opens = draw(st.integers(0, HOUR))
    closes = opens + draw(st.integers(1, HOUR))
    return (
        Segment(to=opens, interval=usual * SECOND),
        Segment(from_=opens, to=closes, interval=inside * SECOND),
        Segment(from_=closes, interval=usual * SECOND),
    )


@given(
    st.lists(dated(), min_size=1, max_size=5),
    st.integers(-HOUR, 3 * HOUR),
    st.integers(0, HOUR // 10),
    st.data(),
)
def test_the_plan_is_that_of_each_probe_alone(
    dates: list[tuple[Segment, ...]], begin: int, length: int, data: st.DataObject
) -> None:
    probes = tuple(
        AssignedProbe(
            probe=f"p{n}",
            spec=TcpSpec(host="a.example", port=1, timeout=SECOND),
            phase=data.draw(st.integers(0, segments[0].interval - 1)),
            segments=segments,
        )
        for n, segments in enumerate(dates)
    )
    assigned = AgentAssigned(version=1, location="loc", probes=probes)
    end = begin + length
    alone = [(due, n) for n, probe in enumerate(probes) for due in probe.slots(begin, end)]
    assert assigned.plan(begin, end) == sorted(alone)


@given(st.integers(-(10**7), 10**7), st.integers(0, 10**5), st.integers(0, 10**5))
def test_slots_of_two_neighbouring_spans_are_the_slots_of_the_whole(
    begin: int, first: int, second: int
) -> None:
    each = probe(
        Segment(to=1_000, interval=77), Segment(from_=2_000, interval=500), phase=33, timeout=70
    )
    middle, end = begin + first, begin + first + second
    halves = [*each.slots(begin, middle), *each.slots(middle, end)]
    assert halves == list(each.slots(begin, end))


def test_a_phase_depends_on_the_id_only_and_spreads_probes() -> None:
    assert phase_of("prb-web-home", MINUTE) == phase_of("prb-web-home", MINUTE)
    tenths = {phase_of(f"prb-{n}", MINUTE) * 10 // MINUTE for n in range(100)}
    assert tenths == set(range(10))


def test_a_result_speaks_for_interval_timeout_and_allowed_lateness() -> None:
    each = probe(Segment(interval=10 * SECOND), timeout=2 * SECOND)
    assert each.validity(10 * SECOND) == 13 * SECOND
    assert each.validity(MINUTE) == 67 * SECOND


def test_the_wire_form_says_from_and_to_and_comes_back_equal() -> None:
    assignment = AgentAssigned(
        version=3,
        location="loc-bonn",
        probes=(
            AssignedProbe(
                probe="prb-web",
                service="svc-web",
                spec=HttpSpec.model_validate(
                    {
                        "url": "https://www.cms.example/",
                        "timeout": SECOND,
                        "basic": {"user": "env:HC_USER", "password": "file:/run/secrets/hc"},
                        "conditions": [
                            {"field": "status", "op": "in", "values": [200, 302]},
                            {"field": "json", "op": "equals", "path": "a.b", "value": True},
                            {"field": "certificate", "op": "min_days_left", "days": 21},
                        ],
                    }
                ),
                phase=1,
                segments=(Segment(from_=5, to=9, interval=MINUTE),),
            ),
            AssignedProbe(
                probe="prb-dns",
                spec=DnsSpec(host="127.0.0.1", name="www.cms.example", timeout=SECOND),
                phase=0,
                segments=(Segment(interval=MINUTE),),
            ),
        ),
    )
    wire = assignment.model_dump_json()
    assert '"segments":[{"from":5,"to":9,' in wire
    assert AgentAssigned.model_validate_json(wire) == assignment
    gap = ProbingInterrupted(from_=1, to=2, reason="restart")
    assert gap.model_dump_json() == '{"from":1,"to":2,"reason":"restart"}'


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({"url": "ftp://a.example/"}, "http or https", id="another scheme"),
        pytest.param({"url": "https:///x"}, "host is missing", id="no host"),
        pytest.param({"url": "https://u:p@a.example/"}, "user and password", id="a password"),
        pytest.param({"url": "https://a.example/\r\nX: y"}, "control characters", id="a line end"),
        pytest.param(
            {"method": "DELETE"},
            "'GET', 'HEAD', 'POST' or 'PUT'",
            id="a method that changes things",
        ),
        pytest.param({"verified": False}, "Extra inputs", id="a word nobody knows"),
        pytest.param({"redirects": 6}, "less than or equal to 5", id="too many redirects"),
        pytest.param(
            {"basic": {"user": "env:U", "password": "secret"}}, "match pattern", id="a plain secret"
        ),
        pytest.param(
            {"conditions": [{"field": "body", "op": "matches", "pattern": "("}]},
            "not a regular expression",
            id="a broken pattern",
        ),
        pytest.param(
            {"conditions": [{"field": "banner", "op": "matches", "pattern": "x"}]},
            "'banner' found using 'field'",
            id="a condition of another kind",
        ),
    ],
)
def test_a_wrong_specification_is_refused(document: dict[str, object], message: str) -> None:
    whole = {"url": "https://a.example/", "timeout": SECOND} | document
    with pytest.raises(ValidationError, match=message):
        HttpSpec.model_validate(whole)


@pytest.mark.parametrize(
    ("segments", "phase", "message"),
    [
        pytest.param(
            [Segment(to=10 * SECOND, interval=SECOND), Segment(from_=9 * SECOND, interval=SECOND)],
            0,
            "without overlap",
            id="segments overlap",
        ),
        pytest.param([Segment(interval=SECOND)], SECOND, "shorter", id="the phase is an interval"),
        pytest.param([Segment(interval=SECOND - 1)], 0, "timeout", id="the timeout is too long"),
    ],
)
def test_a_wrong_timing_is_refused(segments: list[Segment], phase: int, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        probe(*segments, phase=phase)
