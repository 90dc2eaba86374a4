"""Commands that announce excluded time and rule on it, in an agreement with maintenance of four hours a month."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from slamon.cli.house import House, now
from slamon.cli.main import app
from slamon.ledger.lock import FolderLock
from slamon.views.following import Following

SETS = Path(__file__).parents[2] / "catalogue" / "starter"
EDITIONS, CMS = SETS / "digital-editions", SETS / "cms-2008"

AGREEMENT = "sla-digital-editions"
CLAUSES = """
  correction: {reason: "the clauses were forgotten"}
  exclusions:
  - {id: x1, kind: planned_maintenance, effect: remove_window, notice: P3D,
     notice_hours: bern-business-hours, max_per_month: PT4H}
  - {id: x2, kind: customer_cause, effect: count_as_available}
"""


def _commands(folder: Path) -> Callable[..., Result]:
    runner = CliRunner(env={"SLAMON_DATA": str(folder), "SLAMON_ACTOR": "rita"})
    return lambda *arguments: runner.invoke(app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def amended(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled folder, its agreement with clauses; nobody writes to it."""
    folder = tmp_path_factory.mktemp("amended")
    shutil.copytree(filled, folder / "var")
    documents = folder / EDITIONS.name  # the name of the set
    shutil.copytree(EDITIONS, documents, ignore=shutil.ignore_patterns("data"))
    file = documents / "agreements.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("\n  objectives:", CLAUSES + "  objectives:"), "utf-8")
    done = _commands(folder / "var")("catalogue", "apply", documents, "--yes")
    assert done.exit_code == 0, done.output
    return folder / "var"


@pytest.fixture
def bern(slamon: Any, amended: Path) -> Any:
    """The commands where the agreement has clauses; one service was down 2026-02-10 from 10:00 to 15:00."""
    shutil.rmtree(slamon.folder)
    shutil.copytree(amended, slamon.folder)
    return slamon


def _announce(slamon: Any, **change: str) -> Any:
    asked = {
        "agreement": AGREEMENT,
        "clause": "x1",
        "service": "svc-parzival",
        "from": "2026-02-10T12:00",
        "to": "2026-02-10T18:00",
        "received-at": "2026-02-02T09:00",
        "evidence": "mail 4711",
        "reason": "new disks",
    } | {name.replace("_", "-"): value for name, value in change.items()}
    return slamon("exclusion", "announce", *(f"--{n}={value}" for n, value in asked.items()))


def _judged(slamon: Any, *, code: int = 1) -> dict[str, Any]:
    said = slamon.json("judge", "--agreement", AGREEMENT, "--period", "2026-02", code=code)
    figure: dict[str, Any] = next(o for o in said["objectives"] if o["objective"] == "o9")
    return figure


def test_a_window_recorded_late_waits_for_a_grant(bern: Any) -> None:
    said = _announce(bern)

    assert (said.exit_code, said.stderr) == (0, "")
    assert f"x1-2026-02-10-1 of {AGREEMENT} is announced" in said.stdout
    assert "late_recording" in said.stdout
    (line,) = bern.json("exclusion", "list")
    assert (line["status"], line["from"], line["to"]) == (
        "announced",
        "2026-02-10T11:00:00Z",
        "2026-02-10T17:00:00Z",
    )


def test_a_grant_takes_the_window_out_up_to_the_quota(bern: Any) -> None:
    before = _judged(bern)
    _announce(bern)

    said = bern("exclusion", "grant", AGREEMENT, "x1-2026-02-10-1", "--reason", "agreed")

    assert (said.exit_code, said.stdout) == (0, f"x1-2026-02-10-1 of {AGREEMENT} is granted\n")
    shown = bern.json("exclusion", "show", AGREEMENT, "x1-2026-02-10-1")
    (fate,) = shown["objectives"]
    assert (fate["objective"], fate["service"]) == ("o9", "svc-parzival")
    assert [(part["from"], part["to"], part["effect"], part["rule"]) for part in fate["parts"]] == [
        ("2026-02-10T11:00:00Z", "2026-02-10T15:00:00Z", "remove_window", None),
        ("2026-02-10T15:00:00Z", "2026-02-10T17:00:00Z", None, "quota"),
    ]
    after = _judged(bern, code=0)
    assert (before["state"], after["state"]) == ("breached", "met")
    assert after["tally"]["down_us"] < before["tally"]["down_us"]
    assert after["coverage"]["agreed_us"] == before["coverage"]["agreed_us"] - 4 * 3_600_000_000


