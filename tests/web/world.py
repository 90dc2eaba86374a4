"""A small world to show: answers written by hand, and decisions that change them."""

# ruff: noqa: ARG002 - the world answers the same whenever and by whomever it is asked

from __future__ import annotations

from datetime import date, timedelta

from catalogue.instants import InstantError
from slamon.app.exclusions import Asked
from slamon.app.refused import Refused, Unknown
from slamon.ledger.proof import FORM, FactProved, NotProvableError, Proof, SealProved
from slamon.sla.judgement import (
    AsKnownAt,
    Coverage,
    DeclaredState,
    ErrorBudget,
    Exclusion,
    Forecast,
    InARow,
    Judgement,
    Level,
    Measured,
    ObjectiveJudgement,
    Outage,
    OutageFigures,
    PartJudged,
    Period,
    Possible,
    RemedyDue,
    Share,
    Unconfirmed,
)
from slamon.views.agents import AgentLine
from slamon.views.alarms import AlarmLine, IntakeKind, QuarantineLine
from slamon.views.announceable import Announceable, ClauseLine
from slamon.views.answers import (
    AgreementSummary,
    BreachDecision,
    BreachDetail,
    BreachLine,
    BurnLine,
    CommitmentLine,
    DayCell,
    ImportLine,
    LatencyDay,
    LatencyFigures,
    LedgerStatus,
    ObjectiveStatus,
    ObservationLine,
    OutageLine,
    Overview,
    PeriodLine,
    ProbeLine,
    RecordLine,
    ResultCount,
    SealLine,
    ServiceDetail,
    ServiceSummary,
    Silence,
    TallyDay,
    TariffLine,
    WindowBurn,
)
from slamon.views.declared import DeclarationLine
from slamon.views.explanation import Explanation
from slamon.views.histories import FigureRestated, PeriodHistory, Restatement
from slamon.views.rulings import ExclusionFate, ExclusionLine, ExclusionPart
from slamon.views.told import FactInFull

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
NOW = 1_795_362_540_000_000  # 2026-11-22T15:49:00Z
MINUTE = 60_000_000
HOUR = 60 * MINUTE
BREACH = "sla-unv-2026.o1.2026-09"
TZ = "Europe/Berlin"


def days(bad: dict[int, str], *, simulated: int = 0) -> tuple[DayCell, ...]:
    """Ninety days up to today; `bad` maps days ago to a state, the oldest are simulated."""
    cells = []
    for ago in range(89, -1, -1):
        state = bad.get(ago, "up")
        if state == "outside":
            date_text = (date(2026, 11, 22) - timedelta(days=ago)).isoformat()
            cells.append(
                DayCell(date=date_text, worst=None, percent=None, known_percent="0", basis="none")
            )
            continue
        known = state != "unknown"
        cells.append(
            DayCell(
                date=(date(2026, 11, 22) - timedelta(days=ago)).isoformat(),
                worst=state,
                percent={"up": "100.0000", "degraded": "100.0000", "down": "97.9166"}.get(state),
                known_percent="100.0000" if known else "0.0000",
                basis="none" if not known else "simulated" if ago >= 90 - simulated else "measured",
            )
        )
    return tuple(cells)


def said(objective: str, service: str, state: str, **changed: object) -> ObjectiveJudgement:
    """A judgement of one objective; `changed` replaces fields."""
    bad = {"breached": 150, "at_risk": 78, "on_track": 6, "met": 6}.get(state, 0) * MINUTE
    total = 200 * HOUR
    measured = Measured(
        good=total - bad,
        total=total,
        ratio=f"{(total - bad) // MINUTE}/{total // MINUTE}",
        percent={"breached": "98.7500", "at_risk": "99.3500"}.get(state, "99.9500"),
    )
    fields: dict[str, object] = {
        "objective": objective,
        "service": service,
        "indicator": "availability",
        "target": "99.00",
        "mode": "enforced",
        "state": state,
        "provisional": True,
        "basis": "measured",
        "partial": False,
        "measured": measured,
        "coverage": Coverage(
            known_us=total,
            agreed_us=total + HOUR,
            ratio="200/201",
            percent="99.5024",
            minimum="95.00",
            sufficient=True,
        ),
        "tally": {
            "up_us": total - bad,
            "down_us": bad,
            "unknown_us": HOUR,
            "outside_us": 519 * HOUR,
        },
        "outages": (),
        "breached_at": None,
        "error_budget": ErrorBudget(
            allowed_us=str(120 * MINUTE),
            spent_us=bad,
            left_us=str(120 * MINUTE - bad),
            consumed=f"{bad}/{120 * MINUTE}",
        ),
        "remedy": None,
    }
    return ObjectiveJudgement.model_validate(fields | changed)


