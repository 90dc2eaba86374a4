"""The API: every answer typed, every list walked once, every error a problem."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from slamon.sla.judgement import Judgement
from slamon.views.answers import AgreementSummary, LedgerStatus, ServiceDetail
from slamon.views.credited import BreachInMoney

API = "/api/v1"
BREACH = "sla-unv-2026.o1.2026-09"
MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("path", "count"),
    [
        pytest.param("/catalogue", 249, id="every record of the catalogue"),
        pytest.param("/catalogue?kind=probe", 83, id="records of one kind"),
        pytest.param("/services", 38, id="services"),
        pytest.param("/observations", 180, id="observations"),
        pytest.param("/observations?check=prb-control", 90, id="observations of one check"),
        pytest.param("/outages", 3, id="outages"),
        pytest.param("/agreements", 4, id="agreements"),
        pytest.param(
            "/agreements/sla-unv-2026/objectives/o1/tallies", 90, id="tallies of an objective"
        ),
        pytest.param("/compliance", 148, id="every objective in every month"),
        pytest.param("/compliance?agreement=sla-unv-2026", 12, id="compliance of one agreement"),
        pytest.param("/burn", 3, id="burn of budgets"),
        pytest.param("/breaches", 1, id="breaches"),
        pytest.param("/breaches?status=waived", 0, id="breaches of one status"),
        pytest.param("/declarations", 2, id="declared incidents"),
        pytest.param("/declarations?service=svc-web", 1, id="declared incidents of one service"),
        pytest.param("/tariffs", 2, id="tariffs"),
        pytest.param("/commitments", 2, id="commitments"),
        pytest.param("/attestations", 1, id="attestations"),
        pytest.param("/probes", 4, id="probes"),
        pytest.param("/ledger/seals", 1, id="seals"),
        pytest.param("/agents", 3, id="agents"),
        pytest.param("/agents/quarantine", 2, id="batches set aside"),
    ],
)
@pytest.mark.parametrize("limit", [3, 50, 1000], ids=lambda limit: f"{limit} at a time")
def test_walking_a_list_meets_every_item_once(
    visitor: TestClient, path: str, count: int, limit: int
) -> None:
    met: list[Any] = []
    after: str | None = None
    while True:
        steps: dict[str, str | int] = {"limit": limit} | ({"after": after} if after else {})
        address = visitor.build_request("GET", API + path).url.copy_merge_params(steps)
        page = visitor.get(str(address)).json()
        assert set(page) == {"items", "next"}
        assert len(page["items"]) <= limit
        met += page["items"]
        after = page["next"]
        if after is None:
            break
    assert len(met) == count
    assert all(met.count(item) == 1 for item in met)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        pytest.param("/services/svc-mail", ServiceDetail, id="a service"),
        pytest.param("/agreements/sla-unv-2026", AgreementSummary, id="an agreement"),
        pytest.param("/agreements/sla-unv-2026/periods/2026-09", Judgement, id="a judgement"),
        pytest.param(f"/breaches/{BREACH}", BreachInMoney, id="a breach"),
        pytest.param("/ledger", LedgerStatus, id="the ledger"),
    ],
)
def test_one_thing_is_answered_in_its_type(visitor: TestClient, path: str, answer: Any) -> None:
    response = visitor.get(API + path)
    assert response.status_code == 200
    answer.model_validate_json(response.content)


def test_a_judgement_says_exactly_what_was_measured(visitor: TestClient) -> None:
    said = visitor.get(f"{API}/agreements/sla-unv-2026/periods/2026-09").json()
    assert said["period"] == {
        "label": "2026-09",
        "from": "2026-08-31T22:00:00Z",
        "to": "2026-09-30T22:00:00Z",
        "tz": "Europe/Berlin",
    }
    assert said["objectives"][0]["measured"] == {
        "good": 711_000_000_000,
        "total": 720_000_000_000,
        "ratio": "11850/12000",
        "percent": "98.7500",
        "unit": "us",
    }


def test_a_burn_is_said_exactly_with_what_it_is_held_against(visitor: TestClient) -> None:
    said = {
        f"{x['agreement']} {x['objective']}": x for x in visitor.get(f"{API}/burn").json()["items"]
    }

    burning, silent = said["sla-unv-2026 o1"], said["sla-unv-2026 o2"]
    assert burning["firing"] == ["1h"]
    assert burning["windows"] == [
        {
            "window": "1h",
            "from": "2026-11-22T14:48:00Z",
            "rate": "20/3",
            "missing": None,
            "threshold": "132/25",
        }
    ]
    assert (silent["windows"][0]["rate"], silent["windows"][0]["missing"]) == (
        None,
        "nothing_measured",
    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nothing", 404, id="an unknown noun"),
        pytest.param("GET", "/services/svc-nothing", 404, id="an unknown service"),
        pytest.param("GET", "/agreements/none", 404, id="an unknown agreement"),
        pytest.param("GET", "/agreements/sla-unv-2026/periods/1999-01", 404, id="another period"),
        pytest.param("GET", "/agreements/sla-unv-2026/periods/yesterday", 404, id="no period"),
        pytest.param(
            "GET",
            "/agreements/sla-unv-2026/objectives/o1/tallies?after=WyJhIl0",
            422,
            id="a key that is no day",
        ),
        pytest.param(
            "GET",
            "/agreements/sla-unv-2026/objectives/o1/tallies?after=WyIyMDI2LTAyIl0",
            422,
            id="a key that is a month",
        ),
        pytest.param(
            "GET",
            "/agreements/sla-unv-2026/objectives/o1/tallies?after=WyI5OTk5LTEyLTMxIl0",
            422,
            id="a key that is the last day of the calendar",
        ),
        pytest.param("GET", "/breaches/none", 404, id="an unknown breach"),
        pytest.param("GET", "/catalogue/probe/none", 404, id="an unknown record"),
        pytest.param("DELETE", "/services", 405, id="a method that is not offered"),
        pytest.param("GET", "/services?limit=0", 422, id="a limit of nothing"),
        pytest.param("GET", "/services?limit=1001", 422, id="a limit beyond a thousand"),
        pytest.param("GET", "/services?limit=many", 422, id="a limit in words"),
        pytest.param("GET", "/services?after=%21%21", 422, id="a key that is no key"),
        pytest.param("GET", "/catalogue?after=WyJhIl0", 422, id="the key of another list"),
        pytest.param("GET", "/breaches?status=lost", 422, id="an unknown status"),
        pytest.param("POST", f"/breaches/{BREACH}/uphold", 401, id="a decision of nobody"),
        pytest.param("GET", "/broken", 500, id="a fault of ours"),
    ],
)
def test_an_error_is_a_problem(visitor: TestClient, method: str, path: str, status: int) -> None:
    response = visitor.request(
        method, API + path, json={"reason": "r"} if method == "POST" else None
    )
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "errors"}
    assert problem["status"] == status
    assert problem["instance"] == (API + path).partition("?")[0]


def test_an_unreadable_field_is_named(visitor: TestClient) -> None:
    problem = visitor.get(f"{API}/services?limit=many").json()
    assert [fault["where"] for fault in problem["errors"]] == ["query.limit"]


def test_an_answer_already_known_is_not_sent_again(visitor: TestClient, world: Any) -> None:
    tag = visitor.get(f"{API}/breaches").headers["etag"]
    again = visitor.get(f"{API}/breaches", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    world.at += 1
    assert visitor.get(f"{API}/breaches", headers={"If-None-Match": tag}).status_code == 200


def test_a_state_of_now_is_known_for_a_minute_at_most(visitor: TestClient, clock: Any) -> None:
    tag = visitor.get(f"{API}/services").headers["etag"]
    known = {"If-None-Match": tag}
    assert visitor.get(f"{API}/services", headers=known).status_code == 304
    clock.now += MINUTE
    assert visitor.get(f"{API}/services", headers=known).status_code == 200


def test_a_breach_is_upheld_with_a_bearer_of_the_session(visitor: TestClient, sign_in: Any) -> None:
    key = sign_in(visitor, "it-consultant")
    visitor.cookies.clear()
    response = visitor.post(
        f"{API}/breaches/{BREACH}/uphold",
        json={"reason": "No announcement was received."},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert response.status_code == 200
    decided = response.json()
    assert decided["position"] == 1205
    assert decided["breach"]["line"]["status"] == "upheld"
    assert decided["breach"]["decisions"][-1]["actor"] == "it-consultant"


def test_a_decision_by_cookie_needs_the_token_of_the_session(reviewer: TestClient) -> None:
    address = f"{API}/breaches/{BREACH}/waive"
    bare = reviewer.post(address, json={"reason": "r"})
    wrong = reviewer.post(address, json={"reason": "r"}, headers={"X-CSRF-Token": "0" * 64})
    assert (bare.status_code, wrong.status_code) == (403, 403)


@pytest.mark.parametrize(
    ("breach", "body", "status"),
    [
        pytest.param("none", {"reason": "r"}, 404, id="a breach that is not there"),
        pytest.param(BREACH, {"reason": "  "}, 422, id="an empty reason"),
        pytest.param(BREACH, {}, 422, id="no reason"),
        pytest.param(BREACH, {"reason": "r", "more": 1}, 422, id="an unknown field"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_a_problem(
    visitor: TestClient, sign_in: Any, breach: str, body: Any, status: int
) -> None:
    bearer = {"Authorization": f"Bearer {sign_in(visitor, 'it-consultant')}"}
    response = visitor.post(f"{API}/breaches/{breach}/waive", json=body, headers=bearer)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_the_opposite_ruling_is_refused(visitor: TestClient, sign_in: Any) -> None:
    bearer = {"Authorization": f"Bearer {sign_in(visitor, 'it-consultant')}"}
    body = {"reason": "Agreed.", "clause": "x2"}
    first = visitor.post(f"{API}/breaches/{BREACH}/waive", json=body, headers=bearer)
    second = visitor.post(f"{API}/breaches/{BREACH}/uphold", json={"reason": "r"}, headers=bearer)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["detail"] == "The breach is already waived."


def test_the_description_types_every_answer_and_every_problem(app: FastAPI) -> None:
    described = app.openapi()
    assert len(described["paths"]) >= 18
    for path, methods in described["paths"].items():
        if not path.startswith(API) or path.endswith("/broken"):
            continue
        for method in methods.values():
            good = method["responses"]["200"]["content"]["application/json"]["schema"]
            assert good, path
            assert "application/problem+json" in method["responses"]["default"]["content"], path


def test_the_process_says_that_it_is_alive(visitor: TestClient) -> None:
    assert visitor.get("/healthz").json() == {"status": "alive"}


def test_readiness_follows_the_complaints(visitor: TestClient, complaints: list[str]) -> None:
    assert visitor.get("/readyz").status_code == 200
    complaints.append("views 40 facts behind")
    late = visitor.get("/readyz")
    assert late.status_code == 503
    assert late.json() == {"status": "not ready", "reasons": ["views 40 facts behind"]}
