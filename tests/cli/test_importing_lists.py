"""Lists that others publish, from a file to terms of the catalogue: each recorded once, nothing changed in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
RATES = "currency,per_usd,effective\n"
DAYS = "date,name,status\n"


@pytest.fixture
def bonn(empty: Any) -> Any:
    """The commands in a folder with the starter set of 2008."""
    applied = empty("catalogue", "apply", STARTER, "--yes")
    assert applied.exit_code == 0, applied.output
    return empty


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a list."""

    def written(text: str, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written


def _per_usd(slamon: Any, name: str) -> list[str]:
    facts = slamon.json("ledger", "show", "--stream", f"exchange_rate:{name}")
    told = [fact["content"] for fact in facts if fact["fact"] != "terms-edited/1"]
    return [
        each["terms"]["per_usd"] if "terms" in each else each["changes"][0]["new"] for each in told
    ]


def test_rates_are_recorded_once_in_a_set_of_their_own(bonn: Any, write: Any) -> None:
    file = write(f"{RATES}EUR,0.64,2008-08-01\nGBP,0.51,2008-08-01\nUSD,1,2008-08-01\n")

    first = bonn("import", "rates", file, "--kind", "unore")
    position = bonn.position()
    file.write_text(f"{RATES}EUR,0.640,1 Aug 2008\n", "utf-8")
    again = bonn("import", "rates", file, "--kind", "unore")

    assert "exchange rate EUR.unore.2008-08-01: stated" in first.stdout, first.output
    assert "nothing to record" in again.stdout, again.output
    assert bonn.position() == position
    assert _per_usd(bonn, "GBP.unore.2008-08-01") == ["0.51"]
    assert "there is no stream" in bonn("ledger", "show", "--stream", "exchange_rate:USD").stderr


def test_a_rate_that_is_effective_changes_only_as_a_correction(bonn: Any, write: Any) -> None:
    bonn("import", "rates", write(f"{RATES}EUR,0.64,2008-08-01\n"), "--kind", "unore")
    file = write(f"{RATES}EUR,0.65,2008-08-01\n")

    refused = bonn("import", "rates", file, "--kind", "unore")
    corrected = bonn("import", "rates", file, "--kind", "unore", "--correction", "misread")

    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{file}:2:1: exchange rate EUR.unore.2008-08-01:")
    assert "--correction REASON" in refused.stderr
    assert corrected.exit_code == 0, corrected.output
    assert _per_usd(bonn, "EUR.unore.2008-08-01") == ["0.64", "0.65"]


def test_a_rate_that_is_not_effective_yet_may_be_published_anew(bonn: Any, write: Any) -> None:
    bonn("import", "rates", write(f"{RATES}EUR,0.64,2090-08-01\n"), "--kind", "unore")

    done = bonn("import", "rates", write(f"{RATES}EUR,0.65,2090-08-01\n"), "--kind", "unore")

    assert done.exit_code == 0, done.output
    assert _per_usd(bonn, "EUR.unore.2090-08-01") == ["0.64", "0.65"]


def test_a_plan_of_a_list_records_nothing(bonn: Any, write: Any) -> None:
    position = bonn.position()

    rates = bonn(
        "import", "rates", write(f"{RATES}EUR,1,2026-01-01\n"), "--kind", "unore", "--plan"
    )
    file = write(f"{DAYS}2010-01-01,New Year,\n")
    days = bonn("import", "holidays", file, "--calendar", "un-bonn", "--plan")

    assert "EUR.unore.2026-01-01" in rates.stdout
    assert "2010-01-01" in days.stdout
    assert bonn.position() == position


def test_a_list_with_bad_rows_is_refused_whole_or_leaves_them_in_a_file(
    bonn: Any, write: Any
) -> None:
    file = write(f'{RATES}EUR,"0,64",2008-08-01\nGBP,0.51,2008-08-01\n')

    whole = bonn("import", "rates", file, "--kind", "unore")
    others = bonn("import", "rates", file, "--kind", "unore", "--skip-bad")

    assert whole.exit_code == 1
    assert f"{file}:2:per_usd: '0,64' has a decimal comma; write 0.64" in whole.stderr
    assert others.exit_code == 0, others.output
    assert "0,64" in file.with_suffix(".rejected.csv").read_text("utf-8")
    assert _per_usd(bonn, "GBP.unore.2008-08-01") == ["0.51"]


def test_columns_of_another_name_are_named_in_the_command(bonn: Any, write: Any) -> None:
    file = write("Code,Rate,Effective\nEUR,0.64,2008-08-01\n")
    names = ("currency=Code", "per_usd=Rate", "effective=Effective")
    columns = [word for name in names for word in ("--column", name)]

    done = bonn("import", "rates", file, "--kind", "unore", *columns)
    wrong = bonn("import", "rates", file, "--kind", "unore", "--column", "rate=Rate")

    assert done.exit_code == 0, done.output
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "--column rate: write ROLE=NAME, where the role is one of currency, per_usd, effective\n",
    )


def test_holidays_are_put_into_their_calendar_once(bonn: Any, write: Any) -> None:
    file = write(f"{DAYS}2008-10-01,Aïd al-Fitr,confirmed\n2010-01-01,New Year's Day,\n")

    first = bonn("import", "holidays", file, "--calendar", "un-bonn")
    again = bonn("import", "holidays", file, "--calendar", "un-bonn")

    assert first.exit_code == 0, first.output
    assert "nothing to record" in again.stdout, again.output
    (changes,) = [
        fact["content"]["changes"]
        for fact in bonn.json("ledger", "show", "--stream", "calendar:un-bonn")[1:]
        if fact["fact"] != "terms-edited/1"
    ]
    assert [(each["path"], each["kind"], each["new"]) for each in changes] == [
        ("days.2008-10-01.status", "changed", "confirmed"),
        ("days.2008-10-01.prov", "changed", "P:holiday-list"),
        (
            "days.2010-01-01",
            "added",
            {
                "date": "2010-01-01",
                "name": dict.fromkeys(("en", "fr", "es"), "New Year's Day"),
                "status": "confirmed",
                "prov": "P:holiday-list",
            },
        ),
    ]


def test_holidays_of_a_calendar_file_say_what_those_of_a_csv_file_say(
    bonn: Any, write: Any
) -> None:
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20100101\nSUMMARY:New Year\nEND:VEVENT\n"
    calendar = write(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n", "days.ics")

    first = bonn("import", "holidays", calendar, "--calendar", "un-bonn")
    again = bonn(
        "import", "holidays", write(f"{DAYS}2010-01-01,New Year,\n"), "--calendar", "un-bonn"
    )

    assert first.exit_code == 0, first.output
    assert "nothing to record" in again.stdout, again.output


def test_a_calendar_that_is_not_there_is_named(bonn: Any, write: Any) -> None:
    said = bonn("import", "holidays", write(DAYS), "--calendar", "un-boon")

    assert said.exit_code == 1
    assert said.stderr.startswith("there is no calendar 'un-boon'; known are ")
