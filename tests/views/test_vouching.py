"""For whom a control probe vouches: for what an agent asks, not for what a job tells the centre itself."""

from __future__ import annotations

from typing import Any

from catalogue.agreements import Agreement
from probes.outcome import Outcome
from slamon.views.interpreting import sources_of
from slamon.views.promised import promises


def test_a_control_probe_vouches_for_probes_and_not_for_jobs_that_report_themselves(
    world: Any, kit: Any
) -> None:
    world.hear(kit.begin, Outcome.GOOD, took=1)
    world.fold()
    with world.views.reading() as connection:
        held = promises(connection)
    rules = held.need(Agreement, "sla-strict").measurement_rules
    found = sources_of(held, ("prb-mail", "hb-report"), None, rules)

    assert [(each.check, each.reported) for each in found] == [
        ("prb-mail", False),
        ("hb-report", True),
    ]
