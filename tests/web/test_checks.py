"""The checks on their page and through the API: grouped, in words, each with the page it is about."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from catalogue.instants import parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from slamon.app import catalogue as applying
from slamon.cli.house import Decisions, House
from slamon.web.access import Access
from slamon.web.app import build

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
NOW = parse_instant("2026-06-15T12:00Z")

Words = Callable[[str], str]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The starter set in a ledger, with network and support that depend on each other's house."""
    folder = tmp_path / "cms-2008"
    shutil.copytree(SET, folder)
    services = folder / "services.yaml"
    stated = services.read_text("utf-8")
    services.write_text(
        stated.replace(
            "- id: svc-it-support\n", "- id: svc-it-support\n  depends_on: [svc-web-hosting]\n", 1
        )
    )
    with House(tmp_path / "data") as made:
        planned = plan(read([folder]), {}, date(2026, 6, 1))
        applying.apply(made.ledger, planned, {}, actor="ann", reason="begun")
        made.refresh()
        yield made


@pytest.fixture
def visitor(house: House) -> Iterator[TestClient]:
    access = Access(None, lambda: NOW)
    app = build(house.reading, Decisions(house), access, clock=lambda: NOW, ready=list)
    yield TestClient(app, base_url="https://slamon.example")
    access.close()


def test_a_page_groups_what_was_found_in_words(visitor: TestClient, words_of: Words) -> None:
    page = visitor.get("/checks")
    words = words_of(page.text)

    assert page.status_code == 200
    assert (
        "o2 promises IT support for the Secretariat. It needs Hosting of the CMS web sites, of which no agreement in "
        "force promises United Nations Volunteers (UNV), Bonn an availability." in words
    )
    assert "Operate CMS-IMS: UNEP-WCMC, Cambridge has the last word, not the customer." in words
    assert "Public web site: no published tariff has a price today." in words
    assert "Nothing found: Deadlines · Agreements that end soon" in words
    assert 'href="/agreements/sla-unv-2026"' in page.text
    assert 'href="/catalogue/commitment/c-13.1"' in page.text
    assert 'href="/services/svc-web-hosting"' in page.text


def test_programs_are_told_the_same_with_its_numbers(visitor: TestClient) -> None:
    told = visitor.get("/api/v1/checks", params={"only": "cover"}).json()

    assert told["checked"] == ["cover"]
    assert told["now"] == "2026-06-15T12:00:00Z"
    (found,) = told["findings"]
    assert (found["why"], found["record"], found["proposed"]) == (
        "nobody", "agreement:sla-unv-2026", False,
    )  # fmt: skip


def test_a_kind_that_there_is_not_is_refused(visitor: TestClient) -> None:
    assert visitor.get("/api/v1/checks", params={"only": "moods"}).status_code == 422


@pytest.mark.parametrize("path", ["/", "/commitments"])
def test_pages_lead_there(visitor: TestClient, path: str) -> None:
    assert 'href="/checks"' in visitor.get(path).text
