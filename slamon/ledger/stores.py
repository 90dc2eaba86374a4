"""What the ledger asks of a store, and which store keeps a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from slamon.ledger.bell import Bell
from slamon.ledger.codec import Change, Row
from slamon.ledger.place import Place, checked
from slamon.ledger.sqlite import File


class Recorder(Protocol):
    """What a store's recorder offers beside appending."""

    clock: Callable[[], int] | None

    def select_stream(
        self, stream: str, *, after: int, upto: int | None, limit: int | None = None
    ) -> list[Row]:
        """The rows of a stream of versions > `after` and positions <= `upto`, at most `limit`."""

    def select_rows(self, *, after: int, upto: int | None, limit: int) -> list[Row]:
        """The rows of all streams of positions > `after` and <= `upto`, as they are stored."""

    def select_version(self, stream: str) -> int:
        """The version of the last fact of a stream; 0 if it has none."""

    def select_counts(self) -> list[tuple[str, int, int]]:
        """For each permanent name: how many facts, how many bytes."""

    def replace_states(self, changes: Sequence[Change]) -> int:
        """Store other bytes of some facts in one transaction, where those stand that are expected; how many did."""

    def max_notification_id(self) -> int | None:
        """The position of the last fact; None if there is none."""


class Watch(Protocol):
    """Notices commits of any process."""

    def wait(self, seconds: float, *, stop: Callable[[], bool] = lambda: False) -> bool:
        """Wait until something was committed since the last call; false when the time is over."""

    def close(self) -> None:
        """Watch no longer."""


class Store(Protocol):
    """A place where a ledger is kept."""

    def is_there(self) -> bool:
        """Is there a ledger?"""

    def prepare(self) -> None:
        """Make what is not there yet; of several programs at once, one does."""

    def settings(self) -> dict[str, str]:
        """What the library must know to open it."""

    def watch(self, bell: Bell) -> Watch:
        """A watch on it; the bell rings at each append of this process."""

    def shown(self) -> str:
        """Where it is, for sentences; without a password."""

    def size(self) -> int:
        """Bytes on disk, indexes included."""


def store_at(place: Place) -> Store:
    """The store of a place.

    Raises:
        UnusablePlaceError: no ledger can be kept there.

    """
    if isinstance(place, Path):
        return File(place)
    url = checked(place)
    # The driver is an extra: only who keeps the ledger in a database has it.
    from slamon.ledger.postgres import Database  # noqa: PLC0415

    return Database(url)
