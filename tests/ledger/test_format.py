"""A ledger that a newer program has written is refused before anything is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slamon.history import NAMES
from slamon.ledger.format import FORMAT, FormatError, FormatRaised, raise_format, refuse_newer
from slamon.ledger.store import Ledger

Opener = Callable[..., Ledger]


@pytest.fixture
def known(opened: Opener, path: Path) -> Ledger:
    return opened(path, NAMES)


def test_a_ledger_without_a_format_is_open_to_every_program(known: Ledger) -> None:
    refuse_newer(known, known=1)


def test_the_format_is_raised_once(known: Ledger) -> None:
    assert raise_format(known, "0.2.0") == 1
    assert raise_format(known, "0.3.0") is None

    assert [e.fact for e in known.stream("format")] == [
        FormatRaised(format=FORMAT, program="0.2.0")
    ]


def test_an_older_program_is_refused_and_told_which_one_it_takes(known: Ledger) -> None:
    raise_format(known, "0.2.0", wanted=2)

    with pytest.raises(FormatError) as refused:
        refuse_newer(known, known=1)

    assert str(refused.value) == (
        f"the ledger {known.path} has format 2, this program writes format 1: "
        "open it with slamon 0.2.0 or newer; nothing was touched"
    )


def test_a_newer_program_raises_it_further_and_an_older_one_never_lowers_it(known: Ledger) -> None:
    raise_format(known, "0.3.0", wanted=3)

    assert raise_format(known, "0.2.0", wanted=2) is None
    assert raise_format(known, "0.4.0", wanted=4) == 2


def test_what_a_later_program_adds_to_the_fact_does_not_keep_an_older_one_from_understanding_it() -> (
    None
):
    later = b'{"format":9,"program":"3.0.0","because":"something new"}'

    assert NAMES.decode("format-raised/1", later) == FormatRaised(format=9, program="3.0.0")
