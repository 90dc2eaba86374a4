"""How a slot is told in a terminal: by the windows it lies in, and the rule that refused one."""

from __future__ import annotations

import pytest

from slamon.cli.slots import print_slot
from slamon.views.answers import WindowLabel
from slamon.views.slottold import BeatTold, SlotAt, SlotJudged, SlotTold

AT = "2026-11-23T14:30:00Z"
EXCLUSION = "x1-2026-11-23-1"


def told(refused: str | None) -> SlotTold:
    """A slot in a window that was refused by a rule, or granted."""
    window = WindowLabel(
        agreement="sla-web",
        exclusion=EXCLUSION,
        kind="planned_maintenance",
        status="announced",
        position=4,
    )
    place = SlotAt(
        location="loc-bonn",
        agent="bonn",
        cause="paused",
        says="bonn leaves it in peace",
        due=AT,
        interval_us=60_000_000,
        assignment=1,
        outcome=None,
        attempt=None,
        facts=(3,),
    )
    judged = SlotJudged.model_validate(
        {
            "agreement": "sla-web",
            "objective": "o1",
            "service": "svc-web",
            "mode": "enforced",
            "class": "unknown",
            "rule": "no_result" if refused else "exclusion",
            "says": "no result speaks (P2)" if refused else "exclusion granted (E1)",
            "clause": "x1",
            "announcement": EXCLUSION,
            "declaration": None,
            "refused": refused,
            "quorum": 1,
            "provisional": True,
            "voices": (),
            "facts": (4,),
        }
    )
    return SlotTold(
        probe="prb-web",
        service="svc-web",
        at=AT,
        places=(place,),
        judged=(judged,),
        windows=(window,),
    )


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        pytest.param(
            "late_recording",
            "no result speaks (P2), although x1-2026-11-23-1 was announced (late recording)",
            id="a refused window is no cause",
        ),
        pytest.param(None, "exclusion granted (E1): x1-2026-11-23-1", id="a granted one is"),
    ],
)
def test_a_window_is_named_as_what_it_did(
    capsys: pytest.CaptureFixture[str], refused: str | None, because: str
) -> None:
    print_slot(told(refused))
    shown = capsys.readouterr().out
    assert f"planned maintenance: {EXCLUSION} of sla-web, announced" in shown
    assert because in " ".join(shown.split())


def test_a_heartbeat_is_told_without_an_agent_and_with_what_is_waited_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    beat = BeatTold(
        interval_us=60_000_000,
        grace_us=20_000_000,
        last_end="2026-11-23T14:20:00Z",
        signal="fail",
        exit_status=3,
        took_us=5_000_000,
        output="disk full",
        output_bytes=9,
        running_since=None,
        due="2026-11-23T14:21:00Z",
        overdue_since="2026-11-23T14:21:20Z",
        begun=False,
    )
    place = SlotAt(
        location="loc-bonn", agent=None, cause="recorded", says="overdue", heartbeat=beat
    )
    print_slot(told(None).model_copy(update={"places": (place,)}))
    shown = " ".join(capsys.readouterr().out.split())
    assert "loc-bonn: recorded" in shown
    assert "None" not in shown
    assert "every 1 min, grace 20 s" in shown
    assert "last end 2026-11-23T14:20:00Z, fail, exit status 3, took 5 s" in shown
    assert "overdue since 2026-11-23T14:21:20Z output disk full" in shown
