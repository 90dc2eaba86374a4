from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalogue.agreements import Agreement
from catalogue.instants import format_instant, parse_instant
from catalogue.reader import read
from catalogue.records import Catalogue
from catalogue.remedies import Credit
from slamon.sla.credits import (
    Amount,
    ClaimState,
    CreditTerms,
    Tier,
    claim_limit,
    claim_state,
    credit_amount,
    credit_ratio,
    credit_terms,
    less_deductible,
)

TESTS = Path(__file__).parents[1]
VECTORS = YAML(typ="safe").load((TESTS / "catalogue" / "cms-2008-golden.yaml").read_text("utf-8"))
TIERS = (
    Tier(Fraction("0.999"), Fraction("0.10")),
    Tier(Fraction("0.99"), Fraction("0.25")),
    Tier(Fraction("0.95"), Fraction(1)),
)
RATIOS = st.fractions(0, 1, max_denominator=10_000)
BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def starter() -> Catalogue:
    return read([TESTS.parent / "catalogue" / "starter" / "cms-2008"])


def credits_of(starter: Catalogue, agreement: str) -> dict[str, Credit]:
    (found,) = (each for _, each in starter.of(Agreement) if each.id == agreement)
    remedies = {objective.id: objective.remedy for objective in found.objectives}
    return {name: each for name, each in remedies.items() if isinstance(each, Credit)}


def exact(share: str) -> Fraction:
    good, total = share.split("/")
    return Fraction(good) / Fraction(total)


@pytest.mark.parametrize("vector", [pytest.param(v, id=v["case"]) for v in VECTORS["credits"]])
def test_a_month_is_credited_as_in_the_test_vectors(
    vector: dict[str, Any], starter: Catalogue
) -> None:
    terms = {
        name: credit_terms(credit)
        for name, credit in credits_of(starter, vector["agreement"]).items()
    }
    ratios = {
        name: credit_ratio(terms[name].tiers, exact(share), terms[name].round_pct)
        for name, share in vector["results"].items()
    }
    assert {name: ratio * 100 for name, ratio in ratios.items()} == {
        name: Fraction(percent) for name, percent in vector["percent"].items()
    }
    amount = credit_amount(
        list(ratios.values()),
        Fraction(vector["base"]),
        terms[next(iter(ratios))],
        vector["currency"],
        Fraction(vector["granted_before"]),
    )
    assert str(amount.amount) == vector["credit"]


@pytest.mark.parametrize(
    ("figure", "round_pct", "ratio"),
    [
        pytest.param("0.999", None, "0", id="exactly at a bound is not below it"),
        pytest.param("0.99899999", None, "1/10", id="just below"),
        pytest.param("0.99", None, "1/10", id="exactly at the second bound"),
        pytest.param("0.98999999", None, "1/4", id="the lowest tier that applies"),
        pytest.param("0", None, "1", id="nothing at all"),
        pytest.param("0.99895", 1, "0", id="the contract rounds 99.895 half-up to 99.9"),
        pytest.param("0.998499", 1, "1/10", id="and 99.8499 to 99.8"),
        pytest.param("0.9984999", 0, "0", id="99.84999 is 100 without decimals"),
        pytest.param("0.994", 0, "1/10", id="99.4 is 99, which is below 99.9 and not below 99"),
        pytest.param(None, None, "0", id="what was not measured earns nothing"),
    ],
)
def test_the_lowest_tier_below_whose_bound_a_figure_lies(
    figure: str | None, round_pct: int | None, ratio: str
) -> None:
    measured = None if figure is None else Fraction(figure)
    assert credit_ratio(reversed(TIERS), measured, round_pct) == Fraction(ratio)


@given(RATIOS, RATIOS, st.none() | st.integers(0, 6))
def test_less_is_never_worth_less(one: Fraction, other: Fraction, round_pct: int | None) -> None:
    low, high = sorted((one, other))
    assert credit_ratio(TIERS, low, round_pct) >= credit_ratio(TIERS, high, round_pct)


