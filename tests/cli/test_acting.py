"""Names of people stand in one table, are shown instead of ids, and go for good when they are erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slamon.cli.house import House
from slamon.ledger.actors import ActorErased

NAME, ADDRESS = "Ann Example", "ann@people.example"


@pytest.fixture
def known(slamon: Any) -> Any:
    """The filled folder, in which p1 is Ann and has declared an incident."""
    added = slamon("actor", "add", NAME, "--id", "p1", "--address", ADDRESS)
    assert added.stdout == f"p1 is {NAME}\n"
    when, why = ("--from", "2026-03-10T09:00:00Z"), ("--reason", "a reader wrote")
    declared = slamon(
        *("incident", "declare", "svc-parzival", "--state", "down"),
        *(*when, *why, "--evidence", "letter 7", "--as", "p1"),
    )
    assert declared.exit_code == 0, declared.output
    return slamon


def erased(slamon: Any, *more: str, reason: str = "asked for on 2026-03-20") -> Any:
    return slamon("actor", "erase", "p1", "--reason", reason, "--yes", *more)


def holding(folder: Path, text: str) -> list[str]:
    """The files of a data folder in whose bytes a text stands."""
    return [f.name for f in folder.iterdir() if f.is_file() and text.encode() in f.read_bytes()]


def test_a_name_is_shown_where_its_id_decided(known: Any) -> None:
    assert NAME in known("incident", "list").stdout
    assert known.json("incident", "list")[0]["actor"] == "p1"


def test_only_one_file_holds_a_name(known: Any) -> None:
    assert holding(known.folder, NAME) == ["actors.db"]
    assert (known.folder / "actors.db").stat().st_mode & 0o777 == 0o600


def test_an_erased_name_stands_in_no_byte_of_the_folder(known: Any) -> None:
    assert erased(known).exit_code == 0

    assert (holding(known.folder, NAME), holding(known.folder, ADDRESS)) == ([], [])
    assert "p1 (erased)" in known("incident", "list").stdout
    assert known.json("actor", "list") == [
        {"id": "p1", "name": None, "address": None, "erased": True}
    ]


def test_an_erasure_is_recorded_without_saying_whose_name_it_was(known: Any) -> None:
    erased(known)

    with House(known.folder) as house:
        (entry,) = house.ledger.stream("actor:p1")
    assert entry.fact == ActorErased(reason="asked for on 2026-03-20")
    assert entry.actor == "rita"


def test_erasing_again_records_nothing_more(known: Any) -> None:
    erased(known)

    assert "was erased before" in erased(known).stdout
    with House(known.folder) as house:
        assert house.ledger.version("actor:p1") == 1


def test_a_reason_that_repeats_the_name_is_refused(known: Any) -> None:
    refused = erased(known, reason="Mrs Example asked for it")

    assert refused.exit_code == 1
    assert "it repeats 'Example': say it without" in refused.stderr
    assert holding(known.folder, NAME) == ["actors.db"]


def test_an_id_is_never_given_to_somebody_else(known: Any) -> None:
    erased(known)

    refused = known("actor", "add", "Bob Example", "--id", "p1")

    assert refused.exit_code == 1
    assert "belonged to somebody who was erased" in refused.stderr


def test_somebody_unknown_cannot_be_erased(slamon: Any) -> None:
    refused = erased(slamon)

    assert refused.exit_code == 1
    assert "there is no actor 'p1'" in refused.stderr


def test_erasing_asks_first(known: Any) -> None:
    stopped = known("actor", "erase", "p1", "--reason", "asked for", answer="n\n")

    assert stopped.exit_code == 1
    assert holding(known.folder, NAME) == ["actors.db"]


def test_an_id_is_drawn_where_none_is_given(slamon: Any) -> None:
    said = slamon("actor", "add", NAME).stdout

    assert said.startswith("p-")
    assert said.endswith(f" is {NAME}\n")


@pytest.mark.parametrize(
    "replaced", [pytest.param(True, id="over it"), pytest.param(False, id="without it")]
)
def test_a_backup_does_not_bring_an_erased_name_back(
    known: Any, tmp_path: Path, *, replaced: bool
) -> None:
    """Over the ledger that knows of the erasure; without that ledger the table of actors still says so."""
    file = tmp_path / "kept"
    known("ledger", "backup", file)
    erased(known)
    if not replaced:
        (known.folder / "ledger.db").unlink()

    told = known.json("ledger", "restore", file, "--replace")

    assert told["erased_again"] == ["p1"]
    assert NAME.encode() in file.read_bytes()
    assert holding(known.folder, NAME) == []
    with House(known.folder) as house:
        assert house.ledger.version("actor:p1") == 1