def test_a_page_of_words_says_which_rule_refused_what(bern: Any) -> None:
    _announce(bern)
    bern("exclusion", "grant", AGREEMENT, "x1-2026-02-10-1", "--reason", "agreed")

    said = bern("exclusion", "show", AGREEMENT, "x1-2026-02-10-1").stdout

    for words in (
        "x1 (planned maintenance)",
        "2026-02-02T08:00:00Z: mail 4711",
        "granted, but only partly excluded: more than the month allows (agreed)",
        "excluded (remove window)",
        "clause x1 allows 4:00 h of agreed time a month; in 2026-02 it was used up at 2026-02-10 16:00+01:00",
    ):
        assert words in said


def test_a_refused_window_and_a_withdrawn_one_change_nothing(bern: Any) -> None:
    before = _judged(bern)
    _announce(bern)
    _announce(bern, clause="x2", reason="their own change")

    bern("exclusion", "refuse", AGREEMENT, "x1-2026-02-10-1", "--reason", "nothing was done")
    bern("exclusion", "grant", AGREEMENT, "x2-2026-02-10-1", "--reason", "true")
    bern("exclusion", "withdraw", AGREEMENT, "x2-2026-02-10-1", "--reason", "it was not them")

    assert _judged(bern)["measured"] == before["measured"]
    table = bern("exclusion", "list", "--agreement", AGREEMENT).stdout
    assert "refused" in table
    assert "withdrawn" in table


def test_a_list_of_an_agreement_nobody_knows_names_the_known_ones(bern: Any) -> None:
    said = bern("exclusion", "list", "--agreement", "nope")

    assert said.exit_code == 1
    assert said.stderr.strip() == f"there is no agreement 'nope'; known are {AGREEMENT}"


def test_a_ruling_on_a_window_of_a_closed_month_tells_old_and_new(bern: Any) -> None:
    assert bern("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0
    announced = _announce(bern).stdout
    assert f"closed period {AGREEMENT} 2026-02 is touched and not restated" in announced

    granted = bern("exclusion", "grant", AGREEMENT, "x1-2026-02-10-1", "--reason", "agreed")

    first, restated, change, breach = granted.stdout.splitlines()
    assert first == f"x1-2026-02-10-1 of {AGREEMENT} is granted"
    assert restated.startswith(f"closed period {AGREEMENT} 2026-02 is restated at position ")
    # Down 10:00 to 15:00 of 240 hours; 12:00 to 16:00 is taken out, which leaves 2 of 236.
    assert change == "  o9: 97.91 % breached → 99.15 % met"
    assert breach == f"  breach withdrawn: {AGREEMENT}.o9.2026-02"


WITHIN_A_MINUTE = "slamon is up and judges it anew within a minute"


def test_where_slamon_is_up_a_ruling_tells_what_will_be_judged_anew(bern: Any) -> None:
    assert bern("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0
    _announce(bern)

    with FolderLock(bern.folder, "slamon up") as lock, ThreadPoolExecutor(1) as beside:
        done = Event()
        fold = beside.submit(_follow, bern.folder, lock, done.is_set)
        try:
            granted = bern("exclusion", "grant", AGREEMENT, "x1-2026-02-10-1", "--reason", "agreed")
        finally:
            done.set()
        fold.result()

    assert granted.stdout.splitlines() == [
        f"x1-2026-02-10-1 of {AGREEMENT} is granted",
        f"closed period {AGREEMENT} 2026-02 may change: {WITHIN_A_MINUTE}",
    ]


def test_what_will_be_judged_anew_is_told_beside_json_and_not_in_it(bern: Any) -> None:
    assert bern("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0
    _announce(bern)
    enrol = ("agent", "enrol", "berne", "--location", "loc-upptime", "--json")

    with FolderLock(bern.folder, "slamon up") as lock, ThreadPoolExecutor(1) as beside:
        done = Event()
        fold = beside.submit(_follow, bern.folder, lock, done.is_set)
        try:
            told = bern(*enrol)
        finally:
            done.set()
        fold.result()

    assert WITHIN_A_MINUTE in told.stderr
    assert json.loads(told.stdout)["agent"] == "berne"


def _follow(folder: Path, lock: FolderLock, done: Callable[[], bool]) -> None:
    """Fold what others record, as a running slamon does."""
    with House(folder) as house:
        Following(house.folder_of_views(), lock, NoOffice(), now).run(done)


class NoOffice:
    """Of a process that folds and does nothing else."""

    def attend(self) -> None:
        """Start nothing."""

    def stand_still(self) -> None:
        """Decide nothing, as always."""

    def end(self) -> None:
        """Leave nothing behind."""


def test_the_same_announcement_is_recorded_once(bern: Any) -> None:
    _announce(bern)
    position = bern.position()

    assert _announce(bern).exit_code == 0
    assert bern.position() == position


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"to": "2026-02-10T11:00"}, "not after its begin", id="it ends before it starts"
        ),
        pytest.param({"clause": "x9"}, "has no exclusion 'x9'; it has x1, x2", id="no such clause"),
        pytest.param({"service": "svc-none"}, "promises nothing about svc-none", id="a service"),
        pytest.param({"received_at": "2060-01-01"}, "yet to come", id="received in the future"),
        pytest.param({"evidence": " "}, "needs evidence of its receipt", id="no evidence"),
        pytest.param({"agreement": "none"}, "there is no agreement 'none'", id="no agreement"),
        pytest.param({"from": "noon"}, "no instant 'noon'", id="no instant"),
    ],
)
def test_what_cannot_be_announced_is_refused_with_the_way_out(
    bern: Any, change: dict[str, str], said: str
) -> None:
    done = _announce(bern, **change)

    assert done.exit_code == 1
    assert said in done.stderr
    assert bern.json("exclusion", "list") == []


