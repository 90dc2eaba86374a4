"""Views need nothing of what was moved to an archive: folded anew they are what they were."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.instants import MINUTE
from catalogue.terms import LifecycleAsserted, TermsStated
from probes.assembly import Row
from probes.outcome import Outcome
from slamon.app.archiving import Choice
from slamon.ledger import archiving
from slamon.ledger.coldfile import Archived
from slamon.views.daybook import unpack
from slamon.views.latencies import Latencies
from slamon.views.paced import bounds_of
from slamon.views.promised import promises
from slamon.views.store import ViewStore
from slamon.views.tables import pace_day

FAR = 2**62


def _row(due: int, index: int) -> Row:
    """Latencies from 40.000 to 46.400 ms."""
    late = due // (4 * 60 * MINUTE) % 9 * 800
    return Row(index, due, due, Outcome.GOOD, 40_000 + late)


@pytest.fixture
def probed(kit: Any, world: Any) -> Any:
    """Five days of two agents."""
    for name in kit.agents:
        world.probe(name, 120, _row)
    world.fold()
    return world


def _bounded(world: Any) -> set[str]:
    with world.views.reading() as connection:
        return set(bounds_of(promises(connection)))


def _archive(world: Any, choice: Choice) -> Archived:
    file = world.folder / "cold.slamon"
    found = archiving.gather(world.ledger, world.ledger.position(), choice)
    archived = archiving.copied(world.founded, file, found)
    assert archived is not None
    archiving.put_away(world.ledger, archived, choice, actor="ann")
    return archived


def _folded(world: Any, kit: Any) -> Any:
    """All tables, but for the position that an archive itself has."""
    store: ViewStore = world.anew()
    Latencies(world.ledger, store).catch_up()
    with store.reading() as connection:
        return kit.dump(connection, but=("view_state", "latency_state"))


def _promise(world: Any, within: str) -> None:
    """State that mail answers within a time."""
    objective = {
        "id": "o1",
        "service": "svc-mail",
        "indicator": "latency",
        "target": {"within": within, "share": "95.00"},
        "period": "calendar_month",
        "service_hours": "hours-always",
        "data": ["prb-mail"],
        "mode": "shadow",
        "remedy": {"kind": "review_item", "after_periods": 1},
    }
    terms = {
        "id": "sla-fast",
        "kind": "sla",
        "name": {"en": "f", "fr": "f", "es": "f"},
        "customer": "party-us",
        "provider": "party-them",
        "tz": "UTC",
        "in_force": {"from": "2026-03-01", "to": None},
        "recommendations": [],
        "objectives": [objective],
        "prov": {"_": "I"},
    }
    lifecycle = {"state": "in_force", "signed_on": {"value": "2026-02-01", "precision": "day"}}
    world.append(
        "agreement:sla-fast",
        TermsStated(catalogue="small", terms=terms),
        LifecycleAsserted(values=lifecycle),
    )
    world.fold()


def test_views_folded_anew_from_what_is_left_are_equal(probed: Any, kit: Any) -> None:
    whole = _folded(probed, kit)

    archived = _archive(probed, Choice(probed.ledger, FAR, _bounded(probed)))

    assert archived.count == len(probed.batches())
    assert all(batch.away for batch in probed.batches())
    assert _folded(probed, kit) == whole
    assert whole["latency_day"]


def test_only_batches_that_ended_before_an_instant_are_chosen(probed: Any, kit: Any) -> None:
    before = kit.begin + 72 * 60 * MINUTE

    _archive(probed, Choice(probed.ledger, before, ()))

    assert {batch.away for batch in probed.batches() if batch.end <= before} == {True}
    assert {batch.away for batch in probed.batches() if batch.end > before} == {False}


def test_batches_of_a_probe_with_a_promised_bound_stay_whole(probed: Any) -> None:
    _promise(probed, "PT0.043S")
    choice = Choice(probed.ledger, FAR, _bounded(probed))

    found = list(archiving.gather(probed.ledger, FAR, choice))

    assert found == []
    assert choice.promised == len(probed.batches())


def _paced(world: Any) -> dict[Outcome, int]:
    with world.views.reading() as connection:
        runs = [
            run for row in connection.execute(pace_day.select()) for run in unpack(bytes(row.runs))
        ]
    return {each: sum(r.count for r in runs if r.outcome is each) for each in Outcome}


@pytest.mark.parametrize(
    ("within", "bad", "unknown"),
    [
        pytest.param("PT0.5S", 0, 0, id="all were quicker"),
        pytest.param("PT0.01S", 60, 0, id="all were slower"),
        pytest.param("PT0.043S", None, None, id="the bound lies within a bucket"),
    ],
)
def test_a_bound_that_is_promised_later_is_held_against_buckets(
    probed: Any, within: str, bad: int | None, unknown: int | None
) -> None:
    archived = _archive(probed, Choice(probed.ledger, FAR, ()))

    _promise(probed, within)
    found = _paced(probed)

    assert sum(found.values()) == 60
    if bad is None:
        assert found[Outcome.GOOD] > 0
        assert found[Outcome.BAD] > 0
        assert 0 < found[Outcome.INCONCLUSIVE] < 30
    else:
        assert (found[Outcome.BAD], found[Outcome.INCONCLUSIVE]) == (bad, unknown)
    archiving.bring_back(probed.ledger, archived, 1, FAR, actor="ann")
