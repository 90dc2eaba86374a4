"""Excluded time over the API of a real house: announced, ruled on, shown with the rule that refused the rest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from slamon.cli.house import Decisions, House, now
from slamon.cli.main import app as commands
from slamon.web.access import Access
from slamon.web.app import build

API = "/api/v1/exclusions"
AGREEMENT = "sla-digital-editions"
STARTER = Path(__file__).parents[2] / "catalogue" / "starter" / "digital-editions"
CLAUSES = """
  exclusions:
  - {id: x1, kind: planned_maintenance, effect: remove_window, notice: P3D,
     notice_hours: bern-business-hours}
  - {id: x3, kind: force_majeure, effect: remove_bad_time, ruling: joint}
  objectives:"""
WINDOW = {
    "agreement": AGREEMENT,
    "clause": "x1",
    "services": ["svc-parzival"],
    "from": "2026-02-10T12:00",
    "to": "2026-02-10T18:00",
    "received_at": "2026-02-06T09:00",
    "evidence": "mail 4711",
    "reason": "new disks",
}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an agreement that has clauses; nobody writes to it."""
    folder = tmp_path_factory.mktemp("applied")
    documents = folder / "documents"
    shutil.copytree(STARTER, documents, ignore=shutil.ignore_patterns("data"))
    file = documents / "agreements.yaml"
    file.write_text(file.read_text("utf-8").replace("\n  objectives:", CLAUSES), "utf-8")
    runner = CliRunner(env={"SLAMON_DATA": str(folder / "var"), "SLAMON_ACTOR": "rita"})
    done = runner.invoke(commands, ["catalogue", "apply", str(documents), "--yes"])
    assert done.exit_code == 0, done.output
    return folder / "var"


