"""What agents said of themselves last, as pages and the API tell it: it is kept in memory, and is no fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict

CLOCK_LIMIT = 2_000_000  # µs between the clock of an agent and ours, beyond which somebody is told


class ContactLine(BaseModel):
    """The newest contact with an agent; null is what it has not told, as one of an older version may not.

    `at` and `wire` are null where it was not let in. `turned_away_at` is when somebody knocked last under its name with
    a key that opens nothing; null where nobody did, or it was let in since.

    `clock_ahead_us` is how far its clock is ahead of ours, `undelivered` how many batches it has still to hand in.
    Of `attempts` since it began, 99 % began at most `late_at_most_us` late; null: some of them beyond all bounds.
    """

    model_config = ConfigDict(frozen=True)

    agent: str
    at: str | None = None
    wire: int | None = None
    program: str | None = None
    turned_away_at: str | None = None
    clock_ahead_us: int | None = None
    undelivered: int | None = None
    spool_bytes: int | None = None
    attempts: int | None = None
    late_at_most_us: int | None = None
    loop_lag_us: int | None = None

    @property
    def clock_off(self) -> bool:
        """Whether its clock must be set."""
        return abs(self.clock_ahead_us or 0) > CLOCK_LIMIT


Heard = Callable[[], Mapping[str, ContactLine]]
"""The newest contact with each agent that this process has heard of."""