def unmeasured(objective: str, service: str, **changed: object) -> ObjectiveJudgement:
    """A judgement where nothing was measured."""
    nothing = Coverage(
        known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=False
    )
    empty: dict[str, object] = {
        "measured": None,
        "error_budget": None,
        "basis": "none",
        "coverage": nothing,
    }
    return said(objective, service, "not_measured", **(empty | changed))


BREACHED = said(
    "o1",
    "svc-mail",
    "breached",
    provisional=False,
    basis="simulated",
    breached_at="2026-09-17T12:30:00Z",
    outages=(
        Outage.model_validate(
            {
                "from": "2026-09-08T07:05:00Z",
                "to": "2026-09-08T08:05:00Z",
                "counted_us": HOUR,
                "locations": ("loc-bonn", "loc-outside"),
                "evidence": (
                    "prb-unv-mail at loc-bonn: 60 bad results, 2026-09-08T07:05:05Z to 2026-09-08T08:04:05Z",
                ),
                "uncertainty_us": MINUTE,
            }
        ),
        Outage.model_validate(
            {
                "from": "2026-09-17T11:30:00Z",
                "to": "2026-09-17T13:00:00Z",
                "counted_us": 90 * MINUTE,
                "locations": ("loc-bonn",),
                "evidence": (
                    "prb-unv-mail at loc-bonn: 90 bad results, 2026-09-17T11:30:05Z to 2026-09-17T12:59:05Z",
                ),
                "uncertainty_us": MINUTE,
            }
        ),
    ),
    unconfirmed=(
        Unconfirmed.model_validate(
            {
                "check": "prb-unv-mail",
                "location": "loc-bonn",
                "from": "2026-09-21T06:14:00Z",
                "count": 2,
            }
        ),
    ),
    remedy={
        "kind": "credit",
        "tiers": [{"below": "99.00", "percent": "5.00"}, {"below": "98.00", "percent": "10.00"}],
        "cap_percent": "20.00",
        "minimum": None,
        "cap_year": "12000.00",
        "base": "monthly_charge_of_service",
        "settlement": {"en": "Credit note, no cash.", "fr": "Avoir.", "es": "Nota."},
    },
)


def part(begin: str, end: str, **fields: object) -> dict[str, object]:
    """A part of something: from, to, and what holds there."""
    return {"from": begin, "to": end, **fields}


def share(ratio: str, percent: str) -> Share:
    """A share, exact and floored."""
    return Share(ratio=ratio, percent=percent)


