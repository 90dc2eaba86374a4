"""What one transaction of the fold leaves to the next, so that a small one asks the tables little."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, update

from slamon.ledger.codec import Row, split
from slamon.ledger.store import Ledger
from slamon.views import keeping, paced
from slamon.views.observed import Observed
from slamon.views.promised import Catalogue
from slamon.views.tables import view_state
from slamon.views.together import together
from slamon.views.touching import Touching
from slamon.views.writing import change

_MOVE = update(view_state).values(position=bindparam("reached"), recorded_at=bindparam("at"))


@dataclass
class Carried:
    """What the tables of one generation say at a position, as far as only the fold can change it."""

    engine: Engine
    position: int
    observed: Observed
    catalogue: Catalogue
    touching: Touching
    _any_kept: bool = False

    @classmethod
    def at(cls, position: int, connection: Connection) -> Carried:
        """Nothing but what the tables say at their position."""
        catalogue = Catalogue(connection)
        touching = Touching(connection, catalogue)
        return cls(connection.engine, position, Observed(connection), catalogue, touching)

    def holds(self, position: int, connection: Connection) -> bool:
        """Whether nobody has folded since, and nobody has put other tables in the place of these."""
        return self.position == position and self.engine is connection.engine

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written, and no more."""
        self.observed.go_on(connection)
        self.catalogue.go_on(connection)
        self.touching.go_on(connection)

    def flush(self, connection: Connection, row: Row) -> None:
        """Write what was observed up to this fact, forget the figures of what it touched, and move on."""
        observed = self.observed
        self.catalogue.flush()
        held = self.catalogue.held() if self._may_doubt(connection) else None
        recorded_at = split(row.state)[0].recorded_at
        # Many rows go in bulk, which waits for each table.
        with nullcontext() if observed.many_changed else together(connection):
            touched = observed.flush()
            if held:
                keeping.forget(connection, keeping.doubted(connection, held, touched))
            change(connection, _MOVE, reached=row.position, at=recorded_at)
        self.position = row.position

    def settle(self, connection: Connection, ledger: Ledger) -> None:
        """All is written: mark closed periods, and begin anew where something else is promised."""
        self.touching.flush(self.observed.marks)
        if self.observed.promises_changed:
            paced.follow_promises(connection, ledger, self.position, self.catalogue.held())
            keeping.forget_all(connection)

    def _may_doubt(self, connection: Connection) -> bool:
        """Whether figures may be kept of what was touched, and not all of them are forgotten."""
        observed = self.observed
        return bool(
            observed.touched and not observed.promises_changed and self._has_kept(connection)
        )

    def _has_kept(self, connection: Connection) -> bool:
        """Whether figures of days are kept; once there were any, it costs less to forget in vain than to ask."""
        self._any_kept = self._any_kept or keeping.any_kept(connection)
        return self._any_kept
