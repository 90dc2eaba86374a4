"""Check: what is promised onward although nobody promised as much to the party that promises it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import assert_never

from catalogue.agreements import Agreement
from catalogue.document import Text3
from catalogue.instants import format_instant
from catalogue.parties import Party
from catalogue.services import Service
from slamon.sla.availability import percent_text
from slamon.sla.cover import Cover
from slamon.sla.gaps import (
    FewerHours,
    Gap,
    LowerTarget,
    LowerTogether,
    ShorterNotice,
    SmallerCredit,
    Uncovered,
)
from slamon.views.finding import Finding
from slamon.views.promised import Promises
from slamon.views.words import Words


def uncovered(held: Promises, now: int) -> Iterator[Finding]:
    """Hold each promise against those on which it rests, as of an instant (µs)."""
    cover = Cover(held.of(Service), held.of(Agreement), held.hours, now)
    for gap in cover.gaps():
        onward = gap.onward
        agreement = held.need(Agreement, onward.agreement)
        why, values = _told(held, gap)
        yield Finding(
            kind="cover",
            why=why,
            proposed=not onward.binding,
            record=f"agreement:{onward.agreement}",
            name=agreement.name,
            tz=agreement.tz,
            values={
                "objective": onward.objective,
                "service": _service(held, onward.service),
                "provider": held.need(Party, onward.provider).name,
                **values,
            },
        )


def _told(held: Promises, gap: Gap) -> tuple[str, dict[str, Words]]:
    match gap:
        case LowerTogether():
            names = _listed([_service(held, each) for each in gap.needed])
            return "together", {
                "needed": names,
                **_percent("promised", gap.promised),
                **_percent("allowed", gap.allowed),
            }
        case Uncovered():
            return "nobody", {"needed": _service(held, gap.needed)}
        case LowerTarget():
            told = {
                "promised_target": gap.promised,
                "given_target": gap.given,
                "given_by": gap.given_by,
            }
            return "target", {"needed": _service(held, gap.needed), **told}
        case FewerHours():
            times = {"promised_us": str(gap.promised_us), "open_us": str(gap.open_us)}
            return "hours", {"needed": _service(held, gap.needed), "month": gap.month, **times}
        case ShorterNotice():
            return "notice", {
                "needed": _service(held, gap.needed),
                "window_at": format_instant(gap.window),
                "own_at": format_instant(gap.announced_by),
                "theirs_at": format_instant(gap.needed_announced_by),
            }
        case SmallerCredit():
            return "credit", {
                "needed": _service(held, gap.needed),
                **_percent("below", gap.below),
                **_percent("owed", gap.owed),
                **_percent("credited", gap.credited),
            }
    assert_never(gap)


def _percent(name: str, ratio: Fraction) -> dict[str, Words]:
    return {f"{name}_percent": percent_text(ratio).removesuffix("00"), f"{name}_exact": str(ratio)}


def _service(held: Promises, name: str) -> Words:
    found = held.get(Service, name)
    return found.name if found else name


def _listed(names: Sequence[Words]) -> Text3:
    """Several names as one, in each language."""
    texts = {code: [getattr(each, code, each) for each in names] for code in ("en", "fr", "es")}
    return Text3(**{code: ", ".join(map(str, said)) for code, said in texts.items()})
