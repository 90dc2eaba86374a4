"""The agenda of a party as a calendar file (RFC 5545), for programs that show calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime

from icalendar import Calendar, Event

from slamon.views.agenda import Agenda, AgendaItem
from slamon.web.texts import Language

HOST = "slamon"


def written(t: Language, agenda: Agenda, now: datetime, base: str) -> bytes:
    """Write an agenda in a language; `base` is the address under which its pages are reached."""
    calendar = Calendar()
    calendar.add("prodid", f"-//slamon//agenda//{t.code.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", t("agenda.of", party=getattr(agenda.name, t.code)))
    for item in agenda.items:
        calendar.add_component(_event(t, item, now, base))
    return bytes(calendar.to_ical())


def _event(t: Language, item: AgendaItem, now: datetime, base: str) -> Event:
    event = Event()
    event.add("uid", f"{item.uid}@{HOST}")
    event.add("dtstamp", now)
    event.add("dtstart", _moment(item, item.begin))
    if item.end is not None:
        event.add("dtend", _moment(item, item.end))
    event.add("summary", t(f"agenda.{item.kind}", what=getattr(item.title, t.code)))
    event.add("url", f"{base.rstrip('/')}{page_of(item)}")
    event.add("transp", "TRANSPARENT")
    return event


def page_of(item: AgendaItem) -> str:
    """The page that shows what an item is about."""
    kind, _, name = item.record.partition(":")
    pages = {
        "agreement": f"/agreements/{name}",
        "exclusion": f"/exclusions/{name}",
        "recommendation": f"/recommendations/{name}",
    }
    return pages.get(kind, f"/catalogue/{kind}/{name}")


def _moment(item: AgendaItem, text: str) -> date | datetime:
    return (
        date.fromisoformat(text) if item.all_day else datetime.fromisoformat(text).astimezone(UTC)
    )
