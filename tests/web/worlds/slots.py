"""A slot of the small world, with a cause of each kind that looks otherwise."""

from __future__ import annotations

from slamon.views.answers import WindowLabel
from slamon.views.batchtold import AttemptTold, KeptTold
from slamon.views.slottold import SlotAt, SlotJudged, SlotTold, SlotVoice
from slamon.web.asking import AskedNow, ConditionTold, StageTold

AT = "2026-11-22T15:31:20Z"
WINDOW = WindowLabel(
    agreement="sla-unv-2026",
    exclusion="x1-2026-11-28-1",
    kind="planned_maintenance",
    status="granted",
    position=41,
)
SLOT = SlotTold(
    probe="prb-unv-mail",
    service="svc-mail",
    at=AT,
    places=(
        SlotAt(
            location="loc-bonn",
            agent="bonn",
            cause="recorded",
            says="the result is bad: refused",
            due=AT,
            interval_us=60_000_000,
            assignment=3,
            outcome="bad",
            attempt=AttemptTold(
                due=AT,
                at=AT,
                outcome="bad",
                latency_us=None,
                lateness_ms=4,
                kept=KeptTold(
                    row=0,
                    probe="prb-unv-mail",
                    due=AT,
                    at=AT,
                    outcome="bad",
                    latency_us=None,
                    lateness_ms=4,
                    reason="refused",
                    text="192.0.2.7 port 25 refused",
                    address="192.0.2.7",
                    phases_us={"dns": 900, "connect": 1_200},
                    checked=(),
                    certificate_until=None,
                    headers={},
                    line="",
                ),
                archived=None,
            ),
            facts=(40, 900),
        ),
        SlotAt(
            location="loc-outside",
            agent="outside",
            cause="silent",
            says="loc-outside is silent: outside handed in until 2026-11-22T15:20:00Z",
            due="2026-11-22T15:31:08Z",
            interval_us=60_000_000,
            assignment=2,
            facts=(40,),
        ),
    ),
    judged=(
        SlotJudged(
            agreement="sla-unv-2026",
            objective="o1",
            service="svc-mail",
            mode="enforced",
            class_="unknown",
            rule="undecided",
            says="places disagree or are silent (P5)",
            clause="",
            announcement=None,
            declaration=None,
            refused=None,
            quorum=2,
            provisional=True,
            voices=(
                SlotVoice(check="prb-unv-mail", location="loc-bonn", said="down"),
                SlotVoice(check="prb-unv-mail", location="loc-outside", said="silent"),
            ),
            facts=(),
        ),
    ),
    windows=(WINDOW,),
)

ASKED = AskedNow(
    probe="prb-unv-mail",
    target="mail.unv.example:25",
    source="as agent-local is assigned, version 3",
    outcome="bad",
    reason="bad_banner",
    text="the banner is another",
    address="192.0.2.7",
    latency_us=41_870,
    stages=(
        StageTold(stage="dns", took_us=900, found="192.0.2.7"),
        StageTold(stage="connect", took_us=1_200, found="connected"),
    ),
    conditions=(ConditionTold(expected="banner matches ^220", passed=False, actual="554 no"),),
)
