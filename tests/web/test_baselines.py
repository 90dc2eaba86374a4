"""An outage of a baseline: nobody promised it, and pages say so in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

Words = Callable[[str], str]


@pytest.fixture
def measured_only(world: Any, worlds: Any) -> None:
    """A service whose outages are those of a baseline, as no agreement promises it."""
    found = world.overview(worlds.NOW)
    name = {"service": "svc-archive", "agreement": "baseline-svc-archive", "objective": "b1"}
    outages = tuple(line.model_copy(update=name) for line in found.outages)
    detail = world.service("svc-archive", worlds.NOW)
    terms = {"baselines": [{"id": "b1", "indicator": "availability"}]}
    told = detail.model_copy(update={"outages": outages, "terms": terms})
    world.service = lambda *_: told
    world.overview = lambda _: found.model_copy(update={"outages": (*found.outages, *outages)})
    none = {"objectives": ()}
    agreements = tuple(line.model_copy(update=none) for line in found.agreements)
    world.agreements = lambda _: agreements


@pytest.mark.usefixtures("measured_only")
@pytest.mark.parametrize("path", ["/", "/services/svc-archive"])
def test_what_failed_is_called_a_baseline_of_the_service(
    visitor: TestClient, words_of: Words, path: str
) -> None:
    page = visitor.get(path).text
    words = words_of(page)

    assert "Baseline of the service measured as the catalogue says; no agreement promises it" in (
        words
    )
    assert 'href="/catalogue/service/svc-archive" title="b1"' in page
    assert "baseline-svc" not in page


@pytest.mark.usefixtures("measured_only")
def test_a_service_says_that_a_baseline_measures_it(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get("/services/svc-archive").text)

    assert (
        "No agreement promises a measured objective of this service."
        " It is measured by a baseline that the catalogue states." in words
    )


@pytest.mark.usefixtures("measured_only")
def test_the_overview_counts_promises_and_baselines_apart(
    visitor: TestClient, words_of: Words
) -> None:
    words = words_of(visitor.get("/").text)

    assert "Outages now 2 promises failing: 1; without an agreement: 1" in words
