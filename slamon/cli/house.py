"""The composition root: ledger, views and decisions of one data folder."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from catalogue.instants import moment_of
from slamon.app import catalogue, exclusions, lifecycles, restating, reviews
from slamon.app.acts import Act
from slamon.app.exclusions import Asked
from slamon.app.program import this_program
from slamon.app.refused import Refused, Unknown
from slamon.app.restating import Restated
from slamon.history import NAMES
from slamon.ledger.format import refuse_newer
from slamon.ledger.lock import folding_lock
from slamon.ledger.place import Place
from slamon.ledger.store import Ledger
from slamon.sla.closing import PeriodClosed
from slamon.views.fold import Folder, wait_for
from slamon.views.following import Following
from slamon.views.latencies import count_latencies
from slamon.views.reading import Reading
from slamon.views.store import ViewStore

CATCH_UP_SECONDS = 60
ANOTHER_TRY_SECONDS = 0.2


def now() -> int:
    """The instant now in µs."""
    return time.time_ns() // 1_000


def place_in(folder: Path, database: str) -> Place:
    """Where the ledger is: in a database, or in the data folder where none is named."""
    return database or folder / "ledger.db"


class House:
    """Everything of one data folder, and of the database if one is named; closes what it opened."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.place = place_in(folder, database)
        self.ledger = Ledger(self.place, NAMES)
        refuse_newer(self.ledger)
        self.founded = self.ledger.found(secrets.token_hex(8))
        self.store = ViewStore(database or folder, self.founded)
        self.reading = Reading(self.store, self.ledger, self.founded)
        self.began_at = self.ledger.position()
        self.following: Following | None = None
        self._alone = False

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Hold the folder's lock for a block in which only this thread folds.

        Raises:
            HeldError: another process holds it.

        """
        with folding_lock(self.place, self.folder, purpose):
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    def __enter__(self) -> Self:
        """Use the house for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        self.close()

    def close(self) -> None:
        """Close everything."""
        self.store.close()
        self.ledger.close()

    def newest_fact_at(self, position: int | None = None) -> int:
        """When the last fact up to a position was recorded (µs), of all if none is given; now while there is none."""
        last = self.ledger.position() if position is None else position
        found = self.ledger.since(last - 1, limit=1) if last else []
        return found[0].recorded_at if found else now()

    def folder_of_views(self) -> Folder:
        """What folds this ledger into these views."""
        return Folder(self.ledger, self.store)

    def refresh(self, progress: Callable[[int], None] | None = None) -> None:
        """Bring the views up to the ledger: by waiting for the process that folds, or by folding here.

        Raises:
            Refused: whoever holds the lock does not fold.

        """
        wanted = self.ledger.position()
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while not (self._followed(wanted) or self._folded_here(progress)):
            # The holder may be a command that has folded its own part and goes: then it is our turn.
            if wait_for(self.store, wanted, seconds=ANOTHER_TRY_SECONDS):
                return
            if time.monotonic() > deadline:
                message = (
                    "the views do not follow the ledger; is the process that holds the lock alive?"
                )
                raise Refused(message)

    def _followed(self, wanted: int) -> bool:
        """Wait for the thread of this process that folds, if there is one.

        Raises:
            Refused: the views stand still.

        """
        following = self.following
        if following is None:
            return False
        if following.wait_for(wanted, CATCH_UP_SECONDS):
            return True
        pulse = following.pulse
        if pulse.role == "standing by":  # another process folds
            return False
        raise Refused(pulse.trouble or "the views do not follow the ledger")

    def restate_due(self) -> list[Restated] | None:
        """Restate closed periods that later facts have changed; None where slamon is up, as it does so by itself."""
        lock = folding_lock(self.place, self.folder, "slamon")
        if not self._alone and not lock.try_take():
            return None
        try:
            self.folder_of_views().catch_up()
            done = restating.restate_due(self.ledger, self.reading, now())
            self.folder_of_views().catch_up()
        finally:
            lock.release()
        return done

    def close_what_came_about(self) -> list[str]:
        """Close the commitments whose terms name what has come about since; their ids."""
        today = moment_of(now()).date()
        done = lifecycles.close_what_came_about(self.ledger, self.reading.catalogue(), today)
        if done:
            self.refresh()
        return done

    def _folded_here(self, progress: Callable[[int], None] | None) -> bool:
        lock = folding_lock(self.place, self.folder, "slamon")
        if not self._alone and not lock.try_take():
            return False
        try:
            self.folder_of_views().catch_up(progress=progress)
            count_latencies(self.ledger, self.store)
        finally:
            lock.release()
        return True


