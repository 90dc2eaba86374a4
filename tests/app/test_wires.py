"""An agent of the wire before this one is told what it can read, in the words it was written for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from probes.spec import AgentAssigned, AssignedProbe
from probes.specs.lines import TcpSpec
from slamon.app.wires import readable, told

RECORDED = json.loads((Path(__file__).parent / "wire-1.json").read_text())
"""Written by a program of wire 1; never edited."""


class _Later(TcpSpec):
    """A specification of a later wire."""

    kind: Literal["tcp", "icmp"] = "tcp"  # type: ignore[assignment]
    later: int = 0


class _LaterProbe(AssignedProbe):
    """A probe of a later wire."""

    spec: _Later


def _later(probe: AssignedProbe, **change: Any) -> AssignedProbe:
    told = dict(probe)
    return _LaterProbe(**{**told, "spec": _Later(**{**dict(told["spec"]), **change})})


@pytest.fixture
def assigned() -> AgentAssigned:
    return AgentAssigned.model_validate(RECORDED["assignment"])


def test_what_wire_1_was_told_is_read_today_and_means_the_same(assigned: AgentAssigned) -> None:
    assert assigned.fingerprint == RECORDED["fingerprint"]


def test_wire_1_is_told_what_it_was_always_told(assigned: AgentAssigned) -> None:
    assert json.loads(told(assigned, 1)) == RECORDED["assignment"]


def test_every_probe_of_wire_1_can_be_told_to_both(assigned: AgentAssigned) -> None:
    assert [readable(each, wire) for each in assigned.probes for wire in (1, 2)] == [True] * 8


def test_wire_2_is_told_all_of_it(assigned: AgentAssigned) -> None:
    assert AgentAssigned.model_validate_json(told(assigned, 2)) == assigned


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"kind": "icmp"}, id="a kind that it does not know"),
        pytest.param({"later": 1}, id="a field that it does not know"),
    ],
)
def test_a_probe_that_wire_1_cannot_express_is_not_told_to_it(
    assigned: AgentAssigned, change: dict[str, Any]
) -> None:
    news = _later(assigned.probes[2], **change)

    assert not readable(news, 1)
    assert readable(news, 2)
    with pytest.raises(ValueError, match="wire 1 cannot express"):
        told(assigned.model_copy(update={"probes": (news,)}), 1)


def test_a_later_field_that_nobody_stated_does_not_keep_a_probe_from_wire_1(
    assigned: AgentAssigned,
) -> None:
    news = _later(assigned.probes[2])

    whole = told(assigned.model_copy(update={"probes": (news,)}), 1)

    assert json.loads(whole)["probes"] == [RECORDED["assignment"]["probes"][2]]
