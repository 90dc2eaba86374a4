"""What agents are told of hours: the spans of whole weeks, the same all week long, so that they need no calendar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from slamon.cli.assigning import TOLD_AHEAD, WEEK, Targets, compile_probes, told_ahead
from slamon.cli.house import House, now
from slamon.views.promised import promises

DOCUMENTS = """
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-web, name: {en: Web, fr: Web, es: Web}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
service_hours:
- {id: morning, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun], from: "08:00", to: "10:00", holidays: null,
   prov: {_: I}}
defaults: {interval: PT5M, timeout: PT10S, prov: {_: I}}
probes:
- {id: prb-web, kind: tcp, service: svc-web, target: "www.example:443", demo_target: "127.0.0.1:443",
   interval_in: {hours: morning, interval: PT20S}, prov: {_: I}}
"""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("2026-11-19T00:00:00Z", "2026-11-25T23:59:59Z", True, id="in one week"),
        pytest.param("2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z", False, id="in the next"),
    ],
)
def test_the_list_is_made_anew_each_week(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    spans = [told_ahead(parse_instant(each)) for each in (one, other)]

    assert (spans[0] == spans[1]) == same
    assert all(end - begin == TOLD_AHEAD * WEEK for begin, end in spans)


def test_an_agent_is_told_each_morning_of_more_than_a_month(
    commands: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "all.yaml").write_text(DOCUMENTS)
    slamon = commands(tmp_path / "var")
    assert slamon("catalogue", "apply", tmp_path / "all.yaml", "--yes").exit_code == 0

    with House(slamon.folder) as house, house.store.reading() as connection:
        begin, _ = told_ahead(now())
        (probe,) = compile_probes(promises(connection), Targets())

    found = [each for each in probe.segments if each.interval == MINUTE // 3]
    assert [(each.begin - begin) % (24 * HOUR) // HOUR for each in found] == [8] * 42
    assert {each.end - each.begin for each in found} == {2 * HOUR}
