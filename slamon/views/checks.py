"""All checks together: what costs time or money if nobody looks at it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy import Connection

from catalogue.instants import format_instant
from slamon.views import loose, upcoming
from slamon.views.finding import KINDS, Finding, Findings, Kind
from slamon.views.promised import promises
from slamon.views.uncovered import uncovered
from slamon.views.unmeasured import unmeasured


def findings(connection: Connection, now: int, only: Collection[Kind] = KINDS) -> Findings:
    """What the checks of some kinds find as of an instant (µs): kind by kind, what has a day by day."""
    held = promises(connection)
    checks: Mapping[Kind, Callable[[], Iterable[Finding]]] = {
        "cover": lambda: uncovered(held, now),
        "deadlines": lambda: upcoming.deadlines(connection, held, now),
        "commitments": lambda: upcoming.commitments(held, now),
        "ending": lambda: upcoming.ending(held, now),
        "unmeasured": lambda: unmeasured(connection, held, now),
        "untariffed": lambda: loose.untariffed(held, now),
        "unagreed": lambda: loose.unagreed(held, now),
        "raci": lambda: loose.raci(held, now),
        "funding": lambda: loose.unfunded(held),
    }
    asked = tuple(kind for kind in KINDS if kind in only)
    found = [each for kind in asked for each in sorted(checks[kind](), key=_by_day)]
    return Findings(now=format_instant(now), checked=asked, findings=tuple(found))


def _by_day(finding: Finding) -> tuple[str, str]:
    return finding.on or "", finding.record
