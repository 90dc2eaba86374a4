"""The services, what was measured of them, and their probes."""

from __future__ import annotations

from datetime import date, timedelta

from slamon.views.answers import (
    DayCell,
    LatencyDay,
    LatencyFigures,
    OutageLine,
    ProbeLine,
    ServiceSummary,
)
from tests.web.worlds.slots import WINDOW
from tests.web.worlds.times import HOUR, MINUTE, days


def service(
    key: str, name: str, state: str, cells: tuple[DayCell, ...], **changed: object
) -> ServiceSummary:
    """A service of the world."""
    fields: dict[str, object] = {
        "service": key,
        "name": name,
        "provider": "United Nations Volunteers",
        "lifecycle": "live",
        "catalogue": "cms-2008",
        "measured": bool(cells),
        "state": state,
        "since": None if state == "unknown" else "2026-11-22T15:31:20Z",
        "basis": "measured" if cells else "none",
        "days": cells,
    }
    return ServiceSummary.model_validate(fields | changed)


MAIL = service(
    "svc-mail",
    "Electronic mail",
    "down",
    days({0: "down", 11: "down", 30: "degraded", 66: "down", 75: "down"}, simulated=50),
    basis="mixed",
)


SERVICES = (
    MAIL,
    service(
        "svc-network",
        "Network and Internet access (present, shared)",
        "up",
        days({4: "degraded", **dict.fromkeys((0, 1, 7, 8, 14, 15, 21, 22), "outside")}),
    ),
    service(
        "svc-archive", "Document archive", "unknown", days(dict.fromkeys(range(60), "unknown"))
    ),
    service(
        "svc-ims",
        "Information management system",
        "degraded",
        days({0: "degraded"}),
        provider="UNEP-WCMC",
    ),
    *(
        service(
            f"svc-edition-{number:02}",
            f"Digital edition number {number}",
            "up",
            days({number: "down"}),
            basis="imported",
            provider="University of Bern",
        )
        for number in range(1, 34)
    ),
    service("svc-tariff", "Tariff advice", "unknown", (), lifecycle="proposed"),
)


OUTAGES = tuple(
    OutageLine(
        service="svc-mail",
        service_name="Electronic mail",
        agreement="sla-unv-2026",
        objective="o1",
        from_=begin,
        to=end,
        counted_us=counted,
        basis=basis,
    )
    for begin, end, counted, basis in (
        ("2026-09-08T07:05:00Z", "2026-09-08T08:05:00Z", HOUR, "simulated"),
        ("2026-09-17T11:30:00Z", "2026-09-17T13:00:00Z", 90 * MINUTE, "simulated"),
        ("2026-11-22T15:31:20Z", None, 17 * MINUTE + 40_000_000, "measured"),
    )
)


PROBES = (
    ProbeLine(
        probe="prb-unv-mail",
        kind="tcp",
        service="svc-mail",
        location="loc-bonn",
        target="mail.unv.example:25",
        interval_us=MINUTE,
        control=False,
        measurable=True,
        why=None,
        outcome="bad",
        last_at="2026-11-22T15:48:12Z",
        latency_us=41_870,
        runs={"good": 118_204, "bad": 391},
        basis="mixed",
        asked={"kind": "tcp", "host": "mail.unv.example", "port": 25, "timeout": 10_000_000},
        attention=("bad", "maintenance"),
        windows=(WINDOW,),
    ),
    ProbeLine(
        probe="prb-unv-mail",
        kind="tcp",
        service="svc-mail",
        location="loc-outside",
        target="mail.unv.example:25",
        interval_us=MINUTE,
        control=False,
        measurable=True,
        why=None,
        outcome=None,
        last_at=None,
        latency_us=None,
        runs={},
        attention=("overdue",),
    ),
    ProbeLine(
        probe="prb-mail-mx",
        kind="smtp",
        service="svc-mail",
        location=None,
        target="unv.example",
        interval_us=None,
        control=False,
        measurable=False,
        why="probes of the kind smtp come later",
        outcome=None,
        last_at=None,
        latency_us=None,
        runs={},
    ),
    ProbeLine(
        probe="prb-control",
        kind="http",
        service=None,
        location="loc-bonn",
        target="https://control.example/",
        interval_us=MINUTE,
        control=True,
        measurable=True,
        why=None,
        outcome="good",
        last_at="2026-11-22T15:48:40Z",
        latency_us=8_430,
        runs={"good": 9_000},
    ),
)


# A slow day sixty days ago, and none told of between the 10th and the 14th of October.
LATENCY = tuple(
    LatencyDay(
        date=(date(2026, 11, 22) - timedelta(days=ago)).isoformat(),
        p50_us=38_400 + ago % 7 * 1_100,
        p95_us=15_204_352 if ago == 61 else 121_000 + ago * 37 % 11 * 6_400,
        count=1_440 if ago else 948,
    )
    for ago in range(89, -1, -1)
    if not 39 <= ago <= 43
)


LATENCY_OVERALL = LatencyFigures(p50_us=41_984, p95_us=188_416, count=121_908)
