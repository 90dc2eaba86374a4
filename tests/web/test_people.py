"""Pages show people under their names, and programs under the ids that facts carry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.web.access import Access
from slamon.web.app import build

NAMES = {"rita": "Rita Example"}


@pytest.fixture
def visitor(world: Any, clock: Any, access: Access) -> TestClient:
    app = build(
        world, world, access, clock=clock, ready=list, person=lambda actor: NAMES.get(actor, actor)
    )
    return TestClient(app, raise_server_exceptions=False)


def test_who_is_signed_in_reads_the_name(
    visitor: TestClient, sign_in: Callable[[TestClient, str], str]
) -> None:
    sign_in(visitor, "rita")

    assert ">Rita Example</span>" in visitor.get("/").text


@pytest.mark.parametrize("address", ["/breaches", "/breaches/sla-unv-2026.o1.2026-09"])
def test_decisions_are_shown_with_the_name_and_told_to_programs_with_the_id(
    world: Any, visitor: TestClient, address: str
) -> None:
    NAMES.update(dict.fromkeys({line.found_by for line in world.breaches(None)}, "Somebody"))

    assert "Somebody" in visitor.get(address).text
    assert "Somebody" not in visitor.get(f"/api/v1{address}").text
