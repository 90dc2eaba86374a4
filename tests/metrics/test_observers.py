"""What agents tell of themselves, as Prometheus reads it; every expected line is written by hand."""

from __future__ import annotations

from probes.health import AgentHealth, LatenessCounted
from slamon.metrics import Observers, render

BONN = AgentHealth(
    lateness=LatenessCounted(
        upto=(10, 40, 45, 48, 49, 49, 49, 49, 49, 49, 49), count=50, total=7_250_000
    ),
    lag=400,
    longest_lag=31_000,
    undelivered=3,
    spool_bytes=65_536,
    clock_ahead=-250_000,
)
GENEVA = AgentHealth(
    lateness=LatenessCounted(upto=(0,) * 11, count=0, total=0),
    lag=0,
    longest_lag=0,
    undelivered=0,
    spool_bytes=4_096,
)


def test_the_newest_word_of_each_agent_is_told() -> None:
    lines = render(Observers({"geneva": GENEVA, "bonn": BONN})).decode().splitlines()

    assert "# TYPE slamon_probe_start_lateness_seconds histogram" in lines
    assert [line for line in lines if "lateness" in line and "bonn" in line] == [
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.001"} 10.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.005"} 40.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.01"} 45.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.025"} 48.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.05"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.1"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.25"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="0.5"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="1.0"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="2.5"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="5.0"} 49.0',
        'slamon_probe_start_lateness_seconds_bucket{agent="bonn",le="+Inf"} 50.0',
        'slamon_probe_start_lateness_seconds_sum{agent="bonn"} 7.25',
        'slamon_probe_start_lateness_seconds_count{agent="bonn"} 50.0',
    ]
    assert [line for line in lines if line.startswith("slamon_agent")] == [
        'slamon_agent_loop_lag_seconds{agent="bonn"} 0.031',
        'slamon_agent_loop_lag_seconds{agent="geneva"} 0.0',
        'slamon_agent_undelivered_batches{agent="bonn"} 3.0',
        'slamon_agent_undelivered_batches{agent="geneva"} 0.0',
        'slamon_agent_spool_bytes{agent="bonn"} 65536.0',
        'slamon_agent_spool_bytes{agent="geneva"} 4096.0',
        'slamon_agent_clock_offset_seconds{agent="bonn"} -0.25',
    ]


def test_of_no_agent_nothing_is_told() -> None:
    lines = render(Observers({})).decode().splitlines()
    assert [line for line in lines if not line.startswith("#")] == []
