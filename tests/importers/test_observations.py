"""Files of foreign observations: each row a result, or a fault with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.instants import parse_instant
from probes.outcome import Outcome
from slamon.app.imports import Result
from slamon.importers.observations import Layout, read
from slamon.importers.rows import LayoutError, Reading, write_rejects

LAYOUT = Layout(
    columns={"observed_at": "at", "outcome": "state", "service": "who", "latency_ms": "ms"},
    values={"up": "good", "slow": "degraded", "down": "bad", "odd": "inconclusive"},
    tz="Europe/Berlin",
    source="imp-paper",
    service_of={"mail": "svc-mail", "web": "svc-web", "fax": "svc-fax"}.get,
    services=frozenset({"svc-mail", "svc-web"}),
    now=parse_instant("2026-11-22T12:00:00Z"),
)
HEADER = "at,state,who,ms\n"
GOOD = "2026-03-02T10:00,up,mail,120\n"
FUTURE = (
    "lies in the future: it is 2026-11-22T12:00:00Z now; correct the row, or the zone of its source"
)


def _read(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Reading[Result]:
    file = tmp_path / "paper.csv"
    file.write_bytes(text.encode(encoding))
    return read(file, LAYOUT)


def _faults(reading: Reading[Result]) -> list[str]:
    return [str(row) for row in reading.bad]


def test_a_row_is_a_result_of_the_source_and_its_service(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + GOOD)

    at = parse_instant("2026-03-02T09:00:00Z")
    assert found.results == [Result("imp-paper/svc-mail", at, Outcome.GOOD, 120_000)]
    assert found.bad == []


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("up", Outcome.GOOD), ("slow", Outcome.DEGRADED), ("down", Outcome.BAD), ("odd", Outcome(3))],
)
def test_words_mean_what_the_catalogue_says(tmp_path: Path, word: str, outcome: Outcome) -> None:
    found = _read(tmp_path, f"{HEADER}2026-03-02T10:00,{word},mail,\n")

    assert found.results[0].outcome is outcome
    assert found.results[0].latency_us is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + HEADER + GOOD, id="a mark of byte order"),
        pytest.param((HEADER + GOOD).replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param("ms,who,state,at,more\n120,mail,up,2026-03-02T10:00,x\n", id="other columns"),
        pytest.param(HEADER + " 2026-03-02T10:00 , up , mail , 120 \n", id="blanks around cells"),
        pytest.param(
            HEADER + '"2026-03-02T10:00","up","mail","120"', id="quoted, no last line end"
        ),
        pytest.param(HEADER + "\n" + GOOD + "\n", id="empty lines"),
    ],
)
def test_files_as_programs_write_them_are_read(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, text)

    assert found.bad == []
    assert [(r.check, r.outcome, r.latency_us) for r in found.results] == [
        ("imp-paper/svc-mail", Outcome.GOOD, 120_000)
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            "2026-03-02T10:00,on,mail,1",
            "3:state: 'on' is none of up, slow, down, odd",
            id="a word that means nothing",
        ),
        pytest.param(
            "2026-03-02T10:00,up,fax,1",
            "3:who: the catalogue has no service 'svc-fax', for which 'fax' stands",
            id="a word for a service that the catalogue does not have",
        ),
        pytest.param(
            "2026-03-02T10:00,up,telex,1",
            "3:who: 'telex' stands for no service",
            id="a word for no service",
        ),
        pytest.param(
            "2026-03-02T10:00,up,mail,1.5",
            "3:ms: '1.5' is not a whole number of milliseconds",
            id="a latency with a fraction",
        ),
        pytest.param(
            "2026-03-02T10:00,up,mail,9999999999",
            "3:ms: '9999999999' is not a whole number of milliseconds",
            id="a latency of months",
        ),
        pytest.param(
            "2026-03-02T10:00,up,mail,1,2",
            "3:row: the row has more cells than the header; a text with a comma in it needs quotes",
            id="a cell too many",
        ),
        pytest.param(
            "2026-03-02T10:00",
            "3:row: 1 of 4 columns",
            id="cells too few",
        ),
    ],
)
def test_a_bad_row_is_named_by_line_and_column(tmp_path: Path, row: str, fault: str) -> None:
    found = _read(tmp_path, f"{HEADER}{GOOD}{row}\n{GOOD}")

    assert _faults(found)[0] == fault
    assert len(found.results) == 2


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("yesterday", id="no instant at all"),
        pytest.param("2026-02-30T10:00", id="a day that is not"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_instant_that_is_none_is_a_fault(tmp_path: Path, instant: str) -> None:
    found = _read(tmp_path, f"{HEADER}{instant},up,mail,1\n")

    assert _faults(found)[0].startswith("2:at: ")
    assert found.results == []


def test_all_faults_of_a_row_are_named(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + "never,on,fax,soon\n")

    assert [row.column for row in found.bad] == ["at", "state", "who", "ms"]


def test_lines_are_those_of_the_file_also_behind_empty_ones_and_quoted_ends(
    tmp_path: Path,
) -> None:
    text = 'at,state,who,ms,note\n\n2026-03-02T10:00,up,mail,1,"two\nlines"\nnever,up,mail,1,\n'

    assert [row.line for row in _read(tmp_path, text).bad] == [5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "1:at: no such column; there are none", id="an empty file"),
        pytest.param(
            "at,state,who\n",
            "1:ms: no such column; there are at, state, who",
            id="one is gone",
        ),
        pytest.param(
            "at;state;who;ms\n",
            "1:3: cells are separated by semicolons; separate them by commas",
            id="another separator",
        ),
    ],
)
def test_a_file_without_the_columns_of_the_layout_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(LayoutError) as refused:
        _read(tmp_path, text)
    assert str(refused.value) == f"{tmp_path / 'paper.csv'}:{message}"


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=r"paper\.csv:2:22: byte FC is no UTF-8"):
        _read(tmp_path, HEADER + "2026-03-02T10:00,up,müll,1\n", encoding="latin-1")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(HEADER + GOOD + "x" * 200_000, 3, id="in a row"),
        pytest.param("x" * 200_000, 1, id="in the header"),
    ],
)
def test_a_cell_too_large_is_refused_in_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(LayoutError, match=rf"paper\.csv:{line}: not CSV: field larger"):
        _read(tmp_path, text)


def test_rejected_rows_can_be_mended_and_read_again(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + GOOD + "2026-03-02T11:00,on,fax,7\n")
    rejects = tmp_path / "paper.rejected.csv"
    write_rejects(rejects, found.header, found.bad)

    text = rejects.read_text("utf-8")
    assert text.splitlines()[0] == "at,state,who,ms,line,reason"
    assert text.splitlines()[1].startswith("2026-03-02T11:00,on,fax,7,3,")
    assert (
        "state: 'on' is none of up, slow, down, odd; who: the catalogue has no service 'svc-fax'"
        in text
    )
    rejects.write_text(text.replace("on,fax", "down,web"), "utf-8")
    again = read(rejects, LAYOUT)
    assert again.bad == []
    assert [(r.check, r.outcome) for r in again.results] == [("imp-paper/svc-web", Outcome.BAD)]


def test_rows_rejected_twice_say_so_once(tmp_path: Path) -> None:
    first = _read(tmp_path, HEADER + "never,up,mail,1\n")
    rejects = tmp_path / "paper.rejected.csv"
    write_rejects(rejects, first.header, first.bad)
    second = read(rejects, LAYOUT)
    write_rejects(rejects, second.header, second.bad)

    assert rejects.read_text("utf-8").splitlines()[0] == "at,state,who,ms,line,reason"


@pytest.mark.parametrize(
    ("at", "faults"),
    [
        pytest.param("2026-11-22T13:00", [], id="what is observed now has happened"),
        pytest.param(
            "2026-11-22T13:00:00.000001",
            [
                (
                    "2:at: '2026-11-22T13:00:00.000001' lies in the future: it is 2026-11-22T12:00:00Z now; "
                    "correct the row, or the zone of its source"
                )
            ],
            id="a microsecond later has not",
        ),
    ],
)
def test_a_result_from_the_future_is_a_fault(tmp_path: Path, at: str, faults: list[str]) -> None:
    found = _read(tmp_path, f"{HEADER}{at},up,mail,\n")

    assert _faults(found) == faults
    assert len(found.results) == (not faults)