class Decisions:
    """The write side: decide, then wait until what was decided can be read."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.restated: list[Restated] | None = []

    def uphold(self, breach_id: str, reason: str, actor: str) -> int:
        """Rule that a breach stands."""
        return self._seen(reviews.uphold(self._house.ledger, breach_id, reason=reason, actor=actor))

    def waive(self, breach_id: str, reason: str, clause: str | None, actor: str) -> int:
        """Forgive a breach; its figures stay."""
        ledger = self._house.ledger
        return self._seen(
            reviews.waive(ledger, breach_id, reason=reason, clause=clause, actor=actor)
        )

    def close(self, agreement: str, label: str, actor: str) -> int:
        """Fix the figures of a finished period and find its breaches."""
        house = self._house
        house.refresh()
        offer = house.reading.closing(agreement, label, now())
        if offer is None:
            message = f"there is no agreement {agreement!r}"
            raise Unknown(message)
        program = this_program()
        closed = PeriodClosed(
            figures=offer.figures,
            position=offer.position,
            code_version=program.code_version,
            tzdata=program.tzdata,
            closed_by="reviewer",
        )
        return self._seen(
            reviews.close(
                house.ledger,
                agreement,
                label,
                closed,
                period_end=offer.period_end,
                until=offer.until,
                actor=actor,
            )
        )

    def announce_exclusion(
        self, agreement: str, asked: Asked, exclusion: str | None, actor: str
    ) -> tuple[str, int]:
        """Record that a window was announced; its id, and where that is visible."""
        house = self._house
        house.refresh()
        done = exclusions.announce(
            house.ledger,
            agreement,
            asked,
            versions=house.reading.versions(agreement),
            exclusion=exclusion,
            now=now(),
            actor=actor,
        )
        return done.exclusion, self._seen(done.position)

    def grant_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Accept an announced window."""
        ledger = self._house.ledger
        return self._seen(
            exclusions.grant(ledger, agreement, exclusion, reason=reason, actor=actor)
        )

    def refuse_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Turn an announced window down."""
        ledger = self._house.ledger
        return self._seen(
            exclusions.refuse(ledger, agreement, exclusion, reason=reason, actor=actor)
        )

    def withdraw_exclusion(self, agreement: str, exclusion: str, reason: str, actor: str) -> int:
        """Take an announced window back."""
        ledger = self._house.ledger
        return self._seen(
            exclusions.withdraw(ledger, agreement, exclusion, reason=reason, actor=actor)
        )

    def act(self, name: str, act: Act, actor: str) -> int:
        """Record what somebody did with a record of the catalogue."""
        house = self._house
        house.refresh()
        records = house.reading.catalogue()
        return self._seen(lifecycles.record(house.ledger, name, act, records, actor=actor))

    def edit_documents(
        self, text: str, name: str, *, at: int | None, reason: str, actor: str
    ) -> int:
        """Record what a text states of records of a set, past their documents."""
        house = self._house
        house.refresh()
        draft = house.reading.draft(text, name, now())
        done = catalogue.apply(
            house.ledger, draft.plan, draft.known, actor=actor, reason=reason, at=at
        )
        return self._seen(done)

    def _seen(self, position: int | None) -> int:
        self._house.refresh()
        self._house.close_what_came_about()
        self.restated = self._house.restate_due()
        reading = self._house.reading
        reading.must_know(reading.position())
        return position if position is not None else reading.position()
