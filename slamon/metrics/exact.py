"""Exact figures, as answers write them, to the nearest number that Prometheus can keep."""

from __future__ import annotations


def number(exact: str) -> float:
    """A figure such as 199/200, -3 or 99.5."""
    above, below = _terms(exact)
    return above / below  # of whole numbers of any size: the nearest there is


def quotient(exact: str, by: str) -> float | None:
    """One figure by another; None where the other is nothing."""
    above, below = _terms(exact)
    times, parts = _terms(by)
    return above * parts / (below * times) if times else None


def _terms(exact: str) -> tuple[int, int]:
    above, slash, below = exact.partition("/")
    if slash:
        return int(above), int(below)
    whole, _, places = above.partition(".")
    return int(whole + places), 10 ** len(places)
