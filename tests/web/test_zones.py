"""In which zone an instant is told: that of what it is about, the same on every page, and named."""

from __future__ import annotations

import re
from html import unescape
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient

LISBON = "Europe/Lisbon"


@pytest.fixture
def abroad(world: Any, worlds: ModuleType) -> None:
    """One agreement of several that counts in another zone than the rest, with an outage and a breach of its own."""
    told = world.agreements(worlds.NOW)
    (unv,) = (line for line in told if line.agreement == "sla-unv-2026")
    period = unv.period.model_copy(update={"tz": LISBON})
    agreements = tuple(
        line.model_copy(update={"period": period}) if line is unv else line for line in told
    )
    world.agreements = lambda _: agreements


def _zones(page: str, instant: str = "") -> set[str]:
    """The zones in which a page tells an instant, or all that it tells."""
    told = re.findall(rf'<time datetime="{instant}[^>]*>([^<]*)</time>', page)
    return {unescape(each).split()[-1] for each in told}


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        pytest.param("/", "CET", id="the overview in that of most agreements"),
        pytest.param("/agreements", "CET", id="a list of agreements"),
        pytest.param("/services", "CET", id="a list of services"),
        pytest.param("/breaches", "CET", id="a list of breaches"),
        pytest.param("/catalogue", "CET", id="the catalogue"),
        pytest.param("/services/svc-archive", "WET", id="a service in that of its agreement"),
        pytest.param("/services/svc-tariff", "CET", id="a service without one in that of most"),
        pytest.param("/probes/prb-unv-mail", "WET", id="a probe in that of its service"),
        pytest.param("/observations?service=svc-mail&day=2026-11-21", "WET", id="and its results"),
        pytest.param("/agreements/sla-unv-2026", "WET", id="an agreement in its own"),
        pytest.param("/agreements/sla-editions", "CET", id="another in its own"),
        pytest.param("/agreements/sla-unv-2026/periods/2026-10", "CET", id="a period in its own"),
        pytest.param("/exclusions/sla-unv-2026/x1-2026-11-28-1", "CET", id="a window in its own"),
        pytest.param("/ledger", "UTC", id="the ledger in UTC"),
        pytest.param("/ledger/900", "UTC", id="and a fact of it"),
        pytest.param("/agents", "UTC", id="and its agents"),
    ],
)
@pytest.mark.usefixtures("abroad")
def test_a_page_of_the_past_names_its_instant_in_the_zone_of_what_it_is_about(
    visitor: TestClient, path: str, zone: str
) -> None:
    page = visitor.get(f"{path}{'&' if '?' in path else '?'}as_known_at=@900").text

    assert page.index("As known at") < page.index("<time")
    assert _zones(page.partition("What was recorded later")[0]) == {zone}


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("path", ["/", "/services/svc-mail"])
def test_an_outage_is_told_in_one_zone_wherever_it_is_told(visitor: TestClient, path: str) -> None:
    assert _zones(visitor.get(path).text, "2026-11-22T15:31:20Z") == {"WET"}


@pytest.mark.usefixtures("abroad")
@pytest.mark.parametrize("path", ["/", "/breaches"])
def test_a_breach_is_told_in_the_zone_of_its_agreement(visitor: TestClient, path: str) -> None:
    assert _zones(visitor.get(path).text, "2026-10-14T08:00:00Z") == {"WEST"}


@pytest.mark.parametrize("path", ["/", "/breaches", "/probes"])
def test_where_all_agreements_count_in_one_zone_all_is_told_in_it(
    visitor: TestClient, path: str
) -> None:
    assert _zones(visitor.get(path).text) <= {"CET", "CEST"}


@pytest.mark.parametrize("path", ["/ledger", "/ledger/900", "/ledger/41", "/agents"])
def test_the_ledger_is_told_in_utc(visitor: TestClient, path: str) -> None:
    assert _zones(visitor.get(path).text) == {"UTC"}
