"""What operations watch: burn rates, agents, seals."""

from __future__ import annotations

from slamon.ledger.proof import FORM, FactProved, Proof, SealProved
from slamon.views.agents import AgentLine
from slamon.views.alarms import AlarmLine, IntakeKind, QuarantineLine
from slamon.views.answers import BurnLine, SealLine, WindowBurn
from slamon.views.completeness import Completeness, SlotCount
from slamon.views.heard import ContactLine

SEAL = SealLine(
    number=1,
    position=41,
    sealed_at="2026-11-22T15:00:00Z",
    first=1,
    last=40,
    count=40,
    previous="0" * 64,
    root="ab" * 32,
    hash="cd" * 32,
)


PROOF = Proof(
    form=FORM,
    fact=FactProved(
        position=900,
        stream="breach:sla-unv-2026:o1:2026-09",
        version=1,
        name="breach-found/1",
        envelope={"at": 0, "by": "slamon", "cause": None},
        payload={},
        warm="",
        cold="",
        cold_sha256="ef" * 32,
    ),
    index=0,
    path=(),
    seals=(SealProved(**SEAL.model_dump(include=set(SealProved.model_fields))),),
)


BURNS = tuple(
    BurnLine(
        agreement=agreement,
        objective=objective,
        service=service,
        mode="enforced",
        period="2026-11",
        at="2026-11-22T15:48:00Z",
        windows=(
            WindowBurn(
                window="1h",
                from_="2026-11-22T14:48:00Z",
                rate=rate,
                missing=None if rate else "nothing_measured",
                threshold="132/25",
            ),
        ),
        firing=firing,
    )
    for agreement, objective, service, rate, firing in (
        ("sla-unv-2026", "o1", "svc-web", "20/3", ("1h",)),
        ("sla-unv-2026", "o2", "svc-mail", None, ()),
        ("ola-unv-2026", "o1", "svc-web", "0/1", ()),
    )
)


def _alarm(kind: IntakeKind, says: str) -> AlarmLine:
    return AlarmLine(
        agent="agent-bonn",
        kind=kind,
        spool="5f2c",
        day="2026-11-22",
        sequence=7,
        at="2026-11-22T15:40:00Z",
        says=says,
        do="look",
        position=900,
    )


AGENTS = (
    AgentLine(
        agent="agent-bonn",
        location="loc-bonn",
        simulated=False,
        assignment=4,
        spools=2,
        reported_until="2026-11-22T15:48:00Z",
        refilled_from="2026-11-22T09:10:00Z",
        complete=Completeness(
            agent="agent-bonn",
            location="loc-bonn",
            hour=SlotCount(
                from_="2026-11-22T14:00:00Z", to="2026-11-22T15:00:00Z", due=0, observed=0
            ),
            day=SlotCount(
                from_="2026-11-21T00:00:00Z", to="2026-11-22T00:00:00Z", due=2880, observed=2879
            ),
        ),
        alarms=(
            _alarm("quarantined", "the batch ends at 2026-11-22T17:40:00Z, which had not come"),
            _alarm("other_content", "number 7 of 2026-11-22 came with other content than recorded"),
            _alarm("two_runs", "runs a1 and b2 of the agent come by turns"),
            _alarm("new_spool", "the spool before, 77aa, had handed in until 2026-11-22T08:00:00Z"),
        ),
    ),
    AgentLine(
        agent="agent-geneva",
        location="loc-geneva",
        simulated=True,
        assignment=1,
        spools=0,
        reported_until=None,
        enrolled_at="2026-11-20T08:00:00Z",
        silent_since="2026-11-20T08:00:05Z",
        hosts_failing=4,
        paused=("prb-unv-mail",),
        alarms=(),
    ),
    AgentLine(
        agent="agent-vienna",
        location="loc-bonn",
        simulated=False,
        assignment=2,
        spools=1,
        reported_until="2026-11-21T07:59:00Z",
        complete=Completeness(
            agent="agent-vienna",
            location="loc-bonn",
            hour=SlotCount(
                from_="2026-11-22T14:00:00Z", to="2026-11-22T15:00:00Z", due=540, observed=71
            ),
            day=SlotCount(
                from_="2026-11-21T00:00:00Z", to="2026-11-22T00:00:00Z", due=0, observed=0
            ),
        ),
        enrolled_at="2026-11-20T08:00:00Z",
        revoked_at="2026-11-21T08:00:00Z",
        alarms=(),
    ),
)


HEARD = {
    line.agent: line
    for line in (
        ContactLine(
            agent="agent-bonn",
            at="2026-11-22T15:48:50Z",
            wire=2,
            program="slamon/2.1.0",
            clock_ahead_us=-3_200_000,
            undelivered=1_234,
            spool_bytes=65_536,
            attempts=2_880,
            late_at_most_us=25_000,
            loop_lag_us=31_400,
        ),
        ContactLine(
            agent="agent-geneva",
            at="2026-11-22T15:48:55Z",
            wire=2,
            clock_ahead_us=40_000,
            undelivered=0,
            spool_bytes=4_096,
            attempts=12,
            loop_lag_us=900,
        ),
        ContactLine(agent="agent-old", at="2026-11-22T15:48:58Z", wire=1),
        ContactLine(agent="agent-vienna", turned_away_at="2026-11-22T15:48:40Z"),
        ContactLine(agent="agent-nobody-knows", turned_away_at="2026-11-22T15:48:41Z"),
    )
}


ASIDE = tuple(
    QuarantineLine(
        agent="agent-bonn",
        stream="observations:agent-bonn:5f2c:2026-11-22",
        version=version,
        received_at="2026-11-22T15:40:00Z",
        reason="the batch ends at 2026-11-22T17:40:00Z, which had not come",
        content_hash="ab" * 32,
        position=900 + version,
        released=version == 0,
    )
    for version in (1, 0)
)
