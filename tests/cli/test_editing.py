"""A change made on a page or by the API: the same facts, and documents that are behind until they are exported."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

SET = "digital-editions"
PARTY = "/catalogue/party/university-of-bern"
TODAY = datetime.now(UTC).date()
EDITED = f"edited on {TODAY} by rita"
AHEAD = f"party university-of-bern: {EDITED}: name en is Bern"
BACK = '"correction: {reason: WHY}" beside it to take the edit back'
API = "/api/v1/catalogue"


@pytest.fixture
def web(slamon: Any, signed_in: Any) -> Iterator[TestClient]:
    """Rita, signed in, where the starter set was applied."""
    with signed_in(slamon) as client:
        yield client


def text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def token(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def document(page: str) -> str:
    found = re.search(r"<textarea id=\"document\"[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def renamed(web: TestClient, name: str, **form: str) -> Any:
    """Send the form of the party with another English name."""
    page = web.get(f"{PARTY}/edit").text
    edited = re.sub(r'en: ("[^"]*"|\w+)', f"en: {name}", document(page), count=1)
    return web.post(f"{PARTY}/edit", data={"csrf": token(page), "document": edited, **form})


def test_a_page_shows_what_would_be_recorded_and_records_nothing(
    slamon: Any, web: TestClient
) -> None:
    before = slamon.position()

    page = renamed(web, "Bern")

    assert page.status_code == 200
    said = "party university-of-bern: name en University of Bern, digital editions → Bern"
    assert said in text(page.text)
    assert "Record it" in page.text
    assert slamon.position() == before


def test_what_is_recorded_on_a_page_stands_in_the_history(slamon: Any, web: TestClient) -> None:
    done = renamed(web, "Bern", act="record", reason="as they sign")

    assert (done.status_code, done.headers["location"]) == (303, f"{PARTY}#history")
    page = text(web.get(PARTY).text)
    assert "name en University of Bern, digital editions → Bern; past the documents" in page
    assert "as they sign" in page
    newest = slamon.json("catalogue", "history", "party", "university-of-bern")[-1]
    assert (newest["actor"], newest["reason"]) == ("rita", "as they sign")


def test_nothing_is_recorded_without_a_reason(slamon: Any, web: TestClient) -> None:
    before = slamon.position()

    page = renamed(web, "Bern", act="record", reason=" ")

    assert page.status_code == 422
    assert "Say why it is changed." in page.text
    assert slamon.position() == before


def test_whoever_is_not_signed_in_reads_the_document_only(web: TestClient) -> None:
    web.cookies.clear()

    page = web.get(f"{PARTY}/edit")
    sent = web.post(f"{PARTY}/edit", data={"document": "providers: []", "act": "record"})

    assert "university-of-bern" in page.text
    assert "<textarea" not in page.text
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in")


def test_faults_of_a_document_are_told_at_their_lines(web: TestClient) -> None:
    page = web.get(f"{PARTY}/edit").text
    wrong = document(page).replace("role: provider", "role: provder")

    sent = web.post(f"{PARTY}/edit", data={"csrf": token(page), "document": wrong})

    assert sent.status_code == 422
    assert '3:9: "provder" is none of:' in text(sent.text)
    assert '(did you mean "provider"?)' in text(sent.text)


def test_a_term_in_force_is_not_changed_without_its_mark(web: TestClient) -> None:
    path = "/catalogue/agreement/sla-digital-editions/edit"
    page = web.get(path).text
    softer = document(page).replace('target: "99.00"', 'target: "98.00"', 1)

    sent = web.post(path, data={"csrf": token(page), "document": softer, "act": "record"})

    assert "It cannot be recorded like this." in sent.text
    assert "changes a term in force" in text(sent.text)
    assert "Record it" not in sent.text


def test_documents_that_are_behind_are_told_so_and_take_nothing_back(
    slamon: Any, web: TestClient, starter: Path
) -> None:
    assert renamed(web, "Bern", act="record", reason="as they sign").status_code == 303
    before = slamon.position()

    planned = slamon.json("catalogue", "plan", starter)

    assert planned["changes"] == []
    assert planned["ledger_ahead"] == [
        f"{AHEAD}, the document still says University of Bern, digital editions; export it, or write {BACK}"
    ]
    assert slamon("catalogue", "apply", starter, "--yes").exit_code == 0
    assert slamon.position() == before


def test_after_an_export_there_is_no_difference(
    slamon: Any, web: TestClient, starter: Path
) -> None:
    renamed(web, "Bern", act="record", reason="as they sign")
    before = (starter / "providers.yaml").read_text(encoding="utf-8")

    done = slamon("catalogue", "export", starter)

    assert done.exit_code == 0, done.output
    old, new = before.splitlines(), (starter / "providers.yaml").read_text("utf-8").splitlines()
    assert len([1 for a, b in zip(old, new, strict=True) if a != b]) == 1
    planned = slamon.json("catalogue", "plan", starter)
    assert (planned["changes"], planned["ledger_ahead"]) == ([], [])


@pytest.mark.parametrize(
    ("now", "mark"),
    [
        pytest.param("Berne", "", id="a third name is an ordinary change"),
        pytest.param(
            "University of Bern, digital editions",
            ", correction: {reason: the old name was right}",
            id="the old name with a reason takes the edit back",
        ),
    ],
)
def test_documents_may_go_on_from_an_edit(
    slamon: Any, web: TestClient, starter: Path, now: str, mark: str
) -> None:
    renamed(web, "Bern", act="record", reason="as they sign")
    file = starter / "providers.yaml"
    was = 'en: "University of Bern, digital editions"'
    content = file.read_text(encoding="utf-8")
    assert was in content
    content = content.replace(was, f'en: "{now}"')
    if mark:
        at = content.index("role: provider", content.index("id: university-of-bern"))
        content = content[:at] + f"{mark.removeprefix(', ')}\n  " + content[at:]
    file.write_text(content, encoding="utf-8")

    planned = slamon.json("catalogue", "plan", starter)

    assert [each["sentence"] for each in planned["changes"]] == [
        f"party university-of-bern: name en Bern → {now}"
    ]


def test_two_edits_are_one_difference_from_the_documents(
    slamon: Any, web: TestClient, starter: Path
) -> None:
    for name in ("Bern", "Berne"):
        assert renamed(web, name, act="record", reason="again").status_code == 303

    planned = slamon.json("catalogue", "plan", starter)

    assert planned["changes"] == []
    assert "is Berne, the document still says University of Bern" in planned["ledger_ahead"][0]


NEW = "providers:\n- {id: observer, role: partner, name: {en: O, fr: O, es: O}, prov: {_: I}}\n"


@pytest.fixture
def api(web: TestClient, slamon: Any) -> TestClient:
    """Rita, with a bearer token in place of a cookie."""
    key = web.cookies["slamon_session"]
    web.cookies.clear()
    web.headers["Authorization"] = f"Bearer {key}"
    return web


def test_the_api_plans_and_records_what_documents_state(
    slamon: Any, api: TestClient, starter: Path
) -> None:
    body = {"documents": NEW, "set": SET}

    planned = api.post(f"{API}/plan", json=body).json()
    assert planned["changes"] == ["party observer: stated"]
    done = api.post(f"{API}/apply", json={**body, "reason": "new here", "at": planned["position"]})

    assert done.status_code == 200, done.text
    again = slamon.json("catalogue", "plan", starter)
    assert again["changes"] == []
    assert again["ledger_ahead"] == [f"party observer: {EDITED}: the documents lack it; export it"]
    slamon("catalogue", "export", starter)
    assert slamon.json("catalogue", "plan", starter)["ledger_ahead"] == []


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        pytest.param({"reason": "x", "documents": "providers: 5"}, 422, "faults", id="with faults"),
        pytest.param({"documents": NEW}, 422, "", id="without a reason"),
    ],
)
def test_the_api_refuses_what_cannot_be_recorded(
    slamon: Any, api: TestClient, more: dict[str, str], status: int, said: str
) -> None:
    before = slamon.position()

    done = api.post(f"{API}/apply", json={"set": SET, **more})

    assert done.status_code == status
    assert said in done.text
    assert slamon.position() == before


def test_nobody_records_documents_without_signing_in(web: TestClient) -> None:
    web.cookies.clear()

    assert web.post(f"{API}/plan", json={"documents": NEW, "set": SET}).status_code == 401


def test_a_plan_that_was_read_at_a_position_is_applied_to_no_other(
    slamon: Any, web: TestClient, starter: Path
) -> None:
    position = slamon.json("catalogue", "plan", starter)["position"]
    renamed(web, "Bern", act="record", reason="meanwhile")
    file = starter / "providers.yaml"
    file.write_text(file.read_text("utf-8").replace("University of Bern, digital", "Uni"), "utf-8")

    said = slamon("catalogue", "apply", starter, "--yes", "--at", position)

    assert said.exit_code == 1
    assert "party university-of-bern has changed at position" in said.stderr
    now = slamon.position()
    done = slamon.json("catalogue", "apply", starter, "--yes", "--at", now)
    assert (done["recorded"], done["position"]) == (True, now + 1)


def test_records_are_listed_and_shown_as_they_were_known(slamon: Any, web: TestClient) -> None:
    before = slamon.position()
    renamed(web, "Bern", act="record", reason="as they sign")
    shown = ("catalogue", "show", "party", "university-of-bern")

    assert "en: Bern" in slamon(*shown).stdout
    assert "University of Bern" in slamon(*shown, "--as-known-at", f"@{before}").stdout
    listed = slamon.json("catalogue", "list", "--kind", "party")
    assert [line["id"] for line in listed] == ["edition-readers", "university-of-bern"]
    missing = slamon("catalogue", "show", "party", "nobody")
    assert missing.exit_code == 1
    assert "known are edition-readers, university-of-bern" in missing.stderr


def test_versions_stand_side_by_side(slamon: Any, web: TestClient, starter: Path) -> None:
    file = starter / "agreements.yaml"
    content = file.read_text(encoding="utf-8")
    mark = "amended: {from: 2027-01-01, reason: agreed anew}"
    file.write_text(content.replace('target: "99.00"', f'target: "98.50", {mark}', 1), "utf-8")
    assert slamon("catalogue", "apply", starter, "--yes").exit_code == 0

    page = text(web.get("/catalogue/agreement/sla-digital-editions").text)

    assert "Term from the start from 1 Jan 2027 objective o1 target 99.00 98.50" in page
