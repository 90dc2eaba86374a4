"""A small review and what parties have before them."""

from __future__ import annotations

from datetime import date

from catalogue.document import Text3
from slamon.views.agenda import Agenda, AgendaItem
from slamon.views.hours import HoursDay, HoursLine, HoursMonth
from slamon.views.offerings import OfferingLine
from slamon.views.register import (
    AmbiguityTold,
    Realisation,
    RecommendationLine,
    RegisterTold,
    StepLine,
    SummaryLine,
    TermLine,
)
from tests.web.worlds.records import COMMITMENTS


def said(words: str) -> Text3:
    return Text3(en=words, fr="Exemple", es="Ejemplo")


PARTIES = (("unv", said("UNV")),)
AMBIGUITY = AmbiguityTold(
    ambiguity="A1", what=said("Step 16 cites 2.2"), treat_as="disputed", reading="2.1", on="2026-10-01"
)  # fmt: skip
STEP = StepLine(
    step=16, text=said("Survey the market"), delta=said("due diligence"), cites="2.2", disputed=True,
    proposed_target="2.1", commitments=COMMITMENTS[:1], ambiguities=(AMBIGUITY,),
)  # fmt: skip
OFFERINGS = (
    OfferingLine(
        offering="off-desk", name=said("Service desk"), unit="user_month", comparable_to=(), amount="46.00",
        currency="USD", charge_period="P1M", tariff="tar-unv-2008", tariff_name=said("Tariff"),
        tariff_state="draft",
    ),
    OfferingLine(offering="off-gb", name=said("Storage"), unit="gb_month", comparable_to=(), tiers=True,
                 currency="USD", tariff="tar-unv-2008", tariff_name=said("Tariff"), tariff_state="published"),
    OfferingLine(offering="off-day", name=said("Work"), unit="day", comparable_to=()),
)  # fmt: skip
RECOMMENDATION = RecommendationLine(
    recommendation="2.2", topic=2, topic_name=said("Support"), text=said("Examine a network"),
    status="no_action", review_on="2026-01-31", steps=(STEP,), candidate_steps=(4,), depends_on=("2.2",),
    commitments=COMMITMENTS[:2],
    realisations=(Realisation(kind="service", id="svc-mail", name=said("Mail"), state="live", offerings=OFFERINGS),),
    ambiguities=(AMBIGUITY,), no_step=False, no_action=True, disputed=True, late=True,
)  # fmt: skip
SUMMARY = SummaryLine(
    item="N2", kind="next", text=said("Dates approved"), maps_to=(), coverage="none",
    commitments=COMMITMENTS[:1],
)  # fmt: skip
REGISTER = RegisterTold(
    document=said("The review"), recommendations=(RECOMMENDATION,), steps=(STEP,), summary=(SUMMARY,),
    glossary=(TermLine(fr="TI", en="IT", es="TI", note="information technology"),),
)  # fmt: skip
AGENDA = Agenda(
    party="unv",
    name=said("UNV"),
    items=(
        AgendaItem(
            uid="end", kind="end", record="agreement:sla-unv-2026", title=said("Support"),
            begin="2026-12-31", end=None, all_day=True,
        ),
        AgendaItem(
            uid="maintenance", kind="maintenance", record="exclusion:sla-unv-2026/x1-2026-11-28-1",
            title=said("Support"), begin="2026-11-28T10:00:00Z", end="2026-11-28T12:00:00Z", all_day=False,
        ),
    ),
)  # fmt: skip
HOURS = HoursLine(
    hours="bonn", tz="Europe/Berlin", weekdays=("mon", "tue"), from_="08:00", to="18:00",
    calendar=None, calendar_name=None,
)  # fmt: skip
HOURS_MONTH = HoursMonth(
    line=HOURS, month="2026-03", previous="2026-02", next="2026-04", agreed_us=72_000_000_000,
    days=tuple(
        HoursDay(
            date=date(2026, 3, n), spans=(), clocks=(("08:00", "18:00"),) if n == 2 else (), agreed_us=0,
            clock_us=3_600_000_000 if n == 29 else 0,
            holiday=said("A day off") if n == 6 else None, holiday_status="derived" if n == 6 else None,
        )
        for n in range(1, 32)
    ),
    clock_changes=(date(2026, 3, 29),),
)  # fmt: skip
