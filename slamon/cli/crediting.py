"""A service credit in words: its base, what bounded it, what it came to."""

from __future__ import annotations

from collections.abc import Iterator

from slamon.views.credited import CreditSum, ServiceCredit, Worth

BOUNDS = {
    "cap": "the cap of a month",
    "cap_year": "the cap of the year",
    "minimum": "the minimum, below which nothing is credited",
}


def credit_lines(found: ServiceCredit) -> Iterator[str]:
    """The credit of a service and month, line by line."""
    tiers = ", ".join(f"{e.objective} {e.percent} % ({e.status})" for e in found.breaches)
    yield f"credit of {found.agreement} for {found.service}, {found.month}: {tiers or 'no breach'}"
    if found.error:
        yield f"  not computed: {found.error.code}: {found.error.message}"
    elif found.sum is None:
        yield "  nothing is charged for this service in this month, so nothing can be credited"
    else:
        yield from _sum(found.sum)


def _sum(found: CreditSum) -> Iterator[str]:
    absorbed = ", as the invoice was absorbed" if found.absorbed else ""
    before = f", granted before in the year {found.granted_before}"
    yield f"  base {found.base} {found.currency}{absorbed}{before}"
    yield f"  granted: {_worth(found.granted, found.currency)}"
    if found.would_be:
        yield f"  if the open breaches are upheld: {_worth(found.would_be, found.currency)}"


def _worth(found: Worth, currency: str) -> str:
    bounds = " and ".join(BOUNDS[each] for each in found.bounded_by)
    exactly = "" if found.exact == "0" else f" (exactly {found.exact})"
    return f"{found.amount} {currency}{exactly}" + (f", bounded by {bounds}" if bounds else "")
