"""Why a use case was not carried out: refused by the rules, or aimed at something unknown."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - the trade's word: a decision is refused, it is not an error
    """The rules do not allow this decision now; the message tells the person who asked why."""


class Unknown(Exception):  # noqa: N818 - likewise
    """What the decision is about is not in the ledger; the message names it."""
