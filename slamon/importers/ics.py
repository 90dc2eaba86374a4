"""Read a list of holidays from an iCalendar file (RFC 5545): whole days, each written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from slamon.app.imports import File
from slamon.importers.holidays import HolidayRow, Status
from slamon.importers.rows import BadRow, LayoutError, Reading, decoded

HEADER = ("date", "name", "status")
LONGEST = 31  # days of one holiday
_DAY = re.compile(r"\d{8}")
_PROPERTY = re.compile(r'([A-Za-z0-9-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):(.*)', re.DOTALL)
_ESCAPED = re.compile(r"\\([nN,;\\])")

Lines = Iterator[tuple[int, str]]
Properties = dict[str, tuple[int, str]]


def read(path: Path, progress: Callable[[int], None] = lambda _: None) -> Reading[HolidayRow]:
    """Read the events of a calendar as holidays: tentative ones are to be confirmed, cancelled ones are none.

    Raises:
        LayoutError: it is no calendar in UTF-8.
        OSError: the file cannot be read.

    """
    content = path.read_bytes()
    text = decoded(path, content)
    if not text.upper().startswith("BEGIN:VCALENDAR"):
        message = f"{path}:1:1: no iCalendar file: its first line is BEGIN:VCALENDAR"
        raise LayoutError(message)
    found: dict[date, HolidayRow] = {}
    bad: list[BadRow] = []
    for line, event in _events(path, text):
        days = _days(line, event)
        bad += days if isinstance(days, list) else ()
        for each in days if isinstance(days, tuple) else ():
            first = found.setdefault(each.date, each)
            if first != each and first.line != each.line:
                said = f"{each.date} stands in line {first.line} already"
                bad.append(BadRow(line, "DTSTART", said, _cells(event)))
    progress(len(found))
    return Reading(File(path.name, sha256(content).hexdigest()), list(found.values()), bad, HEADER)


def _events(path: Path, text: str) -> Iterator[tuple[int, Properties]]:
    event: Properties | None = None
    begun = 0
    for line, content in _unfolded(text):
        name, value = _named(content)
        match name, value.upper():
            case "BEGIN", "VEVENT":
                event, begun = {}, line
            case "END", "VEVENT" if event is not None:
                yield begun, event
                event = None
            case _ if event is not None:
                event.setdefault(name, (line, value))
    if event is not None:
        message = f"{path}:{begun}:1: the event that begins here does not end: the file is cut off"
        raise LayoutError(message)


def _unfolded(text: str) -> Lines:
    """Lines of content with the number of the first of each; a line that begins with a blank goes on."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if held and line[:1] in {" ", "\t"}:
            held = (held[0], held[1] + line[1:])
            continue
        if held:
            yield held
        held = (number, line)
    if held:
        yield held


def _named(content: str) -> tuple[str, str]:
    found = _PROPERTY.fullmatch(content)
    return (found[1].upper(), found[3].strip()) if found else ("", content)


def _days(line: int, event: Properties) -> tuple[HolidayRow, ...] | list[BadRow]:
    """The days of an event, or everything that is wrong with it."""
    status = event.get("STATUS", (line, ""))[1].upper()
    if status == "CANCELLED":
        return ()
    faults = list(_faults(line, event))
    if faults:
        return [BadRow(at, name, said, _cells(event)) for at, name, said in faults]
    begin, end = _span(event)
    name = _ESCAPED.sub(lambda each: " " if each[1] in "nN" else each[1], event["SUMMARY"][1])
    kept: Status = "to_confirm" if status == "TENTATIVE" else "confirmed"
    days = (begin + timedelta(days=n) for n in range((end - begin).days))
    return tuple(HolidayRow(line, day, (name, name, name), kept) for day in days)


def _faults(line: int, event: Properties) -> Iterator[tuple[int, str, str]]:
    if not event.get("SUMMARY", (line, ""))[1]:
        yield line, "SUMMARY", "the event has no name"
    for name in ("RRULE", "RDATE", "DURATION"):
        if name in event:
            yield event[name][0], name, "write each day as an event of its own"
    dates = [name for name in ("DTSTART", "DTEND") if name in event]
    if "DTSTART" not in dates:
        yield line, "DTSTART", "the event has no day"
    wrong = [name for name in dates if _date(event[name][1]) is None]
    for name in wrong:
        said = f"{event[name][1]!r} is no whole day; write like {name};VALUE=DATE:20260403"
        yield event[name][0], name, said
    if "DTSTART" in dates and not wrong:
        begin, end = _span(event)
        if not 0 < (end - begin).days <= LONGEST:
            said = f"from {begin} to before {end} are not 1 to {LONGEST} days"
            yield event.get("DTEND", event["DTSTART"])[0], "DTEND", said


def _span(event: Properties) -> tuple[date, date]:
    begin = _date(event["DTSTART"][1]) or date.min
    end = _date(event["DTEND"][1]) if "DTEND" in event else None
    return begin, end or begin + timedelta(days=1)


def _date(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cells(event: Properties) -> dict[str, str]:
    """What is known of an event, as the columns of a list that can be mended."""
    begin, name = (event.get(each, (0, ""))[1] for each in ("DTSTART", "SUMMARY"))
    return {"date": begin, "name": name, "status": ""}
