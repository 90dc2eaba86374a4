"""What was ever recorded can be read: one recorded example for every permanent name, never edited."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from probes.batch import NO_LATENCY, Edge, Missing, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from slamon.history import FACTS, NAMES, UPCASTERS

FOLDER = Path(__file__).parent / "facts"
RECORDED = sorted({*FACTS, *UPCASTERS})
BEGIN = 1_771_068_600_000_000


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name.replace('/', '-')}.json").read_text())
    return found


def payload(name: str) -> bytes:
    """The recorded bytes: JSON, or what base64 stands for."""
    recorded = example(name)
    if "base64" in recorded:
        return base64.b64decode(recorded["base64"])
    return json.dumps(recorded["payload"]).encode()


def test_every_permanent_name_has_an_example_and_no_other_is_there() -> None:
    names = {json.loads(path.read_text())["name"] for path in FOLDER.iterdir()}

    assert names == set(RECORDED)


@pytest.mark.parametrize("name", RECORDED)
def test_an_example_is_read_as_a_fact_of_today(name: str) -> None:
    fact = NAMES.decode(name, payload(name))

    assert type(fact) in FACTS.values()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_nothing_recorded_is_lost_when_it_is_written_again(name: str) -> None:
    written = NAMES.encode(NAMES.decode(name, payload(name)))

    if "base64" in example(name):
        assert written == payload(name)
    else:
        assert lost(example(name)["payload"], json.loads(written)) == []


def lost(recorded: Any, written: Any, path: str = "") -> list[str]:
    """Paths of what was recorded and is written otherwise; a later optional field may be added."""
    if isinstance(recorded, dict) and isinstance(written, dict):
        keys = recorded.items()
        return [p for key, value in keys for p in lost(value, written.get(key), f"{path}.{key}")]
    if isinstance(recorded, list) and isinstance(written, list) and len(recorded) == len(written):
        pairs = enumerate(zip(recorded, written, strict=True))
        return [p for place, (old, new) in pairs for p in lost(old, new, f"{path}.{place}")]
    return [] if recorded == written else [path]


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_fact_is_frozen(name: str) -> None:
    fact = NAMES.decode(name, payload(name))

    with pytest.raises((AttributeError, ValueError), match=r"frozen|cannot assign"):
        fact.reason = "another"  # type: ignore[union-attr]


def test_the_recorded_batch_means_what_it_meant() -> None:
    batch = ObservationsRecorded.from_bytes(payload("observations-recorded/1"))

    assert (batch.assignment, batch.begin, batch.end, batch.rows) == (
        3,
        BEGIN,
        BEGIN + 60_000_000,
        2,
    )
    assert batch.edges == (
        Edge(0, BEGIN + 7_000_000, Outcome.GOOD),
        Edge(1, BEGIN + 11_000_000, Outcome.BAD),
    )
    assert batch.missing == (Missing(2, BEGIN),)
    assert list(batch.latency) == [125_000, NO_LATENCY]
    assert list(batch.lateness) == [3, 0]
    assert batch.evidence == {
        1: Evidence(
            reason="refused",
            text="connection refused",
            address="192.0.2.25",
            phases={"dns": 900, "connect": 400},
        )
    }