# All that can be told of an objective at once.
RICH = BREACHED.model_copy(
    update={
        "possible": Possible(
            lowest=share("11850/12060", "98.2587"),
            highest=share("11910/12060", "98.7562"),
            cannot_tell=False,
        ),
        "outage_figures": OutageFigures(
            count=2,
            longest_us=90 * MINUTE,
            mean_time_to_restore_us="4500000000/1",
            mean_time_between_failures_us="355500000001/2",
            mean_time_between_incidents_us="364500000001/2",
        ),
        "exclusions": (
            Exclusion.model_validate(
                part(
                    "2026-09-05T18:00:00Z",
                    "2026-09-05T20:00:00Z",
                    announcement="x1-2026-11-28-1",
                    clause="x1",
                    effect="remove_window",
                    rule=None,
                    reason=None,
                    positions=(880,),
                )
            ),
            Exclusion.model_validate(
                part(
                    "2026-09-17T11:00:00Z",
                    "2026-09-17T13:00:00Z",
                    announcement="x1-2026-11-28-1",
                    clause="x1",
                    effect=None,
                    rule="notice",
                    reason="received 2026-09-16 09:00+02:00, the notice of P3D ends 2026-09-21 09:00+02:00,"
                    " after the begin 2026-09-17 13:00+02:00",
                    positions=(881,),
                )
            ),
        ),
        "declared": (
            DeclaredState.model_validate(
                part(
                    "2026-09-08T07:05:00Z",
                    "2026-09-08T08:05:00Z",
                    declaration="svc-mail/inc-20260908-0705",
                    state="down",
                    position=890,
                )
            ),
        ),
        "by_effect": {
            "remove_window": share("11850/12000", "98.7500"),
            "remove_bad_time": share("11850/12000", "98.7500"),
            "count_as_available": share("11970/12120", "98.7623"),
            "ignore": share("11850/12120", "97.7722"),
        },
        "parts": (
            PartJudged.model_validate(
                part(
                    "2026-08-31T22:00:00Z",
                    "2026-09-14T22:00:00Z",
                    target="99.00",
                    state="met",
                    measured=None,
                )
            ),
            PartJudged.model_validate(
                part(
                    "2026-09-14T22:00:00Z",
                    "2026-09-30T22:00:00Z",
                    target="99.90",
                    state="breached",
                    measured=BREACHED.measured,
                )
            ),
        ),
        "remedy_due": RemedyDue(kind="credit", breaches=2, to=None, credit_percent="5.00"),
    }
)
UNSURE = said(
    "o2",
    "svc-network",
    "at_risk",
    possible=Possible(
        lowest=share("199/202", "98.5148"),
        highest=share("201/202", "99.5049"),
        cannot_tell=True,
    ),
    forecast=Forecast(
        best=share("199/200", "99.5000"),
        worst=share("2/5", "40.0000"),
        trend=share("197/200", "98.5000"),
        reasons=("trend_misses", "open_outage"),
    ),
    error_budget=ErrorBudget(
        allowed_us=str(120 * MINUTE),
        spent_us=78 * MINUTE,
        left_us=str(42 * MINUTE),
        consumed="13/20",
        margin_now_us="300000001/2",
        exhausts_at="2026-10-20T08:42:00Z",
    ),
    in_a_row=InARow(wanted=3, missed=1),
)
TICKETS = said(
    "o4",
    "svc-mail",
    "on_track",
    indicator="response_time",
    target="90.00 % within PT4H",
    basis="imported",
    measured=Measured(good=38, total=40, ratio="19/20", percent="95.0000", unit="cases"),
    coverage=Coverage(
        known_us=0, agreed_us=0, ratio=None, percent=None, minimum=None, sufficient=True
    ),
    tally={},
    waiting=1,
    error_budget=None,
)
OUTAGE_COUNT = said(
    "o5",
    "svc-mail",
    "met_late",
    indicator="outage_count",
    target="3",
    op="<=",
    measured=None,
    level=Level(value="2/1", bound="3/1", unit="count"),
    error_budget=None,
)


def period(label: str, begin: str, end: str, tz: str = TZ) -> Period:
    """A period with its bounds in UTC."""
    return Period.model_validate({"label": label, "from": begin, "to": end, "tz": tz})


SEPTEMBER = period("2026-09", "2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z")
OCTOBER = period("2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")
NOVEMBER = period("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")


def status(judgement: ObjectiveJudgement, title: str, service_name: str) -> ObjectiveStatus:
    """An objective with its words."""
    return ObjectiveStatus(title=title, service_name=service_name, judgement=judgement)


def agreement(
    key: str, name: str, objectives: tuple[ObjectiveStatus, ...], **changed: object
) -> AgreementSummary:
    """An agreement of the world."""
    fields: dict[str, object] = {
        "agreement": key,
        "name": name,
        "kind": "sla",
        "customer": "CMS Secretariat",
        "provider": "United Nations Volunteers",
        "state": "in_force",
        "catalogue": "cms-2008",
        "in_force_from": "2026-01-01",
        "in_force_to": "2026-12-31",
        "period": NOVEMBER if objectives else None,
        "closed_periods": ("2026-09",) if objectives else (),
        "restated_periods": ("2026-09",) if objectives else (),
        "objectives": objectives,
    }
    return AgreementSummary.model_validate(fields | changed)


