"""When it is in the small world, and its periods and days."""

from __future__ import annotations

from datetime import date, timedelta

from slamon.sla.judgement import Period
from slamon.views.answers import DayCell

NOW = 1_795_362_540_000_000  # 2026-11-22T15:49:00Z


MINUTE = 60_000_000


HOUR = 60 * MINUTE


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


def period(label: str, begin: str, end: str, tz: str = TZ) -> Period:
    """A period with its bounds in UTC."""
    return Period.model_validate({"label": label, "from": begin, "to": end, "tz": tz})


SEPTEMBER = period("2026-09", "2026-08-31T22:00:00Z", "2026-09-30T22:00:00Z")


OCTOBER = period("2026-10", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")


NOVEMBER = period("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z")
