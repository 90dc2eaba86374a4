"""What docs/probes.md says of probes is what the reader takes."""

import re
from pathlib import Path

import pytest

from catalogue.calendars import Window
from catalogue.compile import NotYet, assigned
from catalogue.probing import Probe, ProbeDefaults
from catalogue.questions import QUESTIONS, Heartbeat
from catalogue.reader import read
from probes.conditions.text import FORMS
from probes.observation import Reason
from probes.spec import AssignedProbe

PAGE = (Path(__file__).parents[2] / "docs/probes.md").read_text(encoding="utf-8")
SMALLEST, *BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
AROUND = """
providers:
- {id: host, role: provider, name: {en: Host, fr: Hôte, es: Anfitrión}, prov: {_: I}}
services:
- {id: svc-web, name: {en: Web, fr: Web, es: Web}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {_: I}}
locations:
- {id: loc-bonn, name: {en: Bonn, fr: Bonn, es: Bonn}, prov: {_: I}}
windows:
- {id: cop, name: {en: C, fr: C, es: C}, from: "2026-05-04T00:00Z", to: "2026-05-09T00:00Z", effect: no_maintenance,
   prov: {_: I}}
- {id: cop-eve, name: {en: C, fr: C, es: C}, from: "2026-05-01T00:00Z", to: "2026-05-05T00:00Z",
   effect: no_maintenance, prov: {_: I}}
defaults: {interval: PT1M, timeout: PT10S, prov: {_: I}}
probes:
"""


@pytest.mark.parametrize(
    "block", [pytest.param(b, id=str(re.findall(r"id: (prb-[\w-]+)", b)[0])) for b in BLOCKS]
)
def test_each_document_is_read_and_can_be_asked(block: str, tmp_path: Path) -> None:
    file = tmp_path / "probes.yaml"
    file.write_text(AROUND + block, encoding="utf-8")

    catalogue = read([file])

    windows = {window.id: window for _, window in catalogue.of(Window)}
    ((_, defaults),) = catalogue.of(ProbeDefaults)
    for _, probe in catalogue.of(Probe):
        compiled = assigned(probe, defaults, windows, {}, critical=["cop"])
        assert isinstance(compiled, NotYet if isinstance(probe, Heartbeat) else AssignedProbe)


def test_the_smallest_set_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "smallest.yaml"
    file.write_text(SMALLEST, encoding="utf-8")

    catalogue = read([file])

    ((_, defaults),) = catalogue.of(ProbeDefaults)
    ((_, probe),) = catalogue.of(Probe)
    compiled = assigned(probe, defaults, {}, {}, critical=[])
    assert isinstance(compiled, AssignedProbe)
    assert compiled.spec.target == "https://www.example/"


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_each_kind_has_a_document_of_least_and_one_of_most_fields(kind: str) -> None:
    shown = [block for block in BLOCKS if re.search(rf"kind: {kind}\b", block)]

    assert len(shown) >= (0 if kind == "http_json" else 2)


@pytest.mark.parametrize("kind", sorted(QUESTIONS))
def test_each_field_of_a_kind_is_named(kind: str) -> None:
    fields = {f.alias or name for name, f in QUESTIONS[kind].model_fields.items()}
    fields -= {"amended", "correction"}

    assert {name for name in fields if f"`{name}`" not in PAGE and f"{name}:" not in PAGE} == set()


def test_each_short_text_of_a_condition_is_named() -> None:
    texts = {re.sub(r":\w+", "", form.template) for form in FORMS}

    assert texts - set(PAGE.splitlines()) == set()


def test_each_reason_is_named() -> None:
    assert {reason.value for reason in Reason if f"`{reason}`" not in PAGE} == set()