@pytest.mark.parametrize(
    ("ratios", "base", "terms", "before", "amount"),
    [
        pytest.param(
            ["1/10"], "10.10", CreditTerms(TIERS, minimum=Fraction(1)), "0", "1.01", id="above"
        ),
        pytest.param(
            ["1/10"], "10.00", CreditTerms(TIERS, minimum=Fraction(1)), "0", "1.00", id="at minimum"
        ),
        pytest.param(
            ["1/10"], "9.99", CreditTerms(TIERS, minimum=Fraction(1)), "0", "0.00", id="below it"
        ),
        pytest.param(["1/20"], "579.70", CreditTerms(TIERS), "0", "28.99", id="half a cent up"),
        pytest.param(["1"], "100", CreditTerms(TIERS, cap=Fraction(1, 2)), "0", "50.00", id="cap"),
        pytest.param(
            ["1/3", "1/3"], "0.05", CreditTerms(TIERS), "0", "0.03", id="rounded once, at the end"
        ),
        pytest.param(
            ["1/4"], "100", CreditTerms(TIERS, cap_year=Fraction(30)), "50", "0.00", id="year over"
        ),
        pytest.param([], "100", CreditTerms(TIERS), "0", "0.00", id="no breach"),
    ],
)
def test_an_amount_is_bounded_then_rounded(
    ratios: list[str], base: str, terms: CreditTerms, before: str, amount: str
) -> None:
    shares = [Fraction(r) for r in ratios]
    found = credit_amount(shares, Fraction(base), terms, "EUR", Fraction(before))
    assert str(found.amount) == amount


def test_an_amount_has_the_decimals_of_its_currency() -> None:
    found = credit_amount([Fraction(1, 20)], Fraction(579), CreditTerms(TIERS), "JPY")
    assert found == Amount(Fraction(579, 20), Decimal(29))


def test_an_amount_says_what_bounded_it() -> None:
    terms = CreditTerms(TIERS, cap=Fraction(1, 4), minimum=Fraction(20), cap_year=Fraction(400))
    found = credit_amount([Fraction(1)], Fraction(1000), terms, "EUR", Fraction(390))
    assert found == Amount(Fraction(10), Decimal(0), ("cap", "cap_year", "minimum"))


@given(
    st.lists(RATIOS, max_size=3),
    st.decimals(0, 10_000, places=2),
    st.decimals(0, 500, places=2),
    st.decimals(0, 500, places=2),
)
def test_no_credit_exceeds_its_caps(
    ratios: list[Fraction], base: Decimal, year: Decimal, before: Decimal
) -> None:
    terms = CreditTerms(TIERS, cap=Fraction(1, 4), cap_year=Fraction(year))
    found = credit_amount(ratios, Fraction(base), terms, "EUR", Fraction(before))
    assert found.exact <= Fraction(base) / 4
    assert found.exact <= max(Fraction(0), Fraction(year) - Fraction(before))
    assert abs(Fraction(found.amount) - found.exact) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("good", "bad", "deductible", "figure"),
    [
        pytest.param(90, 10, 4, Fraction(94, 100), id="a part of the bad time"),
        pytest.param(90, 10, 40, Fraction(1), id="all of it"),
        pytest.param(90, 10, 0, Fraction(9, 10), id="none of it"),
        pytest.param(0, 0, 4, None, id="nothing measured"),
    ],
)
def test_a_deductible_is_borne_by_the_customer(
    good: int, bad: int, deductible: int, figure: Fraction | None
) -> None:
    assert less_deductible(good, bad, deductible) == figure


@pytest.mark.parametrize(
    ("end", "within", "cycles", "limit"),
    [
        pytest.param("2026-03-01T00:00", "P30D", None, "2026-03-30T22:00:00Z", id="thirty days"),
        pytest.param("2026-03-01T00:00", "P1M", None, "2026-03-31T22:00:00Z", id="a month"),
        pytest.param("2026-03-01T00:00", None, 2, "2026-04-30T22:00:00Z", id="two billing cycles"),
        pytest.param("2026-03-09T00:00", None, 1, "2026-04-30T22:00:00Z", id="after a week"),
        pytest.param("2026-03-01T00:00", None, None, None, id="no limit"),
    ],
)
def test_a_claim_is_made_by_a_local_date(
    end: str, within: str | None, cycles: int | None, limit: str | None
) -> None:
    found = claim_limit(parse_instant(end, BERLIN), BERLIN, within, cycles)
    assert (found if found is None else format_instant(found)) == limit


@pytest.mark.parametrize(
    ("limit", "now", "claimed_at", "decided", "state"),
    [
        pytest.param(10, 9, None, None, "eligible", id="in time"),
        pytest.param(10, 10, None, None, "expired", id="nobody claimed"),
        pytest.param(10, 20, 9, None, "claimed", id="claimed in the last moment"),
        pytest.param(10, 20, 10, None, "expired", id="claimed at the limit"),
        pytest.param(10, 5, 9, None, "eligible", id="claimed after now"),
        pytest.param(None, 10**9, None, None, "eligible", id="without a limit"),
        pytest.param(None, 10, 9, None, "claimed", id="claimed without a limit"),
        pytest.param(10, 20, 9, "granted", "granted", id="granted"),
        pytest.param(10, 20, 9, "refused", "refused", id="refused"),
    ],
)
def test_a_claim_has_a_state(
    limit: int | None, now: int, claimed_at: int | None, decided: Any, state: ClaimState
) -> None:
    assert claim_state(limit, now, claimed_at, decided) == state
