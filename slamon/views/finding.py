"""What a check found: which, about what, by when, and the numbers and names that a sentence of it needs."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from slamon.views.answers import Answer
from slamon.views.words import Words

Kind = Literal[
    "cover",
    "deadlines",
    "commitments",
    "ending",
    "unmeasured",
    "untariffed",
    "unagreed",
    "raci",
    "funding",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Finding(Answer):
    """Something that costs time or money if nobody looks at it; `why` tells apart what one kind of check finds.

    `record` is what to open, such as agreement:sla-unv-2026, and `name` is the name of that. `on` is the day or the
    instant by which something is to be done, `tz` the zone in which a person is told instants. Of `values`, those that
    end in `_us` are lengths of time in µs, in `_at` instants, in `_target` targets as typed, in `_percent` percents,
    cut off at four decimals, with the exact ratio (`_exact`) beside them. What is `proposed` holds only once its
    agreement is signed.
    """

    kind: Kind
    why: str
    record: str
    name: Words
    on: str | None = None
    tz: str = "UTC"
    proposed: bool = False
    values: dict[str, Words] = Field(default_factory=dict)


class Findings(Answer):
    """All that the checks found as of an instant, kind by kind; `checked` are the kinds that were asked for."""

    now: str
    checked: tuple[Kind, ...]
    findings: tuple[Finding, ...]

    def of(self, kind: Kind) -> tuple[Finding, ...]:
        """What one kind of check found."""
        return tuple(each for each in self.findings if each.kind == kind)