@pytest.mark.parametrize("command", ["show", "grant", "refuse", "withdraw"])
def test_what_was_not_announced_is_not_found(slamon: Any, command: str) -> None:
    reason = () if command == "show" else ("--reason", "yes")

    done = slamon("exclusion", command, AGREEMENT, "x1", *reason)

    assert done.exit_code == 1
    assert "nothing was announced as 'x1'" in done.stderr


# -- the agreement of 2008, whose maintenance stands on Friday afternoons for four hours a month

UNV = "sla-unv-2008"


@pytest.fixture(scope="module")
def bonn(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The commands in a folder with the documents of 2008; windows are announced one after the other."""
    commands = _commands(tmp_path_factory.mktemp("bonn") / "var")

    def run(*arguments: object) -> Result:
        done = commands(*arguments)
        assert done.exit_code == 0, done.output
        return done

    run("catalogue", "apply", CMS, "--yes")
    return run


@pytest.mark.parametrize(
    ("begin", "end", "received", "expected"),
    [
        pytest.param(
            "2008-10-10T14:00",
            "2008-10-10T16:00",
            "2008-10-02T17:00",
            [("2008-10-10T12:00:00Z", "2008-10-10T14:00:00Z", None)],
            id="announced before the third of October, a holiday, and in time",
        ),
        pytest.param(
            "2008-10-17T14:00",
            "2008-10-17T18:00",
            "2008-10-14T08:00",
            [("2008-10-17T12:00:00Z", "2008-10-17T16:00:00Z", "notice")],
            id="announced a day too late",
        ),
        pytest.param(
            "2008-10-24T15:00",
            "2008-10-24T19:00",
            "2008-10-20T08:00",
            [
                ("2008-10-24T13:00:00Z", "2008-10-24T15:00:00Z", None),
                ("2008-10-24T15:00:00Z", "2008-10-24T16:00:00Z", "quota"),
                ("2008-10-24T16:00:00Z", "2008-10-24T17:00:00Z", "allowed_hours"),
            ],
            id="over the four hours of the month, and past six in the evening",
        ),
        pytest.param(
            "2008-11-21T14:00",
            "2008-11-28T15:00",
            "2008-11-03T08:00",
            [
                ("2008-11-21T13:00:00Z", "2008-11-21T17:00:00Z", None),
                ("2008-11-21T17:00:00Z", "2008-11-23T23:00:00Z", "allowed_hours"),
                ("2008-11-23T23:00:00Z", "2008-11-28T14:00:00Z", "freeze"),
            ],
            id="into the change freeze around the conference of the parties",
        ),
    ],
)
def test_the_maintenance_of_2008_is_excluded_as_far_as_the_agreement_goes(
    bonn: Any, begin: str, end: str, received: str, expected: list[tuple[str, str, str | None]]
) -> None:
    bonn(
        *("exclusion", "announce", "--agreement", UNV, "--clause", "x1", "--id", begin[:10]),
        *("--from", begin, "--to", end, "--received-at", received),
        *("--evidence", "mail to the secretariat", "--reason", "maintenance"),
    )
    bonn("exclusion", "grant", UNV, begin[:10], "--reason", "recorded from the archive")

    shown = json.loads(bonn("exclusion", "show", UNV, begin[:10], "--json").stdout)

    mail = next(fate for fate in shown["objectives"] if fate["objective"] == "o4")
    assert [(part["from"], part["to"], part["rule"]) for part in mail["parts"]] == expected