@pytest.fixture
def rita(applied: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The reviewer, with a bearer session, at a house of her own."""
    folder = tmp_path / "var"
    shutil.copytree(applied, folder)
    access = Access(None, now)
    with House(folder) as house:
        house.refresh()
        app = build(house.reading, Decisions(house), access, clock=now, ready=list)
        key = access.redeem(access.mint("rita"))
        yield TestClient(app, headers={"Authorization": f"Bearer {key}"})
    access.close()


def test_a_window_is_announced_and_what_it_comes_to_is_said(rita: TestClient) -> None:
    response = rita.post(API, json=WINDOW)

    assert response.status_code == 200
    said = response.json()["exclusion"]
    assert (said["exclusion"], said["status"], said["tz"]) == (
        "x1-2026-02-10-1",
        "announced",
        "Europe/Zurich",
    )
    assert said["from"] == "2026-02-10T11:00:00Z"
    (fate,) = said["objectives"]
    (part,) = fate["parts"]
    assert (fate["objective"], part["effect"], part["rule"]) == ("o9", None, "late_recording")


def test_no_grant_cures_notice_that_was_too_short(rita: TestClient) -> None:
    rita.post(API, json=WINDOW | {"received_at": "2026-02-09T09:00"})

    said = rita.post(f"{API}/{AGREEMENT}/x1-2026-02-10-1/grant", json={"reason": "so be it"}).json()

    assert said["exclusion"]["status"] == "granted"
    (part,) = said["exclusion"]["objectives"][0]["parts"]
    assert part["rule"] == "notice"
    assert "after the begin 2026-02-10 12:00+01:00" in part["reason"]


def test_a_joint_exclusion_of_all_services_is_granted_in_every_objective(rita: TestClient) -> None:
    rita.post(API, json=WINDOW | {"clause": "x3", "services": [], "exclusion": "storm"})

    said = rita.post(f"{API}/{AGREEMENT}/storm/grant", json={"reason": "both agreed"}).json()

    fates = said["exclusion"]["objectives"]
    assert len(fates) == 33
    assert {part["effect"] for fate in fates for part in fate["parts"]} == {"remove_bad_time"}


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_a_window_is_turned_down_or_taken_back(rita: TestClient, verb: str) -> None:
    rita.post(API, json=WINDOW)

    said = rita.post(f"{API}/{AGREEMENT}/x1-2026-02-10-1/{verb}", json={"reason": "no"}).json()

    (part,) = said["exclusion"]["objectives"][0]["parts"]
    assert part["rule"] == {"refuse": "ruling", "withdraw": "withdrawn"}[verb]
    assert said["exclusion"]["because"] == "no"
    assert len(said["exclusion"]["positions"]) == 2


def test_windows_are_listed_page_by_page(rita: TestClient) -> None:
    for name in ("a", "b", "c"):
        rita.post(API, json=WINDOW | {"exclusion": name})

    first = rita.get(API, params={"limit": 2}).json()
    second = rita.get(API, params={"limit": 2, "after": first["next"]}).json()

    met = [line["exclusion"] for page in (first, second) for line in page["items"]]
    assert (met, second["next"]) == (["a", "b", "c"], None)
    assert rita.get(API, params={"agreement": "other"}).json()["items"] == []
    assert rita.get(f"{API}/{AGREEMENT}/b").json()["exclusion"] == "b"


def test_the_same_window_is_recorded_once(rita: TestClient) -> None:
    first, second = (rita.post(API, json=WINDOW).json() for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("", WINDOW | {"to": "2026-02-10T12:00"}, 409, id="a window without time"),
        pytest.param("", WINDOW | {"to": "noon"}, 409, id="no instant"),
        pytest.param("", WINDOW | {"clause": "x9"}, 409, id="an unknown clause"),
        pytest.param("", WINDOW | {"agreement": "none"}, 404, id="an unknown agreement"),
        pytest.param("", WINDOW | {"evidence": "  "}, 422, id="no evidence"),
        pytest.param("", WINDOW | {"more": 1}, 422, id="an unknown field"),
        pytest.param(f"/{AGREEMENT}/x/grant", {"reason": "r"}, 404, id="nothing to grant"),
        pytest.param(f"/{AGREEMENT}/x/refuse", {"reason": " "}, 422, id="an empty reason"),
    ],
)
def test_what_cannot_be_is_a_problem(
    rita: TestClient, path: str, body: dict[str, Any], status: int
) -> None:
    response = rita.post(API + path, json=body)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_an_exclusion_that_is_not_there_is_not_found(rita: TestClient) -> None:
    assert rita.get(f"{API}/{AGREEMENT}/none").status_code == 404


def test_the_pages_announce_and_rule_as_the_api_does(rita: TestClient) -> None:
    page = rita.get("/exclusions", params={"agreement": AGREEMENT}).text
    assert "x3 · force majeure · only by a grant of both parties" in page
    assert page.count('name="services"') == 33
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    form = {
        "csrf": csrf,
        "agreement": AGREEMENT,
        "clause": "x1",
        "services": "svc-parzival",
        "begin": "2026-02-10 12:00",
        "end": "2026-02-10 18:00",
        "received_at": "2026-02-02 09:00",
        "evidence": "mail 4711",
        "reason": "new disks",
    }

    backwards = rita.post("/exclusions", data=form | {"end": "2026-02-10 11:00"})
    assert backwards.status_code == 409
    assert "not after its begin" in backwards.text
    announced = rita.post("/exclusions", data=form, follow_redirects=False).headers["location"]
    assert announced == f"/exclusions/{AGREEMENT}/x1-2026-02-10-1"
    assert "recorded too late" in rita.get(announced).text
    rita.post(f"{announced}/grant", data={"csrf": csrf, "reason": "so be it"})

    assert "the whole window is left out" in rita.get(announced).text
    assert "excluded in one objective" in rita.get("/exclusions").text


def test_nobody_announces_without_a_session(rita: TestClient) -> None:
    assert rita.post(API, json=WINDOW, headers={"Authorization": "Bearer x"}).status_code == 401
