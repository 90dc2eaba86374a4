"""Every query of the dashboard returns the value written here, from a real Prometheus."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from slamon.grafana.compliance import dashboard
from slamon.grafana.model import LabelVariable

MAIL = "agreement=sla-unv-2026 mode=enforced objective=o1 period=month service=mail"
WEB = "agreement=sla-unv-2026 mode=enforced objective=o2 period=month service=web"
MAIL_ROW = "agreement=sla-unv-2026 mode=enforced objective=o1 service=mail"
WEB_ROW = "agreement=sla-unv-2026 mode=enforced objective=o2 service=web"
LIBRARY_ROW = "agreement=mou-lib mode=shadow objective=o1 service=library"
USAGE_ROW = "agreement=mou-lib mode=baseline objective=o2 service=library"
BURN = {"5m": 20, "30m": 20, "1h": 15, "2h": 7.5, "6h": 2.5, "1d": 0.625}
ALARM = {"1h": 13.44, "6h": 5.6, "1d": 2.8, "3d": 14 / 15}
EVERYTHING = {"agreement": ".*", "service": ".*"}

EXPECTED: dict[tuple[str, str], dict[str, float]] = {
    ("Objectives met", "A"): {"": 1},
    ("Objectives met", "B"): {"": 2},
    ("Objectives breached", "A"): {"": 1},
    ("Breaches by review status", "A"): {
        "review_status=open": 2,
        "review_status=upheld": 1,
        "review_status=waived": 1,
        "review_status=withdrawn": 0,
    },
    ("Failing probes", "A"): {"": 1},
    ("Views behind the ledger", "A"): {"": 3},
    ("Compliance this period", "A"): {MAIL_ROW: 99.25, WEB_ROW: 99.975, USAGE_ROW: 90},
    ("Compliance this period", "B"): {MAIL_ROW: 99.5, WEB_ROW: 99.9, LIBRARY_ROW: 95},
    ("Compliance this period", "C"): {MAIL_ROW: 0, WEB_ROW: 1},
    ("Compliance this period", "D"): {MAIL_ROW: 18144, WEB_ROW: 605, USAGE_ROW: 1},
    ("Compliance this period", "E"): {MAIL_ROW: 600.5, WEB_ROW: 0, USAGE_ROW: 0},
    ("Compliance this period", "F"): {MAIL_ROW: 1500, WEB_ROW: 0, USAGE_ROW: 0},
    ("Compliance this period", "G"): {
        MAIL_ROW.replace("mode", "basis=mixed mode"): 1,
        WEB_ROW.replace("mode", "basis=measured mode"): 1,
        LIBRARY_ROW.replace("mode", "basis=none mode"): 1,
        USAGE_ROW.replace("mode", "basis=imported mode"): 1,
    },
    ("Error budget left", "A"): {MAIL: -0.5, WEB: 0.75},
    ("Time down and time unknown", "A"): {MAIL: 18144, WEB: 605},
    ("Time down and time unknown", "B"): {MAIL: 600.5},
    ("Burn rate", "A"): {f"{MAIL_ROW} window={w}": rate for w, rate in BURN.items()}
    | {f"{WEB_ROW} window=1d": 0.25},
    ("Burn rate", "B"): {f"{MAIL_ROW} window={w}": limit for w, limit in ALARM.items()}
    | {f"{WEB_ROW} window=1h": 13.44, f"{WEB_ROW} window=1d": 2.8},
    ("Time excluded", "A"): {MAIL: 1500},
    ("Services excluded now", "A"): {"": 1},
    ("Service state", "A"): {"service=library": 0, "service=mail": 3, "service=web": 1},
    ("Probe duration", "A"): {"location=loc-bonn probe=p-web service=web": 0.25},
}
OVERDUE = ("Overdue probes", "A")  # its value is an age: asserted apart


def expressions() -> dict[tuple[str, str], str]:
    return {
        (panel.title, target.ref_id): target.expr
        for panel in dashboard().panels
        for target in panel.targets
    }


def filled_in(expr: str, chosen: Mapping[str, str]) -> str:
    """The query as Grafana sends it; a choice of several is a group of alternatives."""
    return re.sub(r"\$(\w+)", lambda found: chosen[found[1]], expr)


def test_every_query_has_an_expectation() -> None:
    assert set(expressions()) == {*EXPECTED, OVERDUE}


@pytest.mark.parametrize(
    ("panel", "ref"), [pytest.param(*key, id=f"{key[0]}, query {key[1]}") for key in EXPECTED]
)
def test_a_query_returns_what_the_standing_says(
    panel: str, ref: str, query: Callable[[str], Mapping[str, float]]
) -> None:
    found = query(filled_in(expressions()[panel, ref], EVERYTHING))

    assert found == pytest.approx(EXPECTED[panel, ref], abs=1e-9)


def test_a_choice_of_service_narrows_the_rows(
    query: Callable[[str], Mapping[str, float]],
) -> None:
    chosen = {"agreement": "(sla-unv-2026|mou-lib)", "service": "(web|library)"}

    found = query(filled_in(expressions()["Compliance this period", "B"], chosen))

    assert set(found) == {WEB_ROW, LIBRARY_ROW}


def test_only_probes_that_fell_silent_are_overdue(
    query: Callable[[str], Mapping[str, float]],
) -> None:
    found = query(filled_in(expressions()[OVERDUE], EVERYTHING))

    assert set(found) == {
        "location=loc-bonn probe=p-library service=library",
        "location=loc-bonn probe=p-mail service=mail",
    }
    assert min(found.values()) > 180


@pytest.mark.parametrize(
    ("variable", "values"),
    [
        pytest.param("agreement", {"sla-unv-2026", "mou-lib"}, id="the agreements"),
        pytest.param("service", {"mail", "web", "library"}, id="the services they promise"),
    ],
)
def test_a_variable_offers(
    variable: str, values: set[str], query: Callable[[str], Mapping[str, float]]
) -> None:
    (asked,) = (
        each.query.query
        for each in dashboard().templating.list
        if isinstance(each, LabelVariable) and each.name == variable
    )
    series, label = asked.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)

    found = query(f"group by ({label}) ({filled_in(series, EVERYTHING)})")

    assert set(found) == {f"{label}={value}" for value in values}


@pytest.mark.parametrize(
    ("ratio", "percent"),
    [
        pytest.param("0.99496", 99.496, id="99.496 stays 99.496"),
        pytest.param("0.9949999999", 99.4999, id="just below 99.5 does not become 99.5"),
        pytest.param("0.57", 57, id="a binary fraction does not lose its last place"),
        pytest.param("1", 100, id="all of it is 100"),
    ],
)
def test_percent_is_cut(
    ratio: str, percent: float, query: Callable[[str], Mapping[str, float]]
) -> None:
    measured = expressions()["Compliance this period", "A"]
    of_a_number = re.sub(r"slamon_sla_compliance_ratio\{.*?\}", f"vector({ratio})", measured)

    assert query(of_a_number) == pytest.approx({"": percent}, abs=1e-9)
