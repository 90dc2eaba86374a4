"""What every importer refuses: a file of another layout, with its line and column and what to do about it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import parse_instant
from slamon.importers import claims, holidays, levels, observations, prices, rates, tickets
from slamon.importers.rows import LayoutError, Reading

NOW = parse_instant("2026-11-01T00:00:00Z")
BERLIN = "Europe/Berlin"
DAY = "2026-01-01"


@dataclass(frozen=True)
class Kind:
    """A kind of file: its header, a good row with a place for one instant, and its reader."""

    header: str
    row: str
    column: str
    read: Callable[[Path], Reading[Any]]
    good: str = "2026-03-02T10:00"

    def text(self, instant: str | None = None) -> str:
        """The file with one row."""
        return f"{self.header}\n{self.row.format(instant or self.good)}\n"


def _tickets(path: Path) -> Reading[Any]:
    columns = {"ticket": "id", "opened": "at", "priority": "note"}
    return tickets.read(path, tickets.Layout(columns, BERLIN, NOW))


def _levels(path: Path) -> Reading[Any]:
    return levels.read(path, levels.Layout({"at": "at", "value": "used"}, BERLIN, NOW))


def _observations(path: Path) -> Reading[Any]:
    layout = observations.Layout(
        {"observed_at": "at", "outcome": "state"},
        {"up": "good", "down": "bad"},
        BERLIN,
        "imp",
        lambda _: "svc",
        frozenset({"svc"}),
        NOW,
    )
    return observations.read(path, layout)


def _claims(path: Path) -> Reading[Any]:
    columns = {"start": "at", "end": "to", "cause": "note"}
    layout = claims.Layout(columns, BERLIN, lambda _: "svc", frozenset({"svc"}), NOW)
    return claims.read(path, layout)


KINDS = {
    "tickets": Kind("id,at,note", "T-1,{},müde", "at", _tickets),
    "counter-evidence": Kind("at,to,note", "{},2026-10-31T12:00,müde", "at", _claims),
    "levels": Kind("at,used,note", "{},4.5,müde", "at", _levels),
    "observations": Kind("at,state,note", "{},up,müde", "at", _observations),
}


def _prices(path: Path) -> Reading[Any]:
    terms = prices.Terms("standard", "EUR", "2026-01-01", None)
    return prices.read_lines(path, terms, frozenset({"off-desk"}))


LISTS = {
    "prices": Kind(
        "offering,price_type,charge_period,unit,amount,note",
        "off-desk,recurring,P1M,desk,46.00,müde",
        "amount",
        _prices,
    ),
    "rates": Kind(
        "currency,per_usd,effective,note", "EUR,0.86,{},müde", "effective", rates.read, DAY
    ),
    "holidays": Kind("date,name,note", "{},Neujahr,müde", "date", holidays.read, DAY),
}
"""Files without instants."""

kind_of_file = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
any_kind = pytest.mark.parametrize("kind", [*KINDS.values(), *LISTS.values()], ids=[*KINDS, *LISTS])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file stands."""
    return tmp_path / "file.csv"


@any_kind
@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        pytest.param(
            lambda text: text.replace(",", ";").encode(),
            "1:{comma}: cells are separated by semicolons; separate them by commas",
            id="a semicolon between the cells",
        ),
        pytest.param(
            lambda text: text.replace(",", "\t").encode(),
            "1:{comma}: cells are separated by tabs; separate them by commas",
            id="a tab between the cells",
        ),
        pytest.param(
            lambda text: text.encode("utf-16"),
            "1:1: the text is in UTF-16; save the file as CSV in UTF-8",
            id="UTF-16 with its mark",
        ),
        pytest.param(
            lambda text: text.encode("utf-16-le"),
            "1:1: the text is in UTF-16; save the file as CSV in UTF-8",
            id="UTF-16 without a mark",
        ),
        pytest.param(
            lambda text: text.encode("latin-1"),
            "2:{umlaut}: byte FC is no UTF-8; in Latin-1 it would be 'ü'; save the file as CSV in UTF-8",
            id="Latin-1",
        ),
    ],
)
def test_a_file_of_another_layout_is_refused(
    file: Path, kind: Kind, spoil: Callable[[str], bytes], fault: str
) -> None:
    file.write_bytes(spoil(kind.text()))

    with pytest.raises(LayoutError) as refused:
        kind.read(file)

    umlaut = kind.row.format(kind.good).index("ü") + 1
    said = fault.format(comma=kind.header.index(",") + 1, umlaut=umlaut)
    assert str(refused.value) == f"{file}:{said}"


@any_kind
def test_a_file_that_lacks_a_column_is_refused(file: Path, kind: Kind) -> None:
    header = kind.header.replace(kind.column, "when")
    file.write_text(kind.text().replace(kind.header, header), "utf-8")

    with pytest.raises(LayoutError) as refused:
        kind.read(file)
    there = header.replace(",", ", ")
    assert str(refused.value) == f"{file}:1:{kind.column}: no such column; there are {there}"


@kind_of_file
@pytest.mark.parametrize(
    ("instant", "fault"),
    [
        pytest.param(
            "2026-03-29T02:30",
            "'2026-03-29T02:30' did not exist in Europe/Berlin, where the clocks went forward; "
            "write it with its offset",
            id="in the gap of a spring night",
        ),
        pytest.param(
            "2026-10-25T02:30",
            "'2026-10-25T02:30' came twice in Europe/Berlin, where the clocks went back; "
            "write it with its offset",
            id="in the hour of an autumn night that came twice",
        ),
        pytest.param(
            "02.03.2026 10:00",
            "no instant '02.03.2026 10:00'; write like 2026-02-01T08:00:00Z",
            id="as people write it",
        ),
        pytest.param(
            "2026-12-24T10:00",
            "'2026-12-24T10:00' lies in the future: it is 2026-11-01T00:00:00Z now; "
            "correct the row, or the zone of its source",
            id="not come yet",
        ),
    ],
)
def test_an_instant_that_cannot_be_read_in_one_way_is_refused(
    file: Path, kind: Kind, instant: str, fault: str
) -> None:
    file.write_text(kind.text(instant), "utf-8")

    assert [str(bad) for bad in kind.read(file).bad] == [f"2:{kind.column}: {fault}"]


@kind_of_file
@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2026-10-25T02:30+02:00", id="summer time"),
        pytest.param("2026-10-25T02:30+01:00", id="winter time"),
    ],
)
def test_an_instant_with_its_offset_is_told_from_its_twin(
    file: Path, kind: Kind, instant: str
) -> None:
    file.write_text(kind.text(instant), "utf-8")

    assert kind.read(file).bad == []


@any_kind
def test_a_byte_order_mark_of_utf_8_is_passed_over(file: Path, kind: Kind) -> None:
    file.write_bytes(BOM_UTF8 + kind.text().encode())

    found = kind.read(file)

    assert (len(found.results), found.bad) == (1, [])


@any_kind
def test_a_row_with_a_comma_too_many_is_refused(file: Path, kind: Kind) -> None:
    file.write_text(kind.text().replace("müde", "müde, sehr"), "utf-8")

    said = "2:row: the row has more cells than the header; a text with a comma in it needs quotes"
    assert [str(bad) for bad in kind.read(file).bad] == [said]
