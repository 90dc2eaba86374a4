"""Commands that read: tables for people, JSON for programs, sentences where something is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

AGREEMENT = "sla-digital-editions"
OBJECTIVE = {
    "objective",
    "service",
    "indicator",
    "target",
    "mode",
    "state",
    "provisional",
    "measured",
    "coverage",
    "tally",
    "outages",
    "breached_at",
    "error_budget",
    "remedy",
}

READING = [
    pytest.param(("breaches", "list"), 0, id="breaches list"),
    pytest.param(("probe", "list"), 0, id="probe list"),
    pytest.param(("ledger", "show"), 0, id="ledger show"),
    pytest.param(("ledger", "stats"), 0, id="ledger stats"),
    pytest.param(("judge", "--agreement", AGREEMENT, "--period", "2026-03"), 0, id="judge"),
]


@pytest.mark.parametrize(("command", "code"), READING)
def test_every_reading_command_prints_a_table_or_json(
    slamon: Any, command: tuple[str, ...], code: int
) -> None:
    said = slamon(*command)

    assert said.exit_code == code, said.output
    assert said.stdout.strip()
    slamon.json(*command, code=code)


@pytest.mark.parametrize(
    ("command"),
    [
        *(pytest.param(each.values[0], id=each.id) for each in READING),
        pytest.param(("breaches", "show", "a.b.c"), id="breaches show"),
        pytest.param(("exclusion", "list"), id="exclusion list"),
        pytest.param(("exclusion", "show", AGREEMENT, "x1"), id="exclusion show"),
        pytest.param(("incident", "list"), id="incident list"),
        pytest.param(("ledger", "rebuild"), id="ledger rebuild"),
        pytest.param(("probe", "run", "prb-parzival"), id="probe run"),
    ],
)
def test_a_folder_without_a_ledger_is_refused_and_left_as_it_was(
    empty: Any, command: tuple[str, ...]
) -> None:
    said = empty(*command)

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        f"there is no ledger in {empty.folder}: set SLAMON_DATA, "
        "or begin with `slamon catalogue apply` or `slamon up`"
    )
    assert not empty.folder.exists()


def test_a_plan_needs_no_ledger_yet(empty: Any, starter: Path) -> None:
    said = empty("catalogue", "plan", starter)

    assert said.exit_code == 0, said.output


def _judged(slamon: Any, *more: str, period: str = "2026-02", code: int = 1) -> dict[str, Any]:
    found = slamon.json("judge", "--agreement", AGREEMENT, "--period", period, *more, code=code)
    assert isinstance(found, dict)
    return found


def _parzival(found: dict[str, Any]) -> dict[str, Any]:
    (one,) = (each for each in found["objectives"] if each["service"] == "svc-parzival")
    assert isinstance(one, dict)
    return one


def test_judge_prints_what_the_contract_names(slamon: Any) -> None:
    found = _judged(slamon)

    assert found["agreement"] == AGREEMENT
    assert found["period"] == {
        "label": "2026-02",
        "from": "2026-01-31T23:00:00Z",
        "to": "2026-02-28T23:00:00Z",
        "tz": "Europe/Zurich",
    }
    assert set(found["as_known_at"]) == {"instant", "position", "recorded_at"}
    assert len(found["objectives"]) == 33
    assert set(_parzival(found)) >= OBJECTIVE


def test_judge_counts_exactly_and_says_by_its_exit_code_that_a_promise_was_broken(
    slamon: Any,
) -> None:
    one = _parzival(_judged(slamon, code=1))

    hour = 3_600_000_000
    assert one["state"] == "breached"
    assert one["tally"]["down_us"] == 5 * hour
    assert one["measured"]["total"] == 20 * 12 * hour
    assert (one["measured"]["ratio"], one["measured"]["percent"]) == ("47/48", "97.91")
    assert [(o["from"], o["to"], o["counted_us"]) for o in one["outages"]] == [
        ("2026-02-10T09:00:00Z", "2026-02-10T14:00:00Z", 5 * hour)
    ]


def test_a_period_as_known_before_a_late_import_has_its_old_figure_to_the_digit(
    slamon: Any, rows: Any, tmp_path: Any
) -> None:
    before = _judged(slamon)
    late = tmp_path / "late.csv"
    late.write_text(rows(("2026-02-10T10:00:00Z", "up")))
    assert slamon("import", "observations", late, "--source", "imp-digital-editions").exit_code == 0

    after = _judged(slamon, code=0)
    then = _judged(slamon, "--as-known-at", before["as_known_at"]["instant"])

    assert _parzival(after)["tally"]["down_us"] == 3_600_000_000
    assert then["objectives"] == before["objectives"]
    assert then["as_known_at"] == before["as_known_at"]


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        pytest.param(
            ("judge", "--agreement", "sla-none", "--period", "2026-02"),
            1,
            "there is no agreement 'sla-none'",
            id="an agreement nobody knows",
        ),
        pytest.param(
            ("judge", "--agreement", AGREEMENT, "--period", "soon"), 1, "soon", id="no period"
        ),
        pytest.param(
            ("judge", "--agreement", AGREEMENT, "--period", "2026-02", "--as-known-at", "then"),
            2,
            "--as-known-at: no instant 'then'; write like 2026-02-01T08:00:00Z",
            id="no instant",
        ),
        pytest.param(("judge", "--period", "2026-02"), 2, "--agreement", id="an option is missing"),
        pytest.param(("breaches", "show", "a.b.c"), 1, "there is no breach 'a.b.c'", id="breach"),
        pytest.param(("probe", "run", "prb-none"), 1, "there is no probe 'prb-none'", id="probe"),
        pytest.param(
            ("ledger", "show", "--stream", "nowhere"),
            1,
            "there is no stream 'nowhere'",
            id="stream",
        ),
        pytest.param(
            ("catalogue", "check", "/nowhere"),
            1,
            "there is no folder /nowhere",
            id="no such folder",
        ),
        pytest.param(("fly",), 2, "No such command", id="no such command"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    slamon: Any, command: tuple[str, ...], code: int, sentence: str
) -> None:
    said = slamon(*command)

    assert said.exit_code == code, said.output
    assert sentence in said.stderr
    assert "Traceback" not in said.output
    assert said.exception is None or isinstance(said.exception, SystemExit)


def _as_known_at(slamon: Any, instant: str) -> Any:
    command = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")
    return slamon(*command, "--as-known-at", instant)


def test_before_its_first_fact_the_ledger_knew_nothing(slamon: Any) -> None:
    (first,) = slamon.json("ledger", "show", "--limit", 1)

    said = _as_known_at(slamon, "2020-01-01T00:00:00Z")

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        "at 2020-01-01T00:00:00Z the ledger knew nothing yet: "
        f"its first fact was recorded at {first['recorded_at']}"
    )


def test_an_agreement_stated_later_was_not_known_then(slamon: Any) -> None:
    (first,) = slamon.json("ledger", "show", "--limit", 1)

    said = _as_known_at(slamon, first["recorded_at"])

    assert said.exit_code == 1
    assert said.stderr.strip() == (
        f"at {first['recorded_at']} the ledger knew no agreement {AGREEMENT!r}; none was recorded yet"
    )


def test_the_instant_of_a_fact_as_the_ledger_shows_it_can_be_asked_about(slamon: Any) -> None:
    last = slamon.json("ledger", "show", "--limit", 1_000)[-1]

    assert "97.91" in _as_known_at(slamon, last["recorded_at"]).stdout


def test_ledger_show_tells_one_stream_from_a_position_on(slamon: Any) -> None:
    found = slamon.json("ledger", "show", "--stream", "imports:imp-digital-editions")

    (fact,) = found
    assert (fact["fact"], fact["actor"]) == ("observations-imported/1", "rita")
    assert len(fact["content"]["at"]) == 58
    assert slamon.json("ledger", "show", "--after", fact["position"]) == []


def test_a_rebuild_changes_no_figure(slamon: Any) -> None:
    before = _judged(slamon)

    assert slamon("ledger", "rebuild").exit_code == 0
    assert _judged(slamon) == before


def test_the_dashboards_are_as_generated_and_a_changed_one_is_named(
    slamon: Any, tmp_path: Any
) -> None:
    folder = tmp_path / "dashboards"
    assert slamon("dashboards", "build", "--folder", folder).exit_code == 0
    assert slamon("dashboards", "check", "--folder", folder).exit_code == 0
    assert slamon.json("dashboards", "check", "--folder", folder) == {"differences": []}

    changed = next(folder.rglob("*.json"))
    changed.write_text("{}")
    said = slamon("dashboards", "check", "--folder", folder)
    assert said.exit_code == 1
    assert changed.name in said.stderr
    (difference,) = slamon.json("dashboards", "check", "--folder", folder, code=1)["differences"]
    assert changed.name in difference
