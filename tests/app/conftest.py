"""An empty ledger, batches of a small agent, figures of a closed month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalogue.instants import MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.outcome import Outcome
from probes.spec import AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.history import NAMES
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed
from slamon.sla.judgement import Coverage, Measured, Mode, ObjectiveJudgement, Verdict

BEGIN = parse_instant("2026-03-02T10:00:00Z")
SPEC = TcpSpec(host="target.example", port=25, timeout=1_000_000)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", NAMES, lambda: BEGIN)
    yield opened
    opened.close()


@pytest.fixture
def probes() -> Callable[..., list[AssignedProbe]]:
    """Probes of these names, due at each full minute."""
    each = (Segment(interval=MINUTE),)
    return lambda *names: [
        AssignedProbe(probe=name, spec=SPEC, phase=0, segments=each) for name in names
    ]


@pytest.fixture
def batch(ledger: Ledger) -> Callable[..., bytes]:
    """The bytes of a batch under an agent's assignment; all its results have the outcome given."""

    def of(
        outcome: Outcome = Outcome.GOOD,
        *,
        begin: int = BEGIN,
        minutes: int = 3,
        agent: str = "bonn",
    ) -> bytes:
        assigned = agents.assignment(ledger, agent)
        assert assigned is not None
        end = begin + minutes * MINUTE
        rows = [Row(index, due, due, outcome, 1_000) for due, index in assigned.plan(begin, end)]
        return assemble(assigned, begin, end, rows, {})[0].to_bytes()

    return of


@pytest.fixture
def figure() -> Callable[..., ObjectiveJudgement]:
    """A figure as closing offers it."""

    def of(
        objective: str = "o1", state: Verdict = "breached", mode: Mode = "enforced"
    ) -> ObjectiveJudgement:
        return ObjectiveJudgement(
            objective=objective,
            service="svc-mail",
            indicator="availability",
            target="99.50",
            mode=mode,
            state=state,
            provisional=False,
            basis="measured",
            partial=False,
            measured=Measured(good=97, total=100, ratio="97/100", percent="97.00"),
            coverage=Coverage(
                known_us=100,
                agreed_us=100,
                ratio="1/1",
                percent="100.00",
                minimum=None,
                sufficient=True,
            ),
            tally={},
            outages=(),
            breached_at=None,
            error_budget=None,
            remedy=None,
        )

    return of


@pytest.fixture
def offered(figure: Callable[..., ObjectiveJudgement]) -> Callable[..., PeriodClosed]:
    """What is offered to close a period with."""
    return lambda *figures: PeriodClosed(
        figures=figures or (figure(),), position=7, code_version="1", tzdata="2026a"
    )
