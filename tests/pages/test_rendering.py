"""The pages in a real browser: light and dark, on a desk and on a phone."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

DESK, PHONE = 1280, 390
PAGES = {
    "the overview": "/",
    "a service": "/services/svc-mail",
    "a breach": "/breaches/sla-unv-2026.o1.2026-09",
    "an agreement": "/agreements/sla-editions",
    "a period": "/agreements/sla-unv-2026/periods/2026-09",
    "a period of which all is told": "/agreements/sla-unv-2026/periods/2026-10",
    "the exclusions": "/exclusions?agreement=sla-unv-2026",
    "an exclusion": "/exclusions/sla-unv-2026/x1-2026-11-28-1",
    "the probes": "/probes",
    "a probe": "/probes/prb-unv-mail",
    "the results of a day": "/observations?service=svc-mail&day=2026-09-08",
    "a fact": "/ledger/900",
    "the catalogue": "/catalogue",
    "the commitments": "/commitments",
    "the recommendations": "/recommendations",
    "a recommendation": "/recommendations/2.2",
    "an agenda": "/agenda/unv",
    "a month of service hours": "/hours/bonn/2026-03",
    "the checks": "/checks",
    "a record": "/catalogue/probe/probe-001",
    "the tariffs": "/tariffs",
    "a tariff": "/tariffs/tar-unv-2008",
    "the charges of a month": "/charges/unv/2026-09",
    "two offers compared": "/comparisons?left=unv&right=unep-it-group&month=2008-07&rates=demo",
    "the ledger": "/ledger",
}

# Elements that stick out of the page although nothing lets them scroll.
STICKING_OUT = """
[...document.querySelectorAll('main *, header *, footer *')].filter(e => {
  if (e.closest('.scroll') || e.tagName === 'THEAD' || e.closest('thead')) return false;
  const box = e.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1);
}).map(e => e.outerHTML.slice(0, 120))
"""

# Text whose contrast with what is behind it falls short of WCAG 2.2 AA (4.5, large text 3).
PALE = """
(() => {
  const rgb = c => { const m = c.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const lum = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; }
    return [255, 255, 255, 1]; };
  const pale = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest('svg, style') || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [lum(rgb(style.color)), lum(behind(e))].sort((x, y) => y - x);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + .05) / (b + .05);
    if (ratio < (large ? 3 : 4.5)) pale.push(`${n.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return [...new Set(pale)];
})()
"""

HIDDEN = """
[...document.querySelectorAll('nav a')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || !box.height;
}).map(e => e.textContent)
"""

# Of the form into the past: how high what one touches is, how large what one types, and pieces of code broken apart.
PAST = """
(() => {
  const form = [...document.querySelectorAll('.past input:not([type=hidden]), .past button')];
  const whole = [...document.querySelectorAll('.past code')];
  return {
    height: Math.min(...form.map(e => e.getBoundingClientRect().height)),
    text: Math.min(...form.map(e => parseFloat(getComputedStyle(e).fontSize))),
    broken: whole.filter(e => e.getClientRects().length > 1).map(e => e.textContent),
    examples: whole.length,
  };
})()
"""

NAMES = "[...document.querySelectorAll('.services .name')].map(e => e.clientWidth)"

BARS = "[...document.querySelectorAll('.strip rect')].map(e => e.getBoundingClientRect().width)"


@pytest.mark.parametrize(
    ("address", "width", "dark"),
    [
        pytest.param(
            address,
            width,
            dark,
            id=f"{name} is whole and legible {'in the dark' if dark else 'in the light'} "
            f"{'on a phone' if width == PHONE else 'on a desk'}",
        )
        for (name, address), width, dark in itertools.product(
            PAGES.items(), (DESK, PHONE), (False, True)
        )
    ],
)
def test_a_page_renders(
    browser: Any, shown: tuple[str, str], address: str, width: int, *, dark: bool
) -> None:
    browser.open(shown[0] + address, width=width, dark=dark)
    browser.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.evaluate(STICKING_OUT) == []
    assert browser.evaluate(PALE) == []
    assert browser.complaints() == []
    assert [asked for asked in browser.requests() if not asked.startswith(shown[0])] == []


@pytest.mark.parametrize(
    ("address", "width", "code"),
    [
        pytest.param(
            address,
            width,
            code,
            id=f"{name} in {language} is whole {'on a phone' if width == PHONE else 'on a desk'}",
        )
        for (name, address), width, (code, language) in itertools.product(
            PAGES.items(), (DESK, PHONE), (("fr", "French"), ("es", "Spanish"))
        )
    ],
)
def test_longer_words_are_not_cut_off(
    browser: Any, shown: tuple[str, str], address: str, width: int, code: str
) -> None:
    asked = f"{address}{'&' if '?' in address else '?'}lang={code}"
    browser.open(shown[0] + asked, width=width, dark=width == PHONE)
    browser.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    assert browser.evaluate("document.documentElement.lang") == code
    assert browser.evaluate(STICKING_OUT) == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_a_language_is_chosen_by_a_link_and_kept(browser: Any, shown: tuple[str, str]) -> None:
    browser.open(shown[0] + "/ledger", width=PHONE, dark=False)
    link = browser.evaluate("document.querySelector('.tongues [lang=es]').href")
    browser.open(link, width=PHONE, dark=False)
    assert browser.evaluate("location.pathname") == "/ledger"
    assert browser.evaluate("document.documentElement.lang") == "es"
    browser.call("Network.deleteCookies", name="lang", url=shown[0])


def test_a_day_of_the_strip_is_at_least_two_pixels_wide_on_a_phone(
    browser: Any, shown: tuple[str, str]
) -> None:
    browser.open(shown[0] + "/services/svc-mail", width=PHONE, dark=False)
    widths = browser.evaluate(BARS)
    assert len(widths) == 90
    assert min(widths) >= 2


def test_nothing_of_the_menu_is_hidden_on_a_phone(browser: Any, shown: tuple[str, str]) -> None:
    browser.open(shown[0] + "/", width=PHONE, dark=False)
    assert browser.evaluate("document.querySelectorAll('header nav a').length") == 11
    assert browser.evaluate(HIDDEN) == []


def test_the_form_into_the_past_can_be_touched_typed_into_and_understood_on_a_phone(
    browser: Any, shown: tuple[str, str]
) -> None:
    browser.open(shown[0] + "/ledger", width=PHONE, dark=False)
    form = browser.evaluate(PAST)
    assert form["height"] >= 44
    assert form["text"] >= 16  # below, phones zoom in on what is typed into
    assert form["examples"] == 2
    assert form["broken"] == []


def test_the_dark_page_is_dark_and_the_light_one_is_light(
    browser: Any, shown: tuple[str, str]
) -> None:
    paper = []
    for dark in (False, True):
        browser.open(shown[0] + "/ledger", width=DESK, dark=dark)
        paper.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert paper == ["rgb(246, 245, 241)", "rgb(18, 22, 26)"]


def test_a_picture_of_the_overview_can_be_taken(
    browser: Any, shown: tuple[str, str], tmp_path: Path
) -> None:
    browser.open(shown[0] + "/", width=DESK, dark=False)
    browser.picture(tmp_path / "overview.png")
    assert (tmp_path / "overview.png").read_bytes().startswith(b"\x89PNG")


def test_a_marked_service_keeps_its_name_on_a_phone(browser: Any, shown: tuple[str, str]) -> None:
    browser.open(shown[0] + "/services", width=PHONE, dark=False)
    assert min(browser.evaluate(NAMES)) > 150
