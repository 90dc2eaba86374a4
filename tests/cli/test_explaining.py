"""`slamon judge --explain`: what each figure rests on, down to the facts in the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
AGREEMENT = "sla-digital-editions"
FEBRUARY = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")
QUESTION = (*FEBRUARY, "--explain", "--objective", "o9")
HOUR = 3_600_000_000


def _explained(slamon: Any, *more: str) -> Any:
    (figure,) = slamon.json(*QUESTION, *more)["objectives"]
    return figure


def _wide(text: str) -> list[str]:
    """The lines that a screen of a hundred columns would break."""
    return [line for line in text.splitlines() if len(line) > 100]


def _down(figure: Any) -> list[Any]:
    return [
        each for part in figure["parts"] for each in part["intervals"] if each["class"] == "down"
    ]


def test_the_stretches_are_the_whole_period_and_their_sums_the_tally(slamon: Any) -> None:
    judged = slamon.json(*FEBRUARY, code=1)
    (shown,) = [each for each in judged["objectives"] if each["objective"] == "o9"]

    figure = _explained(slamon)

    (part,) = figure["parts"]
    sums: dict[str, int] = {}
    for each in part["intervals"]:
        sums[each["class"] + "_us"] = sums.get(each["class"] + "_us", 0) + each["us"]
    assert sums == {name: us for name, us in shown["tally"].items() if us}
    assert part["tally"] == shown["tally"]
    assert figure["agrees"]
    begins = [each["from"] for each in part["intervals"]]
    ends = [each["to"] for each in part["intervals"]]
    assert (begins[0], ends[-1]) == (judged["period"]["from"], judged["period"]["to"])
    assert begins[1:] == ends[:-1]


def test_an_outage_leads_to_the_fact_that_holds_its_first_bad_result(slamon: Any) -> None:
    (down,) = _down(_explained(slamon))

    assert (down["from"], down["to"]) == ("2026-02-10T09:00:00Z", "2026-02-10T14:00:00Z")
    assert (down["rule"], down["says"], down["clause"]) == ("results", "results (P2, P3)", "o9")
    (witness,) = down["witnesses"]
    assert (witness["said"], witness["result_at"]) == ("down", "2026-02-10T09:00:00Z")
    assert down["facts"] == [witness["fact"]]


def test_time_outside_the_service_hours_leads_to_the_record_of_the_hours(slamon: Any) -> None:
    figure = _explained(slamon)

    outside = [e for p in figure["parts"] for e in p["intervals"] if e["rule"] == "service_hours"]
    assert {each["clause"] for each in outside} == {"bern-business-hours"}
    terms = {(each["kind"], each["id"]): each["fact"] for each in figure["terms"]}
    assert terms["service_hours", "bern-business-hours"] in outside[0]["facts"]
    assert ("agreement", AGREEMENT) in terms


def test_excluded_time_names_clause_announcement_and_facts_and_the_rest_why_it_counts(
    excluded: Any,
) -> None:
    figure = _explained(excluded)

    (part,) = figure["parts"]
    excused = [each for each in part["intervals"] if each["rule"] == "exclusion"]
    assert {(each["clause"], each["announcement"]) for each in excused} == {("x1", "disks")}
    assert {each["effect"] for each in excused} == {"remove_window"}
    assert sum(each["us"] for each in excused) == 4 * HOUR
    assert all(len(each["facts"]) >= 2 for each in excused)
    refused = [each for each in part["intervals"] if each["refused"]]
    assert {(each["announcement"], each["refused"]) for each in refused} == {("disks", "quota")}


def test_a_declared_incident_leads_to_its_fact(slamon: Any) -> None:
    said = ("--state", "degraded", "--reason", "slow", "--evidence", "call 4711")
    window = ("--from", "2026-02-12T08:00:00Z", "--to", "2026-02-12T10:00:00Z")
    assert slamon("incident", "declare", "svc-parzival", *said, *window).exit_code == 0
    position = slamon.json("incident", "list")[0]["position"]

    figure = _explained(slamon)

    (one,) = [e for p in figure["parts"] for e in p["intervals"] if e["rule"] == "declared"]
    assert (one["class"], one["from"], one["to"]) == (
        "degraded",
        "2026-02-12T08:00:00Z",
        "2026-02-12T10:00:00Z",
    )
    assert position in one["facts"]
    assert one["declaration"]


def test_time_of_voided_results_leads_to_the_fact_that_voided_them(slamon: Any) -> None:
    check = "imp-digital-editions/svc-parzival"
    window = ("--from", "2026-02-10T09:00:00Z", "--to", "2026-02-10T14:00:00Z")
    done = slamon(
        "observations", "void", "--check", check, *window, "--reason", "our own network", "--yes"
    )
    assert done.exit_code == 0, done.output
    stream = f"corrections:{check}:loc-upptime:2026-02-10"
    (voided,) = slamon.json("ledger", "show", "--stream", stream)

    figure = _explained(slamon)

    assert _down(figure) == []
    told = [e for p in figure["parts"] for e in p["intervals"] if voided["position"] in e["facts"]]
    assert [each["from"] for each in told] == ["2026-02-10T06:00:00Z"]


def test_a_closed_period_is_explained_as_closed(slamon: Any) -> None:
    assert slamon("close", "--agreement", AGREEMENT, "--period", "2026-02").exit_code == 0

    figure = _explained(slamon)

    assert (figure["agrees"], figure["provisional"], figure["note"]) == (True, False, None)


def test_it_is_explained_as_it_was_known(slamon: Any, rows: Any, tmp_path: Path) -> None:
    before = slamon.json(*QUESTION)
    late = tmp_path / "late.csv"
    late.write_text(rows(("2026-02-10T10:00:00Z", "up")))
    assert slamon("import", "observations", late, "--source", "imp-digital-editions").exit_code == 0

    now = slamon.json(*QUESTION)
    then = slamon.json(*QUESTION, "--as-known-at", before["as_known_at"]["instant"])

    assert [each["us"] for each in _down(now["objectives"][0])] == [HOUR]
    assert then == before


@pytest.mark.parametrize(
    ("within", "hours", "counts"),
    [
        pytest.param("PT0.2S", "round-the-clock", (29, 1, 0), id="the one that failed"),
        pytest.param(
            "PT0.1S", "bern-business-hours", (0, 22, 8), id="all that were asked in hours"
        ),
    ],
)
def test_a_share_of_results_lists_those_that_were_not_met(
    slamon: Any, starter: Path, within: str, hours: str, counts: tuple[int, int, int]
) -> None:
    file = starter / "agreements.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "svc-parzival," in line)
    changed = line.replace("indicator: availability", "indicator: latency")
    changed = re.sub(
        'target: "99.00", unit: percent', f'target: {{within: {within}, share: "99.00"}}', changed
    )
    changed = changed.replace("service_hours: bern-business-hours", f"service_hours: {hours}")
    text = text.replace(line, changed).replace(
        "\n  objectives:", '\n  correction: {reason: "speed was meant"}\n  objectives:'
    )
    file.write_text(text, encoding="utf-8")
    if hours == "round-the-clock":
        own = starter / "hours.yaml"
        own.write_text(
            "service_hours:\n- {id: round-the-clock, tz: UTC,"
            " weekdays: [mon, tue, wed, thu, fri, sat, sun],\n"
            '   from: "00:00", to: "24:00", holidays: null, prov: {_: I}}\n'
        )
    done = slamon("catalogue", "apply", starter, "--yes")
    assert done.exit_code == 0, done.output

    (part,) = _explained(slamon)["parts"]

    met, not_met, outside = counts
    cases = part["cases"]
    assert (cases["met"], cases["not_met"], cases["outside"]) == (met, not_met, outside)
    assert sum(each["count"] for each in part["cases_listed"]) == not_met
    assert all(each["facts"] for each in part["cases_listed"])


def test_a_person_reads_a_table(slamon: Any) -> None:
    done = slamon(*QUESTION)

    assert done.exit_code == 0, done.output
    line = next(line for line in done.stdout.splitlines() if " down " in line)
    assert line.split()[:4] == ["2026-02-10T09:00:00Z", "2026-02-10T14:00:00Z", "5:00:00", "down"]
    assert "results (P2, P3)" in line
    assert "all others" in done.stdout
    assert re.search(r"together: up \d+:\d\d:\d\d, down 5:00:00", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(
            (*FEBRUARY, "--explain", "--objective", "o99"),
            1,
            f"{AGREEMENT} promises no objective 'o99'",
            id="no such objective",
        ),
        pytest.param(
            ("judge", "--agreement", "sla-x", "--period", "2026-02", "--explain"),
            1,
            "there is no agreement 'sla-x'",
            id="no such agreement",
        ),
        pytest.param(
            (*FEBRUARY, "--objective", "o9"),
            2,
            "--objective goes with --explain",
            id="an objective without the question",
        ),
    ],
)
def test_what_cannot_be_explained_is_told(
    slamon: Any, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = slamon(*arguments)

    assert done.exit_code == code
    assert sentence in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("period: calendar_month", "period: {rolling: P30D}"), id="a rolling window"),
        pytest.param(("period: calendar_month", "period: calendar_quarter"), id="a quarter"),
        pytest.param(("unknown: exclude", "unknown: as_unavailable"), id="unknown as bad"),
        pytest.param(
            ("unit: percent", "unit: percent, slice: {rule: entirely_down, length: PT5M}"),
            id="slices of five minutes",
        ),
        pytest.param(
            ("unit: percent", "unit: percent, entire_period: true"), id="the whole period"
        ),
        pytest.param(
            (
                'indicator: availability, target: "99.00", unit: percent',
                'indicator: outage_count, target: {bound: "0"}, op: "<="',
            ),
            id="a number of outages",
        ),
    ],
)
def test_whatever_is_promised_the_stretches_hold_the_tally_that_is_shown(
    slamon: Any, starter: Path, change: tuple[str, str]
) -> None:
    file = starter / "agreements.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "svc-parzival," in line)
    assert change[0] in line
    text = text.replace(line, line.replace(*change)).replace(
        "\n  objectives:", '\n  correction: {reason: "this was meant"}\n  objectives:'
    )
    file.write_text(text, encoding="utf-8")
    done = slamon("catalogue", "apply", starter, "--yes")
    assert done.exit_code == 0, done.output

    figure = _explained(slamon)

    (part,) = figure["parts"]
    assert figure["agrees"]
    assert sum(each["us"] for each in part["intervals"]) == sum(figure["tally"].values())
    counted = [each["at"] for each in part["readings"]]
    assert counted == (["2026-02-10T09:00:00Z"] if figure["indicator"] == "outage_count" else [])


def test_every_ticket_that_counted_is_listed_with_what_it_took_and_no_time_beside_it(
    empty: Any, tmp_path: Path
) -> None:
    bonn = STARTER.parent / "cms-2008"
    assert empty("catalogue", "apply", bonn, "--yes").exit_code == 0
    file = tmp_path / "tickets.csv"
    file.write_text(
        "id,opened_at,responded_at,resolved_at,priority,on_hold_min\n"
        "T-1,2008-10-06T10:00,2008-10-06T10:20,2008-10-06T15:00,P1,0\n"
        "T-2,2008-10-07T10:00,2008-10-08T15:00,2008-10-09T15:00,P1,0\n"
    )
    assert empty("import", "tickets", file, "--source", "imp-unv-tickets").exit_code == 0
    (fact,) = empty.json("ledger", "show", "--stream", "tickets:imp-unv-tickets")

    asked = ("judge", "--agreement", "sla-unv-2008", "--period", "2008-10", "--explain")
    figures = empty.json(*asked)["objectives"]

    of_tickets = [p for f in figures if f["indicator"] == "response_time" for p in f["parts"]]
    told = [case for part in of_tickets for case in part["cases_listed"]]
    assert [(each["case"], each["state"]) for each in told] == [("T-1", "met"), ("T-2", "breached")]
    assert {tuple(each["facts"]) for each in told} == {(fact["position"],)}
    assert all(each["due_at"] > each["from"] and each["elapsed_us"] for each in told)
    assert [part["cases"]["met"] for part in of_tickets if part["cases"]["not_met"]] == [1]
    assert {(len(part["intervals"]), len(part["tally"])) for part in of_tickets} == {(0, 0)}
    assert all(figure["agrees"] for figure in figures)
    printed = empty(*asked, "--objective", "o2").stdout
    assert "not measured: 2 cases, fewer than 5" in printed
    assert "cases: 1 in time, 1 late, 0 waiting" in printed
    assert "together" not in printed
    assert _wide(printed) == []


def test_a_declared_incident_is_nothing_to_a_promise_about_tickets(
    empty: Any, tmp_path: Path
) -> None:
    bonn = STARTER.parent / "cms-2008"
    assert empty("catalogue", "apply", bonn, "--yes").exit_code == 0
    asked = ("judge", "--agreement", "sla-unv-2008", "--period", "2008-10")
    before = empty.json(*asked)["objectives"][1]
    said = ("--state", "down", "--reason", "no desk", "--evidence", "call 4711")
    window = ("--from", "2008-10-02T08:00:00Z", "--to", "2008-10-03T10:00:00Z")
    assert empty("incident", "declare", "svc-it-support", *said, *window).exit_code == 0

    after = empty.json(*asked)["objectives"][1]

    assert after["indicator"] == "response_time"
    assert after == before
    assert (after["coverage"]["known_us"], after["tally"], after["outages"]) == (0, {}, [])


def test_a_holiday_is_named_and_stands_beside_the_nights_and_weekends_of_the_table(
    empty: Any,
) -> None:
    bonn = STARTER.parent / "cms-2008"
    assert empty("catalogue", "apply", bonn, "--yes").exit_code == 0
    asked = ("judge", "--agreement", "sla-unv-2008", "--period", "2008-10", "--explain")

    (figure,) = empty.json(*asked, "--objective", "o1")["objectives"]
    printed = empty(*asked, "--objective", "o1").stdout

    (part,) = figure["parts"]
    days = [each for each in part["intervals"] if each["rule"] == "holiday"]
    assert [(each["from"], each["us"], each["holiday"]) for each in days] == [
        ("2008-09-30T22:00:00Z", 24 * HOUR, "Eid al-Fitr"),
        ("2008-10-02T22:00:00Z", 24 * HOUR, "German Unity Day"),
    ]
    assert {each["class"] for each in days} == {"outside"}
    assert figure["agrees"]
    assert "German Unity Day: holiday" in printed
    assert "all others" in printed
    assert _wide(printed) == []
