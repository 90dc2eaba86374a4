"""Inside service hours a probe is asked at another interval, again and again, whatever clocks and holidays do."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.calendars import Calendar, Hours
from catalogue.compile import NotYet, assigned
from catalogue.instants import HOUR, MINUTE, format_instant, parse_instant
from catalogue.probing import Probe, ProbeDefaults
from catalogue.reader import read
from probes.spec import AssignedProbe

DOCUMENTS = """
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-web, name: {en: Web, fr: Web, es: Web}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
calendars:
- id: bonn
  name: {en: Bonn, fr: Bonn, es: Bonn}
  tz: Europe/Berlin
  days:
  - {date: 2026-03-27, name: {en: A, fr: A, es: A}, status: confirmed, prov: I}
  prov: {_: I}
service_hours:
- {id: morning, tz: Europe/Berlin, weekdays: [mon, tue, wed, thu, fri], from: "08:00", to: "10:00", holidays: bonn,
   prov: {_: I}}
- {id: night, tz: UTC, weekdays: [sun], from: "00:00", to: "24:00", holidays: null, prov: {_: I}}
defaults: {interval: PT5M, timeout: PT10S, prov: {_: I}}
probes:
- {id: prb-web, kind: tcp, service: svc-web, target: "www.example:443", demo_target: "127.0.0.1:443",
   interval_in: [{hours: morning, interval: PT20S}, {hours: night, interval: PT30M}], prov: {_: I}}
"""
DAY = 24 * HOUR
THURSDAY = parse_instant("2026-03-26T00:00:00Z")  # on Sunday the clocks of Berlin go forward


@pytest.fixture
def compiled(tmp_path: Path) -> AssignedProbe:
    """The probe as an agent is told of five days of it."""
    (tmp_path / "all.yaml").write_text(DOCUMENTS)
    catalogue = read([tmp_path])
    bonn = catalogue.get(Calendar, "bonn")

    def recurring(name: str) -> tuple[tuple[int, int], ...]:
        hours = catalogue.get(Hours, name)
        told = hours.agreed(bonn if hours.holidays else None)
        return told.intervals(THURSDAY, THURSDAY + 5 * DAY)

    ((_, defaults),) = catalogue.of(ProbeDefaults)
    found = assigned(catalogue.get(Probe, "prb-web"), defaults, {}, {}, recurring=recurring)
    assert not isinstance(found, NotYet)
    return found


def test_an_agent_is_told_the_spans_of_the_hours(compiled: AssignedProbe) -> None:
    others = [
        (format_instant(each.begin), format_instant(each.end), each.interval / MINUTE)
        for each in compiled.segments
        if each.interval != 5 * MINUTE
    ]

    assert others == [
        ("2026-03-26T07:00:00Z", "2026-03-26T09:00:00Z", 1 / 3),
        ("2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z", 30),
        ("2026-03-30T06:00:00Z", "2026-03-30T08:00:00Z", 1 / 3),
    ]


def test_before_and_behind_what_it_is_told_the_usual_interval_holds(
    compiled: AssignedProbe,
) -> None:
    assert compiled.segments[0].interval == compiled.segments[-1].interval == 5 * MINUTE
    assert compiled.interval_at(THURSDAY - 365 * DAY) == 5 * MINUTE
    assert compiled.interval_at(THURSDAY + 365 * DAY) == 5 * MINUTE
