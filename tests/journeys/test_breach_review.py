"""Story 1, to review a breach: from the list to the evidence, a ruling with a reason, and nothing twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from slamon.history import NAMES
from slamon.ledger.store import Ledger

REASON = "The network was away on two working days; UNV’s own log agrees."


@pytest.fixture
def reviewed(started: Callable[..., Any], copied: Path) -> Any:
    """A demonstration of its own, as its breach is ruled on."""
    return started("demo", copied)


@pytest.fixture
def visitor(reviewed: Any) -> Iterator[httpx.Client]:
    """Somebody with a browser, who follows the links of pages."""
    with httpx.Client(base_url=reviewed.url, follow_redirects=True, timeout=30) as client:
        yield client


def links(page: httpx.Response) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', page.text)]


def token(page: httpx.Response) -> str:
    """What the forms of a page carry so that nobody else can send them."""
    return str(re.findall(r'name="csrf" value="([^"]+)"', page.text)[-1])


def sign_in(visitor: httpx.Client, link: str) -> httpx.Response:
    asked = visitor.get(link)
    return visitor.post(link, data={"csrf": token(asked)})


def steps(data: Path, breach: str) -> list[tuple[str, str, str | None]]:
    """The facts of the review: what, by whom, why."""
    with closing(Ledger(data / "demo" / "ledger.db", NAMES, lambda: 0)) as ledger:
        facts = list(ledger.stream("breach:" + breach.replace(".", ":")))
    return [(each.name, each.actor, getattr(each.fact, "reason", None)) for each in facts]


def test_a_breach_is_reviewed(
    reviewed: Any, visitor: httpx.Client, slamon: Callable[..., Any], last_month: str
) -> None:
    breach = f"sla-unv-2026.o1.{last_month}"
    address = f"/breaches/{breach}"
    data, found = reviewed.data, ("breach-found/1", "it-consultant", None)

    # From the list to the evidence it is one click.
    assert address in links(visitor.get("/breaches"))
    evidence = visitor.get(address)
    assert "prb-unv-gateway at loc-bonn: 208 bad results" in evidence.text
    assert "prb-unv-dns at loc-bonn: 75 bad results" in evidence.text

    # Nobody rules unnamed.
    assert "<textarea" not in evidence.text
    turned_away = visitor.post(f"{address}/uphold", data={"reason": REASON})
    assert turned_away.url.path == "/sign-in"
    assert steps(data, breach) == [found]

    # Signed in by the link of the terminal, which works once.
    assert sign_in(visitor, reviewed.sign_in).url.path == "/"
    with httpx.Client(base_url=reviewed.url) as another:
        assert another.get(reviewed.sign_in).status_code == 410

    # Neither a form of somebody else nor one without a reason rules.
    form = {"csrf": token(visitor.get(address)), "reason": REASON}
    assert visitor.post(f"{address}/uphold", data=form | {"csrf": "x"}).status_code == 403
    assert visitor.post(f"{address}/uphold", data=form | {"reason": " "}).status_code == 422
    assert steps(data, breach) == [found]

    # The ruling is a fact with its actor, and stands on the page.
    ruled = visitor.post(f"{address}/uphold", data=form)
    assert (ruled.status_code, ruled.url.path) == (200, address)
    assert REASON in unescape(ruled.text)
    upheld = ("breach-upheld/1", "it-consultant", REASON)
    assert steps(data, breach) == [found, upheld]

    # Sent again it changes nothing; the contrary is refused in place.
    assert visitor.post(f"{address}/uphold", data=form).status_code == 200
    refused = visitor.post(f"{address}/waive", data=form)
    assert (refused.status_code, refused.url.path) == (409, f"{address}/waive")
    assert 'role="alert"' in refused.text
    assert steps(data, breach) == [found, upheld]

    # The terminal, beside the running web, shows and refuses the same.
    shown = json.loads(slamon(data / "demo", "breaches", "show", breach, "--json").stdout)
    assert shown == reviewed.api(address)
    assert shown["line"]["status"] == "upheld"
    rule = ("breaches", "waive", breach, "--reason", "kindness", "--as", "it-consultant")
    waived = slamon(data / "demo", *rule)
    assert waived.returncode == 1
    assert breach in waived.stderr
    assert steps(data, breach) == [found, upheld]
    waiting = reviewed.api("/breaches", status="open")["items"]
    assert breach not in {each["breach"] for each in waiting}
    assert reviewed.stopped() == 0
