"""Forms of what people do with records: the same facts as by command, faults beside the fields, refusals said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from catalogue.instants import parse_instant
from catalogue.plan import plan
from catalogue.reader import read
from catalogue.signing import AgreementSigned
from slamon.app import catalogue as applying
from slamon.app.acts import ACTS
from slamon.cli.house import Decisions, House
from slamon.web.access import Access
from slamon.web.app import build
from slamon.web.pages.acts import BY_FILE, inputs_of

SET = Path(__file__).parents[2] / "catalogue" / "starter" / "cms-2008"
NOW = parse_instant("2008-10-15T12:00Z")
SIGN = "/catalogue/agreement/mou-wcmc/acts/sign"
RECORDS = {
    "service": "svc-groms",
    "tariff": "tar-unep-2008-draft",
    "agreement": "mou-wcmc",
    "commitment": "c-1.1",
    "recommendation": "9.1",
    "ambiguity": "A1",
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The starter set of 2008 in a ledger."""
    with House(tmp_path) as made:
        stated = plan(read([SET]), {}, date(2008, 10, 1))
        applying.apply(made.ledger, stated, {}, actor="ann", reason="begun")
        made.refresh()
        yield made


@pytest.fixture
def access() -> Iterator[Access]:
    made = Access(None, lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def visitor(house: House, access: Access) -> TestClient:
    app = build(house.reading, Decisions(house), access, clock=lambda: NOW, ready=list)
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def rita(visitor: TestClient, access: Access) -> TestClient:
    visitor.cookies.set("slamon_session", access.redeem(access.mint("rita")))
    return visitor


def send(rita: TestClient, path: str, **fields: str) -> tuple[int, str]:
    token = re.search(r'name="csrf" value="([^"]+)"', rita.get(path).text)
    assert token
    answer = rita.post(path, data={"csrf": token[1], **fields})
    return answer.status_code, answer.headers.get("location", "") or answer.text


def test_a_signature_is_recorded_from_the_page(house: House, rita: TestClient) -> None:
    done = send(rita, SIGN, on="2008-12", keep_in_shadow="o2, o3")

    assert done == (303, "/catalogue/agreement/mou-wcmc")
    (entry,) = house.ledger.since(house.ledger.position() - 1, limit=1)
    assert isinstance(entry.fact, AgreementSigned)
    assert (entry.actor, entry.fact.on.value, entry.fact.enforces) == ("rita", "2008-12", ("o1",))


@pytest.mark.parametrize(
    "act",
    [pytest.param(each, id=f"{each.verb} {each.noun}") for each in ACTS if each not in BY_FILE],
)
def test_each_act_has_a_form_that_asks_for_what_it_needs(rita: TestClient, act: type) -> None:
    path = f"/catalogue/{act.noun}/{RECORDS[act.noun]}"  # type: ignore[attr-defined]

    assert f"{path}/acts/{act.verb}" in rita.get(path).text  # type: ignore[attr-defined]
    shown = rita.get(f"{path}/acts/{act.verb}").text  # type: ignore[attr-defined]
    for each in inputs_of(act):
        assert f'name="{each.name}"' in shown


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    house: House, rita: TestClient
) -> None:
    before = house.ledger.position()

    status, shown = send(rita, SIGN, on="soon", keep_in_shadow="o2")

    assert (status, house.ledger.position()) == (422, before)
    assert 'id="on-fault"' in shown
    assert 'value="soon"' in shown
    assert 'value="o2"' in shown


def test_what_is_not_allowed_is_said_in_words(house: House, rita: TestClient) -> None:
    status, shown = send(rita, SIGN, on="2008-12", keep_in_shadow="o9")

    assert status == 409
    assert "mou-wcmc has no objective &#39;o9&#39;; it has o1, o2, o3" in shown


def test_nobody_acts_without_signing_in(visitor: TestClient) -> None:
    assert "/sign-in" in visitor.get(SIGN).text
    assert visitor.post(SIGN, data={"on": "2008-12"}).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/catalogue/agreement/none-such/acts/sign", id="a record that there is not"),
        pytest.param("/catalogue/agreement/mou-wcmc/acts/fulfil", id="an act of another kind"),
        pytest.param("/catalogue/tariff/tar-unep-2008/acts/receive", id="an act that needs a file"),
    ],
)
def test_what_there_is_not_is_not_found(rita: TestClient, path: str) -> None:
    assert rita.get(path).status_code == 404
