"""What Prometheus is told of a scripted standing; every expected line is written by hand."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace

import pytest

from slamon.metrics import Away, Engine, Standing, families, process, render
from slamon.metrics.text import also, labels
from slamon.views.answers import LedgerStatus, Overview, SealLine
from slamon.views.following import Pulse
from slamon.views.lag import Behind

MAIL = 'agreement="sla-unv-2026",mode="enforced",objective="o1",period="month",service="mail"'
WEB = 'agreement="sla-unv-2026",mode="enforced",objective="o2",period="month",service="web"'
LIBRARY = 'agreement="mou-lib",mode="shadow",objective="o1",period="month",service="library"'
USAGE = 'agreement="mou-lib",mode="baseline",objective="o2",period="month",service="library"'


BURNING = 'agreement="sla-unv-2026",mode="enforced",objective="o1",service="mail"'


@pytest.fixture
def lines(standing: Standing) -> dict[str, float]:
    """Value by series, labels in the order of the alphabet."""
    return parsed(standing)


def parsed(standing: Standing | Engine | Away) -> dict[str, float]:
    text = render(standing).decode()
    series = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {_in_order(name): float(value) for name, value in series}


def _in_order(series: str) -> str:
    name, _, labels = series.rstrip("}").partition("{")
    found = sorted(re.findall(r'\w+="[^"]*"', labels))
    return f"{name}{{{','.join(found)}}}" if found else name


@pytest.mark.parametrize(
    ("series", "value"),
    [
        pytest.param('slamon_build_info{version="0.1.0"}', 1, id="the version runs"),
        pytest.param(f"slamon_sla_objective_ratio{{{MAIL}}}", 0.995, id="a target is a ratio"),
        pytest.param(f"slamon_sla_compliance_ratio{{{MAIL}}}", 0.9925, id="measured is a ratio"),
        pytest.param(
            f"slamon_sla_error_budget_remaining_ratio{{{MAIL}}}",
            -0.5,
            id="an overspent budget is negative",
        ),
        pytest.param(
            f"slamon_sla_error_budget_remaining_ratio{{{WEB}}}",
            0.75,
            id="a quarter of the budget is spent",
        ),
        pytest.param(f"slamon_sla_met{{{MAIL}}}", 0, id="breached is not met"),
        pytest.param(f"slamon_sla_met{{{WEB}}}", 1, id="on track counts as met"),
        pytest.param(f"slamon_sla_downtime_seconds{{{MAIL}}}", 18144, id="down time in seconds"),
        pytest.param(f"slamon_sla_unknown_seconds{{{MAIL}}}", 600.5, id="unknown time is kept"),
        pytest.param(
            f"slamon_sla_excluded_seconds{{{MAIL}}}", 1500, id="excused time of all states"
        ),
        pytest.param(
            f"slamon_sla_basis_info{{{MAIL.replace('mode', 'basis=XmixedX,mode')}}}".replace(
                "X", '"'
            ),
            1,
            id="partly simulated figures say so",
        ),
        pytest.param(
            f"slamon_sla_compliance_ratio{{{USAGE}}}", 0.9, id="a baseline is measured all the same"
        ),
        pytest.param(
            'slamon_sla_breaches{agreement="sla-unv-2026",review_status="open"}',
            2,
            id="two breaches await review",
        ),
        pytest.param(
            'slamon_sla_breaches{agreement="mou-lib",review_status="open"}',
            0,
            id="an agreement without breach is known to have none",
        ),
        pytest.param(
            'slamon_sla_oldest_open_breach_timestamp_seconds{agreement="sla-unv-2026"}',
            1769904000,
            id="the oldest open breach was found on 1 February 2026 at midnight UTC",
        ),
        pytest.param(
            'slamon_service_state{service="mail",state="down"}', 1, id="the state now is 1"
        ),
        pytest.param(
            'slamon_service_state{service="mail",state="up"}', 0, id="the other states are 0"
        ),
        pytest.param(
            'slamon_probe_success{location="loc-bonn",probe="p-mail",service="mail"}',
            0,
            id="a bad result is no success",
        ),
        pytest.param(
            'slamon_probe_success{location="loc-bonn",probe="p-web",service="web"}',
            1,
            id="a degraded result is a success",
        ),
        pytest.param(
            'slamon_probe_duration_seconds{location="loc-bonn",probe="p-web",service="web"}',
            0.25,
            id="latency in seconds",
        ),
        pytest.param(
            'slamon_probe_last_run_timestamp_seconds{location="loc-bonn",probe="p-mail",service="mail"}',
            1771068600,
            id="the last result was due on 14 February 2026 at 11:30 UTC",
        ),
        pytest.param(
            'slamon_probe_interval_seconds{location="loc-bonn",probe="p-mail",service="mail"}',
            60,
            id="interval in seconds",
        ),
        pytest.param(
            'slamon_probe_runs_total{location="loc-bonn",outcome="bad",probe="p-mail",service="mail"}',
            7,
            id="results are counted by outcome",
        ),
        pytest.param(
            f'slamon_sla_burn_rate{{{BURNING},window="1h"}}', 15, id="the burn over an hour"
        ),
        pytest.param(
            f'slamon_sla_burn_threshold{{{BURNING},window="1h"}}',
            13.44,
            id="the burn that alarms in February",
        ),
        pytest.param(
            f'slamon_sla_burn_threshold{{{BURNING},window="3d"}}',
            14 / 15,
            id="a threshold is known where nothing burns yet",
        ),
        pytest.param("slamon_services_without_funding_source", 4, id="no source is named for four"),
        pytest.param('slamon_service_excluded{service="web"}', 1, id="an exclusion covers now"),
        pytest.param('slamon_service_excluded{service="mail"}', 0, id="no exclusion covers now"),
    ],
)
def test_what_is_known_is_told(series: str, value: float, lines: dict[str, float]) -> None:
    assert lines[series] == value


@pytest.mark.parametrize(
    ("name", "label"),
    [
        pytest.param("slamon_sla_compliance_ratio", LIBRARY, id="no figure without measurement"),
        pytest.param("slamon_sla_met", LIBRARY, id="no verdict without measurement"),
        pytest.param("slamon_sla_downtime_seconds", LIBRARY, id="no down time of an empty tally"),
        pytest.param("slamon_sla_objective_ratio", USAGE, id="a baseline has no target"),
        pytest.param(
            "slamon_sla_error_budget_remaining_ratio", USAGE, id="no budget without target"
        ),
        pytest.param("slamon_service_state", 'service="printing"', id="an unmeasured service"),
        pytest.param("slamon_service_excluded", 'service="printing"', id="nor is it excluded"),
        pytest.param("slamon_sla_burn_rate", 'window="3d"', id="a window that is not measured"),
        pytest.param("slamon_probe_success", 'probe="p-library"', id="inconclusive is neither"),
        pytest.param("slamon_probe_last_run_timestamp", 'probe="p-control"', id="never asked yet"),
        pytest.param(
            "slamon_sla_oldest_open_breach", 'agreement="mou-lib"', id="no breach is the oldest"
        ),
    ],
)
def test_what_is_not_known_is_absent(name: str, label: str, lines: dict[str, float]) -> None:
    assert [series for series in lines if series.startswith(name) and label in series] == []


LEDGER = LedgerStatus(
    ledger_id="l",
    epoch=1,
    position=120,
    view_position=117,
    recorded_at="2026-02-14T11:30:30Z",
    seal=SealLine(
        number=4,
        position=101,
        sealed_at="2026-02-14T11:00:00Z",
        first=61,
        last=100,
        count=40,
        previous="00",
        root="ab",
        hash="cd",
    ),
)
AT = 1_771_068_630_000_000  # 2026-02-14T11:30:30Z


def test_the_engine_tells_how_far_the_views_are_behind(standing: Standing) -> None:
    pulse = Pulse("folding", folded_at=AT - 2_000_000)
    views = {"all": Behind(117, 1_500_000), "latencies": Behind(100, 20_000_000)}

    assert parsed(Engine(LEDGER, views, standing.overview, pulse)) == {
        "slamon_views_up": 1,
        "slamon_ledger_last_position": 120,
        "slamon_ledger_sealed_position": 100,
        "slamon_ledger_sealed_timestamp_seconds": 1_771_066_800,
        'slamon_view_position{view="all"}': 117,
        'slamon_view_position{view="latencies"}': 100,
        'slamon_view_lag_events{view="all"}': 3,
        'slamon_view_lag_events{view="latencies"}': 20,
        'slamon_view_lag_seconds{view="all"}': 1.5,
        'slamon_view_lag_seconds{view="latencies"}': 20,
        "slamon_folding_up": 1,
        "slamon_folding_failures_total": 0,
        "slamon_folding_last_success_timestamp_seconds": 1_771_068_628,
        "slamon_overview_position": 117,
        "slamon_overview_timestamp_seconds": 1_771_068_630,
    }


def test_no_seal_is_told_as_none(standing: Standing) -> None:
    unsealed = LEDGER.model_copy(update={"seal": None})

    lines = parsed(Engine(unsealed, {}, standing.overview, Pulse("folding")))

    assert [name for name in lines if "sealed" in name] == []


@pytest.mark.parametrize(
    "pulse",
    [
        pytest.param(Pulse("standing by"), id="another process folds"),
        pytest.param(Pulse("folding", "the disk is full"), id="it is tried again"),
        pytest.param(Pulse("stopped", "a fact cannot be applied"), id="a fact stopped it"),
    ],
)
def test_folding_is_down_while(pulse: Pulse, standing: Standing) -> None:
    told = parsed(Engine(LEDGER, {}, standing.overview, pulse))

    assert told["slamon_folding_up"] == 0
    assert "slamon_folding_last_success_timestamp_seconds" not in told


def test_while_the_views_do_not_answer_only_the_fold_is_told() -> None:
    pulse = Pulse("folding", "the database does not answer", failures=3, folded_at=AT)

    assert parsed(Away(pulse)) == {
        "slamon_views_up": 0,
        "slamon_folding_up": 0,
        "slamon_folding_failures_total": 3,
        "slamon_folding_last_success_timestamp_seconds": 1_771_068_630,
    }


def test_the_process_tells_its_memory_and_its_time() -> None:
    names = {line.split()[0] for line in process().decode().splitlines() if line[0] != "#"}

    assert {"process_resident_memory_bytes", "process_cpu_seconds_total"} <= names


def test_an_empty_ledger_tells_only_of_itself() -> None:
    nothing = Standing(
        version="0.1.0",
        overview=Overview(
            now="2026-02-14T11:30:00Z",
            position=0,
            agreements=(),
            services=(),
            open_breaches=(),
            outages=(),
        ),
        probes=(),
        breaches=(),
    )

    assert set(parsed(nothing)) == {'slamon_build_info{version="0.1.0"}'}


def test_a_control_probe_belongs_to_no_service(lines: dict[str, float]) -> None:
    assert lines['slamon_probe_interval_seconds{location="loc-bonn",probe="p-control",service=""}']


def test_names_that_need_quoting_survive(standing: Standing) -> None:
    service = standing.overview.services[0].model_copy(update={"name": 'the "old"\nmail\\'})
    overview = standing.overview.model_copy(update={"services": (service,)})

    text = render(replace(standing, overview=overview)).decode()

    assert r'service_name="the \"old\"\nmail\\"' in text


def test_labels_that_are_added_need_quoting_too() -> None:
    assert also(labels(probe="p-mail"), "outcome", 'a "good"\none') == (
        r'{probe="p-mail",outcome="a \"good\"\none"}'
    )


def test_the_unit_is_in_the_name(lines: dict[str, float]) -> None:
    names = {series.partition("{")[0] for series in lines}

    assert [name for name in names if name.endswith(("_percent", "_us", "_ms", "_minutes"))] == []


def test_promtool_accepts_it(standing: Standing, program: Callable[[str], str]) -> None:
    checked = subprocess.run(
        [program("promtool"), "check", "metrics"],
        input=render(standing) + process(),
        capture_output=True,
        check=False,
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


def test_the_target_of_a_share_is_its_percent_without_the_time_it_names() -> None:
    assert families._target("95.00 % within PT1H") == 0.95
