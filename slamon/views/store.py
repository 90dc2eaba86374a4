"""The read side's tables: which of them fit this program and this ledger, and transactions on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from slamon.ledger.place import HeldError, Place, checked
from slamon.ledger.store import LedgerFounded
from slamon.views.files import Files
from slamon.views.generations import Generations, read_position
from slamon.views.tables import schema_hash

TRIES = 60

__all__ = ["ViewStore", "read_position"]


class ViewStore:
    """Tables in a folder or in a database; another schema or another ledger gets others.

    Every question is answered from the generation that is asked at that moment, and every fact is folded into it.
    """

    def __init__(
        self,
        place: Place,
        founded: LedgerFounded,
        *,
        name: str | None = None,
        generations: Generations | None = None,
    ) -> None:
        self._place = place
        self._founded = founded
        self._generations = generations or _generations(place, founded, name)

    def position(self) -> int:
        """How far the ledger has been folded."""
        with self.reading() as connection:
            return read_position(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for a block; everything inside the block sees one state."""
        with self._generations.snapshot() as connection:
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """The same with tables of its own where a question needs them (`views.shadowing`): nothing of it is kept."""
        with self._generations.trial() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction for a block, the only one that writes; it is kept when the block ends well."""
        with self._generations.claim() as connection:
            yield connection
            connection.commit()

    @contextmanager
    def folding(self) -> Iterator[tuple[Connection, int]]:
        """The same, and the position up to which facts were folded."""
        connection, position = self._generations.claim_at()
        with connection:
            yield connection, position
            connection.commit()

    def rebuild(
        self, whole: Callable[[ViewStore], None], rest: Callable[[ViewStore], None]
    ) -> None:
        """Fold everything anew beside what is asked, and put it in its place once it is complete.

        `whole` brings an empty store up to the ledger, `rest` does the same while nobody else can fold.

        Raises:
            HeldError: another process is rebuilding, or dashboards ask all the time.

        """
        with self._generations.rebuilding() as generation:
            draft = ViewStore(self._place, self._founded, generations=generation)
            whole(draft)
            for _ in range(TRIES):
                with self._generations.claim() as claim:
                    rest(draft)
                    if self._generations.put(generation, claim):
                        claim.commit()
                        return
        message = "queries of dashboards leave no moment to put the new views in place; try again"
        raise HeldError(message)

    def take_over(self) -> None:
        """These tables are complete: dashboards read them, and older ones are removed when nobody reads them."""
        self._generations.take_over()

    def close(self) -> None:
        """Let all connections go."""
        self._generations.close()


def _generations(place: Place, founded: LedgerFounded, name: str | None) -> Generations:
    kind, ledger, epoch = schema_hash(), founded.ledger_id[:8], founded.epoch
    if isinstance(place, Path):
        return Files(place, name or f"views.{kind}-{ledger}-{epoch}")
    checked(place)  # refuses what is none
    # The driver is an extra: only who keeps the ledger in a database has it.
    from slamon.views.schemas import Schemas  # noqa: PLC0415

    return Schemas(place, name or f"v_{kind}_{ledger}_{epoch}")
