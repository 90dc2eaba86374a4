"""Pages and API of money: every figure with what it rests on, and by its name what cannot be computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.web.money import fraction, money
from slamon.web.texts import language

T = language("en")

Words = Callable[[str], str]
API = "/api/v1"
COMPARED = "/comparisons?left=unv&right=unep-it-group&month=2008-07&rates=demo"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/tariffs", "services without a funding source", id="who pays for nothing"),
        pytest.param("/tariffs/tar-unv-2008", "0.80 EUR up to 100 0.50 EUR above", id="tiers"),
        pytest.param(
            "/tariffs/tar-unv-2008", "10.00 % of the charge for Service desk", id="free share"
        ),
        pytest.param("/tariffs/tar-unv-2008", "Not payable up to 20.00 EUR", id="de minimis"),
        pytest.param(
            "/tariffs/tar-unv-2008", "1 May 2008 – 31 Dec 2008 Its successor ends it", id="validity"
        ),
        pytest.param("/tariffs/tar-unv-2008", "150 from 1 May 2008", id="a quantity in force"),
        pytest.param(
            "/charges/unv/2026-09", "26 user = 1 066.00, on 14 of 30 days", id="a segment"
        ),
        pytest.param("/charges/unv/2026-09", "1 109.733333… 1 109.73 EUR", id="the rounding"),
        pytest.param("/charges/unv/2026-09", "13.00 % of 1 279.73 EUR", id="a surcharge"),
        pytest.param("/charges/unv/2026-09", "2 user, ordered on 16 Sep 2026", id="an order"),
        pytest.param("/charges/unv/2026-09", "Mailbox: 29 Sep 2026 – 30 Sep 2026", id="unpriced"),
        pytest.param("/charges/unv/2026-09", "not computed", id="a total that cannot be told"),
        pytest.param("/charges/unv/2026-09", "← August 2026 October 2026 →", id="other months"),
        pytest.param("/charges/unv/2026-09", "197 h 30 min 7.3220 EUR", id="the cost of an hour"),
        pytest.param(
            "/breaches/sla-unv-2026.o1.2026-09",
            "If the open breaches are upheld 108.18 EUR exactly 108.176 bounded by the cap",
            id="what a breach would be worth",
        ),
        pytest.param(COMPARED, "1 USD = 0.6400 EUR, rate of the demonstration", id="the rate"),
        pytest.param(COMPARED, "effective 1 Jul 2008", id="its effective day"),
        pytest.param(COMPARED, "Service desk (UNEP) draft", id="a draft"),
        pytest.param(COMPARED, "Without a price", id="what has no price"),
        pytest.param("/", "services without a funding source", id="the overview"),
        pytest.param("/tariffs", "Budget, 2027", id="the years to look at"),
        pytest.param("/budgets/2026", "Left of the budget −27.41 EUR", id="what a budget leaves"),
        pytest.param("/budgets/2026", "exceeds the budget", id="a budget that does not last"),
        pytest.param("/budgets/2026", "November 2026 expected 579.70 EUR", id="a month to come"),
        pytest.param("/budgets/2026", "Mailbox: 2 days", id="what is in no sum"),
        pytest.param("/budgets/2026?rates=demo", "A quantity is missing", id="what stops a sum"),
    ],
)
def test_a_page_tells(visitor: TestClient, words_of: Words, path: str, said: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 200
    words = words_of(answer.text).replace("\u202f", " ").replace("\u00a0", " ")
    assert said in words


@pytest.mark.parametrize(
    "path", ["/tariffs/tar-unv-2008", "/charges/unv/2026-09", "/budgets/2026", COMPARED]
)
def test_invented_prices_are_marked_as_such(visitor: TestClient, path: str) -> None:
    assert "An invented example, no real agreement or price." in visitor.get(path).text


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        pytest.param(
            "/charges/unv/2026-01", "missing_quantity", "A quantity is missing", id="charges"
        ),
        pytest.param(
            COMPARED.replace("demo", "unore"),
            "missing_rate",
            "An exchange rate is missing",
            id="a comparison",
        ),
    ],
)
def test_what_cannot_be_computed_is_told_by_name_on_its_page(
    visitor: TestClient, path: str, code: str, said: str
) -> None:
    answer = visitor.get(path)

    assert answer.status_code == 409
    assert said in answer.text
    assert f"<code>{code}</code>" in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        pytest.param("/charges/unv/2026-01", "missing_quantity", id="charges"),
        pytest.param("/comparisons/unv/unep-it-group/2008-07?rates=unore", "missing_rate", id="a"),
    ],
)
def test_what_cannot_be_computed_is_told_to_programs_by_its_code(
    visitor: TestClient, path: str, code: str
) -> None:
    answer = visitor.get(API + path)

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["detail"].startswith(f"{code}: ")


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        pytest.param("/tariffs/tar-unv-2008", "charged_until", "2008-12-31", id="a tariff"),
        pytest.param("/charges/unv/2026-09", "month", "2026-09", id="charges"),
        pytest.param(
            "/comparisons/unv/unep-it-group/2008-07?rates=demo", "difference", "113.59", id="offers"
        ),
        pytest.param("/budgets/2026?rates=demo", "rate_kind", "demo", id="a budget"),
        pytest.param(
            "/agreements/sla-unv-2026/objectives/o1/cost/2026-09", "per_hour", "7.3220", id="a cost"
        ),
    ],
)
def test_programs_are_answered(visitor: TestClient, path: str, field: str, value: Any) -> None:
    answer = visitor.get(API + path)

    assert answer.status_code == 200
    assert answer.json()[field] == value
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/tariffs/tar-none", id="no tariff"),
        pytest.param("/charges/nobody/2026-09", id="no party"),
        pytest.param("/charges/unv/2026-13", id="no month"),
        pytest.param("/budgets/soon", id="no year"),
        pytest.param("/budgets/2026?rates=of-mine", id="a budget by no kind"),
        pytest.param("/comparisons?left=unv&right=nobody&month=2008-07&rates=demo", id="nobody"),
        pytest.param("/comparisons?left=unv&right=x&month=2008-07&rates=of-mine", id="no kind"),
        pytest.param(f"{API}/tariffs/tar-none", id="no tariff for programs"),
        pytest.param(f"{API}/charges/unv/september", id="no month for programs"),
        pytest.param(f"{API}/agreements/sla-x/objectives/o1/cost/2026-09", id="no agreement"),
        pytest.param(f"{API}/agreements/sla-unv-2026/objectives/o9/cost/2026-09", id="no hours"),
    ],
)
def test_what_is_not_there_is_not_found(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_a_form_leads_to_the_charges_it_asks_for_also_of_the_past(visitor: TestClient) -> None:
    asked = {"provider": "unv", "month": "2026-09", "as_known_at": "@900"}

    answer = visitor.get("/charges", params=asked, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/charges/unv/2026-09?as_known_at=%40900"
    assert 'name="as_known_at" value="@900"' in visitor.get(COMPARED + "&as_known_at=@900").text


def test_a_name_in_a_form_leads_nowhere_else(visitor: TestClient) -> None:
    asked = {"provider": "//elsewhere.example", "month": "x\r\ny"}

    answer = visitor.get("/charges", params=asked, follow_redirects=False)

    assert answer.headers["location"] == "/charges/%2F%2Felsewhere.example/x%0D%0Ay"


@pytest.mark.parametrize(
    ("exact", "said"),
    [
        pytest.param("912", "912.00", id="a whole number"),
        pytest.param("403/2", "201.50", id="a half"),
        pytest.param("17391/1000", "17.391", id="three places"),
        pytest.param("34358/31", "1 108.322580…", id="one that goes on"),
        pytest.param("1/30000000", "0.000000…", id="a small one"),
        pytest.param("0", "0.00", id="nothing"),
    ],
)
def test_a_fraction_is_written_as_far_as_it_goes(exact: str, said: str) -> None:
    assert fraction(T, exact).replace("\u202f", " ") == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        pytest.param("-3.98", "−3.98", id="below zero"),
        pytest.param("1234567.89", "1 234 567.89", id="thousands"),
        pytest.param("29", "29", id="a currency without cents"),
    ],
)
def test_an_amount_is_written_with_its_thousands_apart(amount: str, said: str) -> None:
    assert money(T, amount).replace("\u202f", " ") == said
