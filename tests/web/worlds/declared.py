"""What people declared, announced and granted."""

from __future__ import annotations

from slamon.views.announceable import Announceable, ClauseLine
from slamon.views.declared import DeclarationLine
from slamon.views.rulings import ExclusionFate, ExclusionLine, ExclusionPart
from tests.web.worlds.agreements import UNV
from tests.web.worlds.judgements import part
from tests.web.worlds.times import TZ

DECLARED = (
    DeclarationLine(
        declaration="svc-mail/inc-20261014-0700",
        service="svc-mail",
        state="down",
        from_="2026-10-14T07:00:00Z",
        to="2026-10-14T09:30:00Z",
        status="ended",
        reason="nobody could sign in, though the page answered",
        evidence="call 4711 of the service desk",
        because=None,
        actor="it-consultant",
        recorded_at="2026-10-14T10:00:00Z",
        position=905,
    ),
    DeclarationLine(
        declaration="svc-web/inc-20261102-0900",
        service="svc-web",
        state="degraded",
        from_="2026-11-02T09:00:00Z",
        to=None,
        status="open",
        reason="search finds nothing",
        evidence="mail of 2 November",
        because=None,
        actor="it-consultant",
        recorded_at="2026-11-02T10:00:00Z",
        position=1_001,
    ),
)


OFFER = Announceable(
    agreement="sla-unv-2026",
    name=UNV.name,
    tz=TZ,
    clauses=(
        ClauseLine(
            clause="x1",
            kind="planned_maintenance",
            effect="remove_window",
            notice="P3D",
            notice_hours="bonn-business-hours",
            max_per_month="PT4H",
            joint=False,
        ),
        ClauseLine(
            clause="x3",
            kind="force_majeure",
            effect="remove_window",
            notice=None,
            notice_hours=None,
            max_per_month=None,
            joint=True,
        ),
    ),
    services={"svc-mail": "Electronic mail", "svc-network": "Network and Internet access"},
)


FATE = (
    ExclusionPart.model_validate(
        part(
            "2026-11-28T07:00:00Z",
            "2026-11-28T09:00:00Z",
            effect="remove_window",
            rule=None,
            reason=None,
        )
    ),
    ExclusionPart.model_validate(
        part(
            "2026-11-28T09:00:00Z",
            "2026-11-28T10:00:00Z",
            effect=None,
            rule="quota",
            reason="4 h of agreed time are used up in 2026-11",
        )
    ),
)


EXCLUSION = ExclusionLine.model_validate(
    part(
        "2026-11-28T07:00:00Z",
        "2026-11-28T10:00:00Z",
        agreement="sla-unv-2026",
        exclusion="x1-2026-11-28-1",
        clause="x1",
        kind="planned_maintenance",
        services=(),
        tz=TZ,
        received_at="2026-11-20T09:00:00Z",
        recorded_at="2026-11-20T09:30:00Z",
        evidence="mail 4711",
        reason="new <disks>",
        status="announced",
        ruling=None,
        because=None,
        positions=(1_100,),
        objectives=tuple(
            ExclusionFate(objective=objective, service=service, parts=FATE)
            for objective, service in (("o1", "svc-mail"), ("o2", "svc-network"))
        ),
    )
)
