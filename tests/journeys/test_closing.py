"""Closing the books: a month closes, a late file changes it, and what was once said can be said again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from slamon.cli.main import app

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
AGREEMENT = "sla-digital-editions"
FEBRUARY = ("--agreement", AGREEMENT, "--period", "2026-02")
BREACH = f"{AGREEMENT}.o9.2026-02"
HEADER = "observed_at,service,status,http_code,response_ms\n"
UP = [(f"2026-{m:02}-{d:02}T06:00:00Z", "up") for m in (2, 3) for d in range(1, 29)]
OUTAGE = [("2026-02-10T09:00:00Z", "down"), ("2026-02-10T14:00:00Z", "up")]
DENIED = [("2026-02-10T09:00:00Z", "up")]
SECOND = [("2026-02-17T08:00:00Z", "down"), ("2026-02-17T15:30:00Z", "up")]
Rows = Sequence[tuple[str, str]]


class Books:
    """The commands in a data folder of their own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self.data = folder / "var"
        self("catalogue", "apply", STARTER, "--yes")

    def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        """Run a command; what it printed."""
        env = {"SLAMON_DATA": str(self.data), "SLAMON_ACTOR": "rita", "COLUMNS": "200"}
        done = CliRunner(env=env).invoke(app, [str(each) for each in arguments])
        assert done.exit_code == code, done.output
        return done.stdout

    def take_in(self, rows: Rows) -> str:
        """Import a file of observations."""
        file = self._folder / f"{len(list(self._folder.iterdir()))}.csv"
        lines = (f"{at},parzival,{state},200,120\n" for at, state in sorted(rows))
        file.write_text(HEADER + "".join(lines))
        return self("import", "observations", file, "--source", "imp-digital-editions")

    def judge(self, *more: str, code: int) -> str:
        """The figures of February as JSON."""
        return self("judge", *FEBRUARY, *more, "--json", code=code)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """The digital editions, of which nothing is known yet."""
    return Books(tmp_path)


def test_a_late_file_restates_a_closed_month_and_the_old_figures_stay(books: Books) -> None:
    books.take_in([*UP, *OUTAGE])
    books("close", *FEBRUARY)
    old = books.judge(code=1)
    before = json.loads(old)["as_known_at"]["instant"]
    said = books.take_in(DENIED)

    assert "sla-digital-editions 2026-02 is restated" in said
    assert f"breach withdrawn: {BREACH}" in said
    new = json.loads(books.judge(code=0))
    states = {each["objective"]: each["state"] for each in new["objectives"]}
    assert states["o9"] == "met"
    assert books.judge("--as-known-at", before, code=1) == old
    shown = json.loads(books("breaches", "show", BREACH, "--json"))
    assert (shown["line"]["status"], shown["judgement"]["state"]) == ("withdrawn", "breached")
    assert shown["restated"]["state"] == "met"
    (outage,) = shown["judgement"]["outages"]
    assert ": 1 bad result in the outage, " in outage["evidence"][0]
    told = " ".join(books("breaches", "show", BREACH).split())
    (now, then) = (shown[of]["measured"] for of in ("restated", "judgement"))
    assert f"achieved {now['percent']} ({now['ratio']}) when found {then['percent']}" in told
    assert "due Withdrawn: nothing is due." in told
    (line,) = json.loads(books("breaches", "list", "--json"))
    assert (line["percent"], line["found_percent"]) == (now["percent"], then["percent"])
    assert "withdrawn: nothing is due" in books("breaches", "list")

    again = books.take_in(DENIED)
    assert "restated" not in again
    assert json.loads(books.judge(code=0)) == new


def test_a_breach_appears_with_a_late_file(books: Books) -> None:
    books.take_in(UP)
    books("close", *FEBRUARY)
    said = books.take_in(OUTAGE)

    assert f"breach to review: {BREACH}" in said
    listed = json.loads(books("breaches", "list", "--status", "open", "--json"))
    assert [each["breach"] for each in listed] == [BREACH]
    assert listed[0]["found_by"] == "slamon"


def test_late_files_in_either_order_end_in_the_same_figures(tmp_path: Path) -> None:
    ends = []
    for number, order in enumerate(((DENIED, SECOND), (SECOND, DENIED))):
        books = Books(tmp_path / str(number))
        books.take_in([*UP, *OUTAGE])
        books("close", *FEBRUARY)
        for late in order:
            books.take_in(late)
        ends.append(json.loads(books.judge(code=1))["objectives"])

    assert ends[0] == ends[1]
    assert [each["outages"][0]["from"] for each in ends[0] if each["outages"]] == [
        "2026-02-17T08:00:00Z"
    ]


def test_months_close_by_themselves_while_slamon_is_up(
    books: Books, started: Callable[..., Any], until: Callable[..., Any]
) -> None:
    books.take_in([*UP, *OUTAGE])
    running = started("up", books.data)

    def closed() -> bool:
        labels = running.api(f"/agreements/{AGREEMENT}")["closed_periods"]
        return {"2026-02", "2026-03", "2026-04"} <= set(labels)

    until(closed)
    (breach,) = running.api("/breaches", status="open")["items"]
    assert (breach["breach"], breach["found_by"]) == (BREACH, "slamon")
    assert running.stopped() == 0
