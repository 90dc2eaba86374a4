"""What a period would have come to under other terms: shown beside the recorded one, recorded nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

AGREEMENT = "sla-digital-editions"
QUESTION = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")
HOUR = 3_600_000_000
ALWAYS = """service_hours:
- {id: round-the-clock, tz: UTC, weekdays: [mon, tue, wed, thu, fri, sat, sun],
   from: "00:00", to: "24:00", holidays: null, prov: {_: I}}
"""
CREDIT = (
    'remedy: {kind: credit, tiers: [{below: "99.00", percent: "5.00"}, {below: "98.00", percent: "12.50"}], '
    'cap_percent: "10.00", base: monthly_charge_of_service, settlement: {en: c, fr: a, es: n}}'
)


@pytest.fixture
def terms(starter: Path, tmp_path: Path) -> Any:
    """Write a file of terms: the agreement with only the objective of parzival, put otherwise."""
    text = (starter / "agreements.yaml").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    others = [
        n for n, line in enumerate(lines) if "- {id: o" in line and "svc-parzival," not in line
    ]
    one = "".join(line for n, line in enumerate(lines) if n not in others)

    def written(*changes: tuple[str, str], also: str = "") -> Path:
        changed = one
        for old, new in changes:
            assert re.search(old, changed), old
            changed = re.sub(old, new, changed)
        file = tmp_path / "terms.yaml"
        file.write_text(changed + also, encoding="utf-8")
        return file

    return written


def _parzival(found: dict[str, Any], side: str | None = None) -> dict[str, Any]:
    listed = found[side]["objectives"] if side else found["differences"]
    (one,) = (each for each in listed if each["service"] == "svc-parzival")
    assert isinstance(one, dict)
    return one


def _tried(slamon: Any, file: Path, *more: str) -> dict[str, Any]:
    found = slamon.json(*QUESTION, "--terms", file, *more)
    assert isinstance(found, dict)
    return found


def test_a_lower_target_would_have_been_met_with_the_same_figure(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms(('target: "99.00"', 'target: "97.50"')))

    one = _parzival(found)
    assert (one["recorded"]["state"], one["proposed"]["state"]) == ("breached", "met")
    assert (one["recorded"]["ratio"], one["proposed"]["ratio"]) == ("47/48", "47/48")
    assert (one["state_changed"], one["bad"], one["ratio"]) == (True, 0, "0/1")
    assert one["percent_points"] == "+0.0000"


def test_the_recorded_side_is_what_judge_says_without_other_terms(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms(('target: "99.00"', 'target: "97.50"')))

    assert found["recorded"] == slamon.json(*QUESTION, code=1)


def test_other_service_hours_count_other_time(slamon: Any, terms: Any) -> None:
    file = terms(
        ("service_hours: bern-business-hours, data", "service_hours: round-the-clock, data"),
        also=ALWAYS,
    )

    found = _tried(slamon, file)

    # 672 hours, of which the first 7 have no result yet.
    tally = _parzival(found, "proposed")["tally"]
    assert (tally["up_us"], tally["down_us"], tally["unknown_us"]) == (
        660 * HOUR,
        5 * HOUR,
        7 * HOUR,
    )
    one = _parzival(found)
    assert (one["recorded"]["bad"], one["proposed"]["bad"], one["bad"]) == (5 * HOUR, 5 * HOUR, 0)
    assert one["proposed"]["ratio"] == "132/133"
    assert (one["ratio"], one["percent_points"]) == ("85/6384", "+1.3314")


def test_an_outage_that_must_be_confirmed_would_not_have_counted(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms(("down_after: 1", "down_after: 2")))

    one = _parzival(found)
    assert (one["bad"], one["proposed"]["ratio"]) == (-5 * HOUR, "1/1")
    assert one["percent_points"] == "+2.0833"
    assert [u["count"] for u in _parzival(found, "proposed")["unconfirmed"]] == [1]


def test_a_credit_would_have_been_due_to_its_cap(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms(("remedy: {kind: review_item, after_periods: 1}", CREDIT)))

    one = _parzival(found)
    assert (one["recorded"]["credit_percent"], one["proposed"]["credit_percent"]) == (None, "10.00")
    assert one["credit_percent"] == "+10.00"


def test_objectives_that_only_one_side_has_stand_alone(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms())

    assert len(found["recorded"]["objectives"]) == 33
    assert len(found["proposed"]["objectives"]) == 1
    alone = [each for each in found["differences"] if each["proposed"] is None]
    assert len(alone) == 32
    assert {each["bad"] for each in alone} == {None}


def test_a_closed_period_is_judged_anew_on_the_proposed_side_only(slamon: Any, terms: Any) -> None:
    assert slamon("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0

    found = _tried(slamon, terms(("down_after: 1", "down_after: 2")))

    assert not _parzival(found, "recorded")["provisional"]
    assert _parzival(found, "recorded")["measured"]["ratio"] == "47/48"
    assert _parzival(found, "proposed")["provisional"]
    assert _parzival(found, "proposed")["measured"]["ratio"] == "1/1"


@pytest.mark.parametrize(
    ("within", "ratio"),
    [
        pytest.param("PT0.2S", "29/30", id="all but the failed one are fast enough"),
        pytest.param("PT0.1S", "0/1", id="none is"),
    ],
)
def test_a_bound_of_latency_that_nobody_has_promised_yet_can_be_tried(
    slamon: Any, terms: Any, within: str, ratio: str
) -> None:
    file = terms(
        ("indicator: availability", "indicator: latency"),
        ('target: "99.00", unit: percent', f'target: {{within: {within}, share: "99.00"}}'),
        ("service_hours: bern-business-hours, data", "service_hours: round-the-clock, data"),
        also=ALWAYS,
    )
    before = slamon.json(*QUESTION, code=1)

    found = _tried(slamon, file)

    assert _parzival(found)["proposed"]["ratio"] == ratio
    assert _parzival(found)["bad"] is None  # time and cases have no difference
    assert slamon.json(*QUESTION, code=1) == before


@pytest.mark.parametrize(
    ("change", "ratio", "rules"),
    [
        pytest.param(("PT4H", "PT6H"), "116/117", [None], id="a higher quota excludes all of it"),
        pytest.param(("notice: P3D", "notice: P10D"), "47/48", ["notice"], id="a longer notice"),
        pytest.param(
            ("effect: remove_window", "effect: count_as_available"),
            "119/120",
            [None, "quota"],
            id="another effect: two of five hours stay bad, and all time counts",
        ),
        pytest.param(
            ("effect: remove_window", "effect: ignore"),
            "47/48",
            [None, "quota"],
            id="an effect that leaves the figure as it is",
        ),
    ],
)
def test_what_was_announced_is_ruled_on_by_the_clauses_of_the_file(
    excluded: Any, terms: Any, change: tuple[str, str], ratio: str, rules: list[str | None]
) -> None:
    found = excluded.json(*QUESTION, "--terms", terms(change))

    assert _parzival(found)["recorded"]["ratio"] == "117/118"
    assert _parzival(found)["proposed"]["ratio"] == ratio
    assert [each["rule"] for each in _parzival(found, "proposed")["exclusions"]] == rules


def test_terms_that_nobody_has_signed_are_judged_as_if_they_were(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms(("state: in_force", "state: negotiating")))

    proposed = _parzival(found, "proposed")
    assert (proposed["mode"], proposed["state"]) == ("enforced", "breached")


def test_terms_hold_from_the_day_the_file_says(slamon: Any, terms: Any) -> None:
    found = _tried(slamon, terms((r"in_force: \{from: [0-9-]+,", "in_force: {from: 2026-02-10,")))

    proposed = _parzival(found, "proposed")
    assert proposed["partial"]
    # 10 to 28 February: 14 working days of twelve hours.
    assert proposed["measured"]["total"] == 14 * 12 * HOUR


def test_the_history_as_it_was_known_then_is_tried(
    slamon: Any, terms: Any, rows: Any, tmp_path: Path
) -> None:
    before = slamon.json(*QUESTION, code=1)["as_known_at"]
    late = tmp_path / "late.csv"
    late.write_text(rows(("2026-02-10T10:00:00Z", "up")))
    assert slamon("import", "observations", late, "--source", "imp-digital-editions").exit_code == 0
    file = terms(('target: "99.00"', 'target: "97.50"'))

    now = _tried(slamon, file)
    then = _tried(slamon, file, "--as-known-at", before["instant"])

    assert _parzival(now)["proposed"]["bad"] == HOUR
    assert _parzival(then)["proposed"]["bad"] == 5 * HOUR
    assert then["recorded"]["as_known_at"] == then["proposed"]["as_known_at"] == before


def test_a_person_reads_both_sides_and_the_difference(slamon: Any, terms: Any) -> None:
    said = slamon(*QUESTION, "--terms", terms(("down_after: 1", "down_after: 2")))

    assert said.exit_code == 0, said.output
    assert "as recorded and under" in said.stdout
    line = next(
        line for line in said.stdout.splitlines() if "svc-parzival" in line and "-5" in line
    )
    assert line.split() == [
        *("o9", "svc-parzival", "97.91", "(>=", "99.00)", "breached", "–"),
        *("100.00", "(>=", "99.00)", "met", "–", "-5:00:00", "+2.0833", "1/48"),
    ]
    assert "nothing was recorded" in said.stdout


@pytest.mark.parametrize(
    ("changes", "also", "sentence"),
    [
        pytest.param(
            [("id: sla-digital-editions", "id: sla-other")],
            "",
            f'this is the agreement "sla-other", and the question is about "{AGREEMENT}" alone',
            id="another agreement",
        ),
        pytest.param(
            [(r"data: \[imp-digital-editions\]", "data: [imp-none]")],
            "",
            'there is no probe or import "imp-none"',
            id="data that nobody knows",
        ),
        pytest.param(
            [('target: "99.00"', 'target: "199.00"')],
            "",
            "a share cannot exceed 100 percent: 199.00",
            id="a fault",
        ),
        pytest.param(
            [
                ("service: svc-parzival", "service: svc-wellcome-schreiber"),
                ("imp-digital-editions", "imp-x"),
            ],
            "imports: [{id: imp-x, service: svc-parzival, kind: csv, columns: {a: b}, prov: {_: I}}]\n",
            '"imp-x" is about svc-parzival, not about svc-wellcome-schreiber',
            id="data of another service",
        ),
        pytest.param(
            [],
            "locations: [{id: loc-new, name: {en: L, fr: L, es: L}, prov: {_: I}}]\n",
            "this file must hold one agreement, and the service hours, calendars and windows it needs: "
            "found also a location",
            id="a record that is no term",
        ),
    ],
)
def test_a_file_that_cannot_be_tried_says_where_and_why(
    slamon: Any, terms: Any, changes: list[tuple[str, str]], also: str, sentence: str
) -> None:
    position = slamon.json("ledger", "stats")
    file = terms(*changes, also=also)

    said = slamon(*QUESTION, "--terms", file)

    assert said.exit_code == 1
    assert re.search(rf"{re.escape(str(file))}:\d+:\d+: {re.escape(sentence)}", said.stderr), (
        said.stderr
    )
    assert "nothing was recorded" in said.stderr
    assert slamon.json("ledger", "stats") == position


def test_a_file_with_many_other_records_is_refused_in_one_sentence(slamon: Any, terms: Any) -> None:
    name = "{en: L, fr: L, es: L}"
    source = "service: svc-parzival, kind: csv, columns: {a: b}, prov: {_: I}"
    file = terms(
        also=f"locations: [{{id: loc-a, name: {name}, prov: {{_: I}}}}, {{id: loc-b, name: {name}, prov: {{_: I}}}}]\n"
        f"imports: [{{id: imp-x, {source}}}]\n"
    )

    said = slamon(*QUESTION, "--terms", file)

    fault, end = said.stderr.splitlines()
    assert fault.endswith("windows it needs: found also 2 locations, an import")
    assert end == "1 fault; nothing was recorded"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param(None, "there is no file", id="no such file"),
        pytest.param(
            "windows: []\n", f'does not state the agreement "{AGREEMENT}"', id="no agreement"
        ),
        pytest.param("a: [", "not YAML", id="no document"),
    ],
)
def test_a_file_without_terms_says_so(
    slamon: Any, tmp_path: Path, text: str | None, sentence: str
) -> None:
    file = tmp_path / "terms.yaml"
    if text is not None:
        file.write_text(text)

    said = slamon(*QUESTION, "--terms", file)

    assert said.exit_code == 1
    assert sentence in said.stderr


def test_an_agreement_nobody_knows_cannot_be_tried(slamon: Any, terms: Any) -> None:
    file = terms(("id: sla-digital-editions", "id: sla-none"))

    said = slamon("judge", "--agreement", "sla-none", "--period", "2026-02", "--terms", file)

    assert said.exit_code == 1
    assert "there is no agreement 'sla-none'" in said.stderr
