"""Into the past by what people copy from a page or a log."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from catalogue.instants import InstantError
from slamon.views.pastnamed import well_named

NARROW, NO_BREAK = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        pytest.param("@4616", "@4616", id="a position"),
        pytest.param("@4 616", "@4616", id="with its thousands apart"),
        pytest.param(f"@4{NARROW}616{NARROW}001", "@4616001", id="as pages set them apart"),
        pytest.param(f"@4{NO_BREAK}616", "@4616", id="by another space"),
        pytest.param(f" @4616{NO_BREAK}\n", "@4616", id="with space around it"),
        pytest.param("@46 16", "@46 16", id="not apart by thousands"),
        pytest.param("@ 4616", "@ 4616", id="apart from its sign"),
        pytest.param("2026-02-01t08:00:00z", "2026-02-01T08:00:00Z", id="an instant in small"),
        pytest.param("2026-02-01T08:00:00+01:00 ", "2026-02-01T08:00:00+01:00", id="an instant"),
        pytest.param("2026-02-01 08:00:00z", "2026-02-01 08:00:00Z", id="with a space for its T"),
    ],
)
def test_what_is_pasted_is_read_as_it_is_meant(pasted: str, meant: str) -> None:
    assert well_named(pasted) == meant


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        pytest.param("4616", "a position is written like @4616", id="a number without a sign"),
        pytest.param(f"4{NARROW}616", "a position is written like @4616", id="as pages write it"),
        pytest.param("2026-02-30T10:00:00Z", "the day 2026-02-30 does not exist", id="no day"),
        pytest.param("2026-13-01t10:00:00z", "the day 2026-13-01 does not exist", id="no month"),
        pytest.param("2026-02-29", "the day 2026-02-29 does not exist", id="no leap year"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_is_wrong(pasted: str, sentence: str) -> None:
    with pytest.raises(InstantError, match=sentence):
        well_named(pasted)


@pytest.mark.parametrize("path", ["/", "/ledger/900"])
def test_a_pasted_position_opens_the_page_and_its_links_name_it_plainly(
    visitor: TestClient, path: str
) -> None:
    page = visitor.get(path, params={"as_known_at": f" @1{NARROW}204 "})

    assert page.status_code == 200
    assert 'value="@1204"' in page.text
    assert "as_known_at=%401204" in page.text


def test_the_api_takes_what_is_pasted(visitor: TestClient) -> None:
    for pasted in (f"@1{NARROW}204", "2026-11-01t08:00:00z", "2026-11-01t08:00:00 01:00"):
        answer = visitor.get("/api/v1/ledger", params={"as_known_at": pasted})

        assert answer.status_code == 200, answer.text
