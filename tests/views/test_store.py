"""The view store: one state for everything that is read together."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from slamon.ledger.store import LedgerFounded
from slamon.views.store import ViewStore, read_position
from slamon.views.tables import view_state

FOUNDED = LedgerFounded(ledger_id="0123456789abcdef", epoch=1)


def test_reads_of_one_answer_see_one_state_while_the_fold_goes_on(tmp_path: Path) -> None:
    store = ViewStore(tmp_path, FOUNDED)
    with store.reading() as connection:
        before = read_position(connection)
        with store.writing() as folding:
            folding.execute(update(view_state).values(position=7))
        assert read_position(connection) == before == 0
    with store.reading() as connection:
        assert read_position(connection) == 7
    store.close()


def test_another_epoch_of_the_ledger_gets_tables_of_its_own(tmp_path: Path) -> None:
    first = ViewStore(tmp_path, FOUNDED)
    with first.writing() as connection:
        connection.execute(update(view_state).values(position=7))
    second = ViewStore(tmp_path, FOUNDED.model_copy(update={"epoch": 2}))
    assert (first.position(), second.position()) == (7, 0)
    second.take_over()
    assert len(list(tmp_path.glob("views.*.db"))) == 1
    first.close()
    second.close()
