"""Golden cases of durations, deliverables, credits and periods, put to the engine and answered in the cases' units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from catalogue.instants import SECOND, parse_instant
from catalogue.intervals import Intervals, norm
from catalogue.periods import period_of, rolling, whole_term
from catalogue.service_hours import ServiceHours, always
from slamon.sla.availability import ratio_text
from slamon.sla.credits import CreditTerms, Tier, credit_amount, credit_ratio
from slamon.sla.deliverable import Schedule, judge_occurrence
from slamon.sla.duration import Case as Ticket
from slamon.sla.duration import due_at, hold, took

Case = dict[str, Any]
FAR_AWAY = parse_instant("2999-01-01T00:00:00Z")


def us(seconds: int) -> int:
    return seconds * SECOND


def seconds(instant: int) -> int | Fraction:
    whole, rest = divmod(instant, SECOND)
    return whole if not rest else Fraction(instant, SECOND)


def instant(given: int | str, tz: str) -> int:
    return us(given) if isinstance(given, int) else parse_instant(given, tz)


def service_hours(calendar: Case | None, tz: str) -> ServiceHours:
    if calendar is None:
        return always(tz)

    def spans(given: list[list[str]]) -> tuple[tuple[str, str], ...]:
        return tuple((begin, end) for begin, end in given)

    weekly = {weekday: spans(given) for weekday, given in calendar.get("weekly", {}).items()}
    dates = {
        date.fromisoformat(day): spans(given) for day, given in calendar.get("dates", {}).items()
    }
    return ServiceHours(calendar.get("tz", tz), weekly, dates)


def pauses(given: Case, tz: str) -> Intervals | int:
    paused = given.get("paused", given.get("paused_s", []))
    if isinstance(paused, int):
        return us(paused)
    return norm((instant(begin, tz), instant(end, tz)) for begin, end in paused or [])


def judge_elapsed(given: Case) -> Case:
    tz = given.get("tz", "UTC")
    hours = service_hours(given.get("calendar"), tz)
    stopped = None if given.get("to") is None else instant(given["to"], tz)
    ticket = Ticket("case", "", instant(given["from"], tz), stopped, pauses(given, tz))
    now = instant(given["now"], tz) if "now" in given else stopped or ticket.started
    said: Case = {"elapsed_s": seconds(took(ticket, hours, now)), "met": None, "due_at": None}
    if given.get("target_s") is not None:
        within = f"PT{given['target_s']}S"
        result = hold(ticket, within, hours, now)
        met = {"met": True, "breached": False, "pending": None}[result.state]
        late = None if result.breached_at is None else seconds(result.breached_at)
        said |= {"met": met, "state": result.state, "breached_at": late}
        said["due_at"] = seconds(due_at(ticket, within, hours))
    return said


def judge_deadline(given: Case) -> Case:
    tz = given.get("tz", "UTC")
    schedule = Schedule(
        tz=tz,
        if_non_business=given.get("if_non_business") or "none",
        holidays=frozenset(date.fromisoformat(day) for day in given.get("holidays") or []),
        grace_days=given.get("grace_days") or 0,
        grace_business_days=given.get("grace_business_days") or 0,
        warn_days=given.get("warn_days"),
    )
    accepted = None if given.get("accepted") is None else instant(given["accepted"], tz)
    now = FAR_AWAY if given.get("now") is None else instant(given["now"], tz)
    due = date.fromisoformat(given["due"])
    found = judge_occurrence(schedule, due, accepted, now, waived=bool(given.get("waived")))
    return {
        "state": found.state,
        "limit": seconds(found.limit),
        "waived": found.waived,
        "breached_at": None if found.breached_at is None else seconds(found.breached_at),
    }


def exact(given: str | int | list[int] | None) -> Fraction | None:
    if given is None:
        return None
    return Fraction(*given) if isinstance(given, list) else Fraction(given)


def judge_credit(given: Case) -> Case:
    cap, cap_year = exact(given.get("cap")), exact(given.get("cap_year"))
    if cap is not None and cap > 1:  # no share of the fee, so an amount
        cap, cap_year = None, cap
    terms = CreditTerms(
        tuple(Tier(Fraction(tier["below"]), Fraction(tier["credit"])) for tier in given["tiers"]),
        cap=cap,
        minimum=exact(given.get("min_amount")),
        cap_year=cap_year,
        round_pct=given.get("round_pct"),
    )
    ratio = credit_ratio(terms.tiers, exact(given["availability"]), terms.round_pct)
    fee, before = exact(given.get("fee", "0")), exact(given.get("granted_before", "0"))
    amount = credit_amount([ratio], fee or Fraction(0), terms, "EUR", before or Fraction(0))
    return {"credit_ratio": ratio_text(ratio), "amount": str(amount.amount)}


def judge_period(given: Case) -> Case:
    tz = given["tz"]
    unit = given["unit"].replace("-", "_")
    if unit == "rolling":
        period = rolling(given["duration"], instant(given["at"], tz), tz)
    elif unit == "term":
        period = whole_term((instant(given["from"], tz), instant(given["to"], tz)), tz)
    else:
        began = given.get("anniversary")
        month, day = (int(part) for part in began[-5:].split("-")) if began else (1, 1)
        period = period_of(unit, date.fromisoformat(given["date"]), tz, (month, day))
    return {
        "from": seconds(period.begin),
        "to": seconds(period.end),
        "seconds": seconds(period.end - period.begin),
    }


ADAPTERS: dict[str, Callable[[Case], Case]] = {
    "elapsed": judge_elapsed,
    "deadline": judge_deadline,
    "credit": judge_credit,
    "period": judge_period,
}