UNV = agreement(
    "sla-unv-2026",
    "IT support SLA with UNV, 2026 (invented example)",
    (
        status(
            said("o1", "svc-mail", "at_risk", basis="mixed"),
            "Availability of mail in service hours",
            "Electronic mail",
        ),
        status(
            said("o2", "svc-network", "on_track"),
            "Availability of the campus network",
            "Network and Internet access",
        ),
        status(unmeasured("o3", "svc-archive"), "Availability of the archive", "Document archive"),
    ),
)
MOU = agreement(
    "mou-wcmc",
    "Memorandum with UNEP-WCMC",
    (
        status(
            said("o1", "svc-ims", "breached", mode="shadow"),
            "Availability of CMS-IMS",
            "Information management system",
        ),
    ),
    kind="mou",
    state="negotiating",
    provider="UNEP-WCMC",
)
EDITIONS = agreement(
    "sla-editions",
    "Digital editions (illustrative)",
    tuple(
        status(
            said(
                f"o{number}",
                f"svc-edition-{number:02}",
                "breached" if number == 20 else "on_track",
                basis="imported",
            ),
            "Availability in service hours",
            f"Digital edition number {number}",
        )
        for number in range(1, 34)
    ),
    catalogue="digital-editions",
    period=period("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z", "Europe/Zurich"),
)
OLA = agreement(
    "ola-bonn",
    "Internal arrangement in Bonn",
    (),
    kind="ola",
    state="proposed",
    in_force_from=None,
    in_force_to=None,
)


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
RECORDS = tuple(
    RecordLine(
        kind=kind,
        id=f"{kind}-{number:03}",
        catalogue="cms-2008",
        name=f"Record {number} of kind {kind}",
        lifecycle="live" if number % 2 else None,
        position=number,
    )
    for kind in ("agreement", "probe", "service")
    for number in range(1, 84)
)
TARIFFS = (
    TariffLine(
        tariff="tar-unep-2008",
        name="UNEP IT group tariff 2008",
        provider="UNEP IT group",
        state="requested",
        currency=None,
        valid_from=None,
        valid_to=None,
        lines=0,
        illustrative=False,
    ),
    TariffLine(
        tariff="tar-unv-2008",
        name="UNV charges 2008",
        provider="United Nations Volunteers",
        state="published",
        currency="EUR",
        valid_from="2008-05-01",
        valid_to="2008-12-31",
        lines=6,
        illustrative=True,
    ),
)
COMMITMENTS = (
    CommitmentLine(
        commitment="c-2.3",
        what="Obtain the tariff of the UNEP IT group",
        debtor="IT consultant",
        creditor="CMS Secretariat",
        due="2026-10-31",
        recur=None,
        state="overdue",
        agreement=None,
        recommendation="2.3",
        illustrative=True,
    ),
    CommitmentLine(
        commitment="c-2.1",
        what="Sign the agreement with UNV",
        debtor="Executive Secretary",
        creditor="CMS Secretariat",
        due=None,
        recur="FREQ=YEARLY",
        state="fulfilled",
        agreement="sla-unv-2026",
        recommendation="2.1",
        illustrative=False,
    ),
)


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
        alarms=(),
    ),
)
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


