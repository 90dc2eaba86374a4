"""Tables and lists of names and values in a terminal: however narrow, nothing of them is cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slamon.cli import terminal
from slamon.cli.sheet import print_map, print_table

HASH = "6aad2c2c889575342e635e49903d6df5dc1b2e975e8074bd76a336749d5597bb"
NAMES = ("number", "sealed at", "hash")
ROWS = [(1, "2026-11-23T08:06:39.498935Z", HASH), (12, "2026-11-23T09:06:39.498935Z", HASH[::-1])]
JUDGE = ("judge", "--agreement", "sla-digital-editions", "--period", "2026-02")
CELLS = st.text(st.sampled_from("ab:-/. €あ"), max_size=60)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set how many columns the screen has."""
    return lambda width: monkeypatch.setattr(terminal.console, "_width", width)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_a_table_that_fits_has_a_line_for_each_row(screen: Any, capsys: Any) -> None:
    screen(120)
    print_table(NAMES, ROWS, empty="no seal")

    assert lines(capsys) == [
        "number  sealed at                    hash",
        f"1       2026-11-23T08:06:39.498935Z  {HASH}",
        f"12      2026-11-23T09:06:39.498935Z  {HASH[::-1]}",
    ]


def test_a_table_that_nearly_fits_is_folded_between_words(screen: Any, capsys: Any) -> None:
    screen(30)
    print_table(("id", "reason"), [("a-1", "the outage lay in agreed maintenance")], empty="")

    assert lines(capsys) == [
        "id   reason",
        "a-1  the outage lay in agreed",
        "     maintenance",
    ]


def test_a_row_that_would_be_broken_within_words_is_given_in_lines(
    screen: Any, capsys: Any
) -> None:
    screen(80)
    print_table(NAMES, ROWS, empty="no seal")

    assert lines(capsys) == [
        "number: 1  sealed at: 2026-11-23T08:06:39.498935Z",
        f"  hash: {HASH}",
        "number: 12  sealed at: 2026-11-23T09:06:39.498935Z",
        f"  hash: {HASH[::-1]}",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 72])
def test_a_hash_stays_whole_on_a_screen_that_is_narrower(
    screen: Any, capsys: Any, width: int
) -> None:
    screen(width)
    print_table(NAMES, ROWS[:1], empty="no seal")
    print_map({"last seal": HASH, "seals": 38})

    assert len([line for line in lines(capsys) if HASH in line]) == 2


def test_a_long_value_goes_on_below_itself(screen: Any, capsys: Any) -> None:
    screen(30)
    print_map({"seal": 38, "reason": "the outage lay in agreed maintenance", "clause": None})

    assert lines(capsys) == [
        "seal    38",
        "reason  the outage lay in",
        "        agreed maintenance",
        "clause  –",
    ]


def test_a_word_behind_the_space_that_begins_a_cell_stays_whole(screen: Any, capsys: Any) -> None:
    screen(20)
    print_table(("one", "", "three"), [("", "fourth", " seventh")], empty="")

    assert [line for line in lines(capsys) if "seventh" in line] == ["  three:  seventh"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=3), st.integers(20, 200))
def test_every_word_is_printed_whole_however_narrow_the_screen(
    screen: Any, capsys: Any, rows: Sequence[tuple[str, str, str]], width: int
) -> None:
    screen(width)
    print_table(("one", "", "three"), rows, empty="")
    print_map({row[0]: row[1] for row in rows})

    said = capsys.readouterr().out
    assert [word for row in rows for cell in row for word in cell.split() if word not in said] == []


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        pytest.param(("ledger", "show", "--last", "1"), "  stream: ledger:seals", id="facts"),
        pytest.param(("ledger", "seals"), "\n  hash: ", id="seals"),
        pytest.param(JUDGE, "exact: 47/48", id="figures"),
    ],
)
def test_a_terminal_of_eighty_columns_cuts_nothing(
    slamon: Any, in_terminal: Callable[..., str], command: tuple[str, ...], whole: str
) -> None:
    assert slamon("ledger", "seal").exit_code == 0

    said = in_terminal(slamon.folder, *command)

    assert whole in said
    assert "…" not in said
