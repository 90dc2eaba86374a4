"""Pages of what is due: commitments with their states."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from slamon.views.answers import CommitmentLine
from slamon.web.pages.render import page
from slamon.web.requests import Now, Read

router = APIRouter(include_in_schema=False)

URGENCY = ("overdue", "open", "fulfilled")


@router.get("/commitments")
def commitments(request: Request, reading: Read, now: Now) -> HTMLResponse:
    """Every dated deliverable, overdue ones first."""
    found = reading.commitments(now)
    by_state = {
        state: sorted((line for line in found if line.state == state), key=_due)
        for state in (*URGENCY, *sorted({line.state for line in found} - set(URGENCY)))
    }
    return page(request, "commitments.html", groups=by_state)


def _due(line: CommitmentLine) -> tuple[bool, str]:
    return line.due is None, line.due or ""
