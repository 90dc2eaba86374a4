"""The dashboard keeps the conventions, is committed as generated, and nothing misspelt passes its model."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from slamon.grafana.compliance import dashboard
from slamon.grafana.files import check, write
from slamon.grafana.model import Dashboard, GridPos, LabelVariable, Panel

PANELS = [pytest.param(panel, id=panel.title) for panel in dashboard().panels]


@pytest.fixture
def committed(tree: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((tree / "dashboards/slamon-compliance.json").read_text())
    return document


def test_the_committed_files_are_as_generated(tree: Path) -> None:
    assert check(tree / "dashboards") == []


def test_what_was_written_passes_the_check(tmp_path: Path) -> None:
    written = write(tmp_path / "new")

    assert [path.name for path in written] == ["slamon-compliance.json"]
    assert check(tmp_path / "new") == []


def test_the_check_names_what_is_missing_changed_or_foreign(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    missing = check(tmp_path)
    write(tmp_path)[0].write_text("{}")

    assert missing == [
        f"{tmp_path}/slamon-compliance.json is missing: run slamon dashboards build",
        f"{tmp_path}/other.json is not one of ours: move or remove it",
    ]
    assert check(tmp_path)[0] == (
        f"{tmp_path}/slamon-compliance.json is not as generated: run slamon dashboards build"
    )


def test_the_model_reads_what_it_wrote() -> None:
    assert Dashboard.model_validate_json(dashboard().text()) == dashboard()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("editabel",), True, id="a misspelt key of the dashboard"),
        pytest.param(("panels", 0, "titel"), "x", id="a misspelt key of a panel"),
        pytest.param(("panels", 0, "targets", 0, "exp"), "up", id="a misspelt key of a query"),
        pytest.param(("panels", 0, "options", "grafMode"), "none", id="a misspelt option"),
        pytest.param(("panels", 0, "options", "graphMode"), "line", id="an unknown mode"),
        pytest.param(
            ("panels", 0, "fieldConfig", "defaults", "unit"), "percentunits", id="an unknown unit"
        ),
        pytest.param(("panels", 0, "gridPos", "w"), "5", id="a width as text"),
        pytest.param(("panels", 0, "type"), "pie", id="an unknown kind of panel"),
        pytest.param(("panels", 0, "description"), "", id="no description"),
        pytest.param(("panels", 0, "targets"), [], id="no query"),
        pytest.param(
            ("panels", 0, "datasource", "uid"), "slamon-prometheus", id="a fixed data source"
        ),
        pytest.param(("refresh",), "10s", id="a hasty refresh"),
        pytest.param(("timezone",), "browser", id="a zone that depends on the viewer"),
    ],
)
def test_a_mistake_does_not_pass_the_model(
    path: tuple[str | int, ...], value: object, committed: dict[str, Any]
) -> None:
    place: Any = committed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(ValidationError):
        Dashboard.model_validate_json(json.dumps(committed))


def test_ids_of_panels_are_unique_and_stable() -> None:
    assert {panel.title: panel.id for panel in dashboard().panels} == {
        "Objectives met": 1,
        "Objectives breached": 2,
        "Breaches by review status": 3,
        "Failing probes": 4,
        "Views behind the ledger": 5,
        "Compliance this period": 6,
        "Error budget left": 7,
        "Time down and time unknown": 8,
        "Service state": 9,
        "Probe duration": 10,
        "Overdue probes": 11,
        "Burn rate": 12,
        "Time excluded": 13,
        "Services excluded now": 14,
    }


def test_panels_do_not_overlap_and_stay_on_the_grid() -> None:
    places = [panel.grid_pos for panel in dashboard().panels]

    assert [(a, b) for a, b in combinations(places, 2) if _overlap(a, b)] == []
    assert [place for place in places if place.x + place.w > 24] == []


def _overlap(a: GridPos, b: GridPos) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_when_there_is_nothing(panel: Panel) -> None:
    assert panel.field_config.defaults.no_value


@pytest.mark.parametrize("panel", PANELS)
def test_queries_of_a_panel_are_lettered_in_order(panel: Panel) -> None:
    assert "".join(target.ref_id for target in panel.targets) == "ABCDEFGH"[: len(panel.targets)]


@pytest.mark.parametrize("panel", PANELS)
def test_queries_ask_for_series_that_slamon_tells(panel: Panel, exposed: bytes) -> None:
    told = set(re.findall(r"^# TYPE (\w+)", exposed.decode(), re.MULTILINE))

    for target in panel.targets:
        names = set(re.findall(r"slamon_\w+", target.expr))
        assert names
        assert names - told == set()


@pytest.mark.parametrize("panel", PANELS)
def test_queries_respect_what_the_viewer_chose(panel: Panel) -> None:
    for target in panel.targets:
        selectors = re.findall(r"slamon_(?:sla|service|probe)_\w+(\{.*?\})?", target.expr)
        assert [
            each for each in selectors if "$service" not in each and "$agreement" not in each
        ] == []


@pytest.mark.parametrize("panel", PANELS)
def test_counters_appear_only_as_rates(panel: Panel) -> None:
    for target in panel.targets:
        bare = re.sub(r"(?:rate|increase)\([^)]*\)", "", target.expr)
        assert "_total" not in bare


@pytest.mark.parametrize("panel", PANELS)
def test_no_threshold_is_a_fixed_target(panel: Panel) -> None:
    values = {step.value for step in panel.field_config.defaults.thresholds.steps}

    assert values <= {None, 0, 0.25, 1}


def test_variables_are_asked_anew_and_offer_all() -> None:
    chosen = [each for each in dashboard().templating.list if isinstance(each, LabelVariable)]

    assert [variable.name for variable in chosen] == ["agreement", "service"]
    assert all(variable.multi and variable.include_all for variable in chosen)


def test_it_is_linked_by_its_tag_and_not_editable(committed: dict[str, Any]) -> None:
    assert committed["tags"] == ["slamon"]
    assert committed["links"][0]["tags"] == ["slamon"]
    assert committed["editable"] is False
    assert committed["graphTooltip"] == 1


def test_the_first_step_of_thresholds_starts_at_null(committed: dict[str, Any]) -> None:
    first = committed["panels"][0]["fieldConfig"]["defaults"]["thresholds"]["steps"][0]

    assert first == {"color": "text", "value": None}
