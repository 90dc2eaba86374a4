"""Cookies: sent back to the host that set them, under its path, by TLS where they ask for it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from probes.kinds.cookies import Jar

NOON = 1_771_070_400_000_000  # 2026-02-14T12:00:00Z
SHOP = urlsplit("https://shop.example/cart/list")


@pytest.mark.parametrize(
    ("said", "url", "sent"),
    [
        pytest.param("a=b", "https://shop.example/cart/", "a=b", id="in the folder of the page"),
        pytest.param("a=b", "https://shop.example/cart", "a=b", id="at the folder itself"),
        pytest.param(
            "a=b", "https://shop.example/carts", "", id="not where the name only begins so"
        ),
        pytest.param("a=b; Path=/", "https://shop.example/", "a=b", id="where it says"),
        pytest.param("a=b; path=x", "https://shop.example/cart/x", "a=b", id="a path that is none"),
        pytest.param("a=b; Path=/", "https://pay.shop.example/", "", id="not to another host"),
        pytest.param(
            "a=b; Path=/; Domain=shop.example",
            "https://pay.shop.example/",
            "",
            id="not even where it asks for that",
        ),
        pytest.param("a=b; Path=/; Secure", "http://shop.example/", "", id="a secure one by TLS"),
        pytest.param(
            "a=b; Path=/", "http://shop.example/", "a=b", id="another one without as well"
        ),
        pytest.param("a=b; Path=/; Max-Age=0", "https://shop.example/", "", id="one that is over"),
        pytest.param(
            "a=b; Path=/; Expires=Sat, 14 Feb 2026 11:59:59 GMT",
            "https://shop.example/",
            "",
            id="one that ended a second ago",
        ),
        pytest.param(
            "a=b; Path=/; Expires=tomorrow",
            "https://shop.example/",
            "a=b",
            id="an end nobody reads",
        ),
        pytest.param("no cookie", "https://shop.example/cart/", "", id="what is no cookie"),
        pytest.param("a=b\x0bc", "https://shop.example/cart/", "", id="what no header can say"),
    ],
)
def test_a_cookie_goes_where_it_belongs(said: str, url: str, sent: str) -> None:
    jar = Jar()
    jar.keep(SHOP, said, NOON)
    assert jar.header(urlsplit(url)) == sent


def test_a_cookie_is_replaced_and_taken_back() -> None:
    jar = Jar()
    for said in ("a=1; Path=/", "b=2; Path=/cart", "a=3; Path=/"):
        jar.keep(SHOP, said, NOON)
    assert jar.header(SHOP) == "b=2; a=3"
    jar.keep(SHOP, "a=; Path=/; Max-Age=-1", NOON)
    assert jar.header(SHOP) == "b=2"


def test_only_so_many_are_kept() -> None:
    jar = Jar()
    for number in range(60):
        jar.keep(SHOP, f"n{number}=x", NOON)
    assert jar.header(SHOP).count("=") == 50


def test_the_value_of_a_session_is_to_be_hidden_and_a_word_is_not() -> None:
    jar = Jar()
    assert jar.keep(SHOP, "session=0123456789abcdef", NOON) == "0123456789abcdef"
    assert jar.keep(SHOP, "known=true", NOON) is None