class World:
    """Reads and decides over the answers above."""

    def __init__(self) -> None:
        self.steps = [
            BreachDecision(
                decision="found",
                at="2026-10-14T08:00:00Z",
                actor="it-consultant",
                reason=None,
                position=901,
            )
        ]
        self.at = 1_204
        self.closed: list[str] = []
        self.silent: tuple[Silence, ...] = ()
        self.declared = DECLARED
        self.announced: tuple[ExclusionLine, ...] = (EXCLUSION,)

    # reading

    def overview(self, now: int) -> Overview:
        return Overview(
            now="2026-11-22T15:49:00Z",
            position=self.at,
            agreements=self.agreements(now),
            services=SERVICES,
            open_breaches=self.breaches("open"),
            outages=OUTAGES[::-1],
            burns=BURNS,
        )

    def agreements(self, now: int) -> tuple[AgreementSummary, ...]:
        unv = UNV.model_copy(update={"closed_periods": (*UNV.closed_periods, *self.closed)})
        return (EDITIONS, MOU, OLA, unv)

    def agreement(self, agreement: str, now: int) -> AgreementSummary | None:
        return next((line for line in self.agreements(now) if line.agreement == agreement), None)

    def services(self, now: int) -> tuple[ServiceSummary, ...]:
        return SERVICES

    def service(self, service: str, now: int) -> ServiceDetail | None:
        found = next((line for line in SERVICES if line.service == service), None)
        if found is None:
            return None
        mail = service == "svc-mail"
        return ServiceDetail(
            summary=found,
            terms={
                "criticality": "high",
                "offerings": [{"id": "off-mailbox", "unit": "mailbox_month"}],
                "ends": None,
            },
            not_yet_interpreted=("funding_source", "offerings[0].comparable_to") if mail else (),
            probes=tuple(line for line in PROBES if line.service == service),
            objectives=tuple(
                one
                for line in self.agreements(now)
                for one in line.objectives
                if one.judgement.service == service
            ),
            outages=OUTAGES if mail else (),
            simulated_until="2026-10-12" if mail else None,
            latency=LATENCY if mail else (),
            latency_overall=LATENCY_OVERALL if mail else None,
        )

    def line(self) -> BreachLine:
        last = self.steps[-1].decision
        return BreachLine(
            breach=BREACH,
            agreement="sla-unv-2026",
            agreement_name=UNV.name,
            objective="o1",
            service="svc-mail",
            service_name="Electronic mail",
            period="2026-09",
            target="99.00",
            percent="98.7500",
            status="open" if last == "found" else last,
            basis="simulated",
            found_at="2026-10-14T08:00:00Z",
            found_by="it-consultant",
        )

    def breaches(self, status: str | None) -> tuple[BreachLine, ...]:
        return (self.line(),) if status in {None, self.line().status} else ()

    def breach(self, breach: str) -> BreachDetail | None:
        if breach != BREACH:
            return None
        return BreachDetail(
            line=self.line(),
            judgement=BREACHED,
            period=SEPTEMBER,
            judged_at_position=900,
            decisions=tuple(self.steps),
        )

    def tariffs(self) -> tuple[TariffLine, ...]:
        return TARIFFS

    def commitments(self, now: int) -> tuple[CommitmentLine, ...]:
        return COMMITMENTS

    def records(
        self, kind: str | None, after: tuple[str, str] | None, limit: int
    ) -> tuple[RecordLine, ...]:
        return tuple(
            line
            for line in RECORDS
            if kind in {None, line.kind} and (after is None or (line.kind, line.id) > after)
        )[:limit]

    def record(self, kind: str, record: str) -> dict[str, object] | None:
        found = any((line.kind, line.id) == (kind, record) for line in RECORDS)
        return (
            {
                "terms": [{"version": 1, "name": {"en": "Record", "fr": "Fiche"}, "ends": None}],
                "not_yet_interpreted": ["raci"],
            }
            if found
            else None
        )

    def periods(self, agreement: str | None, now: int) -> tuple[PeriodLine, ...]:
        return tuple(
            PeriodLine(
                agreement=line.agreement,
                objective=one.judgement.objective,
                service=one.judgement.service,
                mode=one.judgement.mode,
                period=label,
                tz=TZ,
                target="99.00",
                percent=percent,
                state=state,
                provisional=label > "2026-09",
                basis=one.judgement.basis,
                good_us=HOUR,
                bad_us=0,
                unknown_us=0,
                excused_us=0,
                outside_us=HOUR,
            )
            for line in self.agreements(now)
            if agreement in {None, line.agreement}
            for one in line.objectives
            for label, percent, state in (
                ("2026-08", None, "not_measured"),
                ("2026-09", "98.7500", "breached"),
                ("2026-10", "99.9500", "met"),
                ("2026-11", "99.3500", "at_risk"),
            )
        )

    def tallies(
        self, agreement: str, objective: str | None, after_day: str | None, limit: int, now: int
    ) -> tuple[TallyDay, ...]:
        found = (
            TallyDay(
                agreement=agreement,
                objective=objective or "",
                day=cell.date,
                tally={"up_us": HOUR},
                basis=cell.basis,
            )
            for cell in MAIL.days
        )
        return tuple(day for day in found if after_day is None or day.day > after_day)[:limit]

    def observations(
        self, check: str | None, service: str | None, after: tuple[str, ...] | None, limit: int
    ) -> tuple[ObservationLine, ...]:
        found = (
            ObservationLine(
                check=name,
                location="loc-bonn",
                day=cell.date,
                first_at=f"{cell.date}T00:00:05Z",
                last_at=f"{cell.date}T23:59:05Z",
                count=1440,
                outcome="good",
                basis=cell.basis,
            )
            for cell in MAIL.days
            for name in ("prb-control", "prb-unv-mail")
        )
        keyed = ((line.day, line.check, line.location, line.first_at) for line in found)
        return tuple(
            ObservationLine(
                check=key[1],
                location=key[2],
                day=key[0],
                first_at=key[3],
                last_at=key[3],
                count=1440,
                outcome="good",
                basis="measured",
            )
            for key in keyed
            if (after is None or key > after) and check in {None, key[1]}
        )[:limit]

    def outages(
        self, service: str | None, after: str | None, limit: int, now: int
    ) -> tuple[OutageLine, ...]:
        return tuple(
            line
            for line in OUTAGES
            if service in {None, line.service}
            and (after is None or f"{line.from_} {line.agreement} {line.objective}" > after)
        )[:limit]

    def probes(self, now: int) -> tuple[ProbeLine, ...]:
        return PROBES

    def results(self, check: str) -> tuple[ResultCount, ...]:
        if check != "prb-unv-mail":
            return ()
        return tuple(
            ResultCount(
                check=check,
                location="loc-bonn",
                basis=basis,
                first_day=first,
                last_day=last,
                outcomes={"good": good, "degraded": 0, "bad": bad, "inconclusive": 0},
            )
            for basis, first, last, good, bad in (
                ("simulated", "2026-08-25", "2026-10-12", 70_320, 240),
                ("measured", "2026-10-13", "2026-11-22", 47_884, 151),
            )
        )

    def imports(self) -> tuple[ImportLine, ...]:
        return (
            ImportLine(
                source="imp-editions",
                attribution="University of Bern, history of the monitor",
                licence="ODbL-1.0",
                services=tuple(f"svc-edition-{number:02}" for number in range(1, 34)),
            ),
        )

    def silences(self, now: int) -> tuple[Silence, ...]:
        return self.silent

    def declarations(self, service: str | None) -> tuple[DeclarationLine, ...]:
        return tuple(each for each in self.declared if service in (None, each.service))

    def announceable(self) -> tuple[Announceable, ...]:
        return (OFFER,)

    def exclusions(self, agreement: str | None) -> tuple[ExclusionLine, ...]:
        return tuple(each for each in self.announced if agreement in {None, each.agreement})

    def exclusion(self, agreement: str, exclusion: str) -> ExclusionLine | None:
        found = self.exclusions(agreement)
        return next((each for each in found if each.exclusion == exclusion), None)

    def fact(self, position: int) -> FactInFull | None:
        if not 0 < position <= self.at + 2:
            return None
        return FactInFull(
            position=position,
            recorded_at="2026-11-22T15:48:30Z",
            stream="observations:bonn:5f2a:2026-11-22",
            version=41,
            fact="observations-recorded/1",
            actor="agent:bonn",
            cause=None,
            content={
                "assignment": 3,
                "edges": [{"probe": 0, "at": "2026-11-22T15:31:20Z", "outcome": "bad"}] * 60,
                "missing": [],
            },
            seal=SEAL if position == PROOF.fact.position else None,
        )

    def judge(self, agreement: str, label: str, now: int) -> Judgement | None:
        known = {"2026-09": SEPTEMBER, "2026-10": OCTOBER, "2026-11": NOVEMBER}
        found = self.agreement(agreement, now)
        if label == "yesterday":
            raise InstantError(label)
        if found is None or label not in known:
            return None
        told: dict[str, tuple[ObjectiveJudgement, ...]] = {
            "2026-09": (BREACHED,),
            "2026-10": (RICH, UNSURE, TICKETS, OUTAGE_COUNT),
        }
        objectives = told.get(label, tuple(one.judgement for one in found.objectives))
        return Judgement(
            agreement=agreement,
            period=known[label],
            as_known_at=AsKnownAt(
                instant="2026-11-22T15:48:30Z", position=self.at, recorded_at="2026-11-22T15:48:30Z"
            ),
            objectives=objectives,
        )

    def explain(
        self, agreement: str, label: str, now: int, objective: str | None = None
    ) -> Explanation | None:
        found = self.judge(agreement, label, now)
        if found is None:
            return None
        figures = [
            {
                "objective": each.objective,
                "service": each.service,
                "indicator": each.indicator,
                "target": each.target,
                "mode": each.mode,
                "state": each.state,
                "provisional": each.provisional,
                "measured": each.measured,
                "tally": each.tally,
                "agrees": True,
                "note": each.note,
                "terms": (),
                "parts": (),
            }
            for each in found.objectives
            if objective in {None, each.objective}
        ]
        if not figures:
            return None
        return Explanation.model_validate(
            {
                "agreement": agreement,
                "period": found.period,
                "as_known_at": found.as_known_at,
                "objectives": figures,
            }
        )

    def history(self, agreement: str, label: str) -> PeriodHistory | None:
        if self.agreement(agreement, NOW) is None or label != "2026-09":
            return None
        old = BREACHED.model_copy(update={"state": "met", "breached_at": None})
        restated = FigureRestated(
            objective=BREACHED.objective, service=BREACHED.service, old=old, new=BREACHED
        )
        return PeriodHistory(
            agreement=agreement,
            period=SEPTEMBER,
            closed_at="2026-10-02T08:00:00Z",
            closed_by="reviewer",
            actor="rita",
            position=self.at - 200,
            judged_at_position=self.at - 201,
            code_version="0.1.0",
            tzdata="2026.1",
            figures=(old,),
            restatements=(
                Restatement(
                    at="2026-10-20T08:00:00Z",
                    actor="slamon",
                    position=self.at - 50,
                    judged_at_position=self.at - 51,
                    cause=(self.at - 52,),
                    causes=1,
                    reasons=("observations-imported/1 in imports:imp-late",),
                    code_version="0.1.0",
                    tzdata="2026.1",
                    objectives=(restated,),
                ),
            ),
        )

    def agents(self, now: int) -> tuple[AgentLine, ...]:
        return AGENTS

    def quarantine(self) -> tuple[QuarantineLine, ...]:
        return ASIDE

    def ledger(self) -> LedgerStatus:
        return LedgerStatus(
            ledger_id="led-7f3a",
            epoch=1,
            position=self.at + 2,
            view_position=self.at,
            recorded_at="2026-11-22T15:48:30Z",
            seal=SEAL,
        )

    def seals(self, after: int, limit: int) -> tuple[SealLine, ...]:
        return (SEAL,)[after : after + limit]

    def proof(self, position: int) -> Proof:
        if position == PROOF.fact.position:
            return PROOF
        message = f"there is no fact at position {position}"
        raise NotProvableError(message)

    def position(self) -> int:
        return self.at

    # deciding

    def uphold(self, breach_id: str, reason: str, actor: str) -> int:
        return self.decide(
            breach_id,
            BreachDecision(
                decision="upheld",
                at="2026-11-22T15:49:00Z",
                actor=actor,
                reason=reason,
                position=self.at + 1,
            ),
        )

    def waive(self, breach_id: str, reason: str, clause: str | None, actor: str) -> int:
        words = f"{reason} ({clause})" if clause else reason
        return self.decide(
            breach_id,
            BreachDecision(
                decision="waived",
                at="2026-11-22T15:49:00Z",
                actor=actor,
                reason=words,
                position=self.at + 1,
            ),
        )

    def decide(self, breach_id: str, step: BreachDecision) -> int:
        if breach_id != BREACH:
            raise Unknown(f"There is no breach {breach_id}.")
        if self.steps[-1].decision != "found":
            raise Refused(f"The breach is already {self.steps[-1].decision}.")
        self.steps.append(step)
        self.at += 1
        return self.at

    def announce_exclusion(
        self, agreement: str, asked: Asked, exclusion: str | None, actor: str
    ) -> tuple[str, int]:
        if asked.begin == asked.end:
            raise Refused("the window ends at its begin; correct one")
        made = {"exclusion": f"{asked.clause}-made", "reason": asked.reason, "objectives": ()}
        self.announced += (EXCLUSION.model_copy(update=made),)
        self.at += 1
        return f"{asked.clause}-made", self.at

    def grant_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "granted", reason)

    def refuse_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "refused", reason)

    def withdraw_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        return self.rule(exclusion, "withdrawn", reason)

    def rule(self, exclusion: str, status: str, reason: str) -> int:
        (line,) = (each for each in self.announced if each.exclusion == exclusion)
        if line.ruling and status != "withdrawn":
            raise Refused(f"it was already {line.ruling} and cannot be {status}")
        ruling = line.ruling if status == "withdrawn" else status
        ruled = line.model_copy(update={"status": status, "ruling": ruling, "because": reason})
        self.announced = tuple(ruled if each is line else each for each in self.announced)
        self.at += 1
        return self.at

    def close(self, agreement: str, label: str, actor: str) -> int:
        if label in self.closed:
            raise Refused(f"The period {label} is already closed.")
        self.closed.append(label)
        self.at += 1
        return self.at
