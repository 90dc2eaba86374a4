"""The texts: every visible word comes from the catalogue, and every message is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from slamon.app.acts import ACTS
from slamon.views.finding import KINDS
from slamon.web.texts import (
    Language,
    MissingTextError,
    available,
    language,
    negotiate,
)

WEB = Path("slamon/web")
# Families of messages whose last part is a value, and who names them.
FAMILIES = (
    "nav", "state", "verdict", "review", "review.step", "basis", "mode", "lifecycle", "indicator",
    "outcome", "tally", "agreement.kind", "commitment", "commitment.every", "sign_in", "error",
    "strip", "remedy", "month.short", "month.long", "unit", "op", "cases", "outages", "exclusion",
    "attestation.said", "exclusion.effect", "exclusion.kind", "exclusion.rule", "exclusion.ruling", "forecast.reason",
    "explained.rule_of", "explained.said", "explained.verdict_of", "breach.nothing_due",
    "sentence", "agent.alarm", "agent.do", "phase", "reason", "past.no_such", "slot.cause", "window", "attention",
    "money.error", "budgeted.verdict", "comparison.kind", "credit.bound", "tariff.list_kind_of", "tariff.price_type",
    "tariff.tier_mode", "weekday", "hours.status", "agenda", "agenda.kind", "recommendation.only",
    "recommendation.status", "act.field", "act.hint", "act.wrong",
    "check.kind", "check.why", *(f"check.{kind}" for kind in KINDS),
    *(f"act.{act.noun}.{act.verb.replace('-', '_')}" for act in ACTS),
)  # fmt: skip


def templates(tree: Path) -> list[Path]:
    return sorted((tree / WEB / "templates").glob("*.html"))


def visible(source: str) -> list[str]:
    """The letters a reader would see that stand in a template itself."""
    tokens = Environment(autoescape=True).lex(source)
    data = "".join("\0" if kind != "data" else text for _, kind, text in tokens)
    between = re.sub(r"<!doctype[^>]*>|<[^>]*>", "\0", data)
    told = re.findall(r'(?:title|aria-label|alt|placeholder|content)="([^"\0]*)"', data)
    return [
        text.strip()
        for text in [*between.split("\0"), *told]
        if re.search(r"[^\W\d_]", re.sub(r"&\w+;", "", text))
    ]


def test_no_template_has_words_of_its_own(tree: Path) -> None:
    own = {file.name: visible(file.read_text(encoding="utf-8")) for file in templates(tree)}
    settings = ["width=device-width, initial-scale=1", "light dark"]
    assert own.pop("base.html") == settings
    assert {name: words for name, words in own.items() if words} == {}


def test_the_search_for_words_finds_them() -> None:
    assert visible('<p title="Hint">{{ t("a") }} of <b>three</b></p>') == ["of", "three", "Hint"]


def test_every_key_that_is_asked_for_exists_and_every_message_is_asked_for(tree: Path) -> None:
    sources = [*templates(tree), *(tree / WEB).rglob("*.py")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    messages = {re.sub(r"\.(one|other)$", "", key) for key in language("en").messages}
    asked = set(re.findall(r'["\']([a-z_]+(?:\.[a-z_]+)+)["\']', text))
    direct = set(re.findall(r'\bt\(\s*["\']([a-z_.]+)["\'][,)]', text))
    assert direct - messages == set()
    named = {key for key in messages if key in asked or f"{key.removesuffix('_why')}" in asked}
    grown = {key for key in messages if key.rpartition(".")[0] in FAMILIES}
    tenses = {key for key in messages if re.search(r"\.(now|then)$", key)}
    told_of = {key for key in tenses if f'"{key.rpartition(".")[0]}." ~ tense' in text}
    assert messages - named - grown - told_of == set()


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(MissingTextError):
        language("en")("overview.nothing")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(MissingTextError, match="position"):
        language("en")("ledger.at")


def test_a_missing_plural_form_is_an_error() -> None:
    with pytest.raises(MissingTextError):
        Language("en", {"thing.one": "one thing"})("thing", count=2)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(0, "0 facts behind", id="none is plural in English"),
        pytest.param(1, "one fact behind", id="one is singular"),
        pytest.param(2, "2 facts behind", id="two are plural"),
    ],
)
def test_a_number_chooses_its_form(count: int, words: str) -> None:
    assert language("en")("ledger.behind", count=count) == words


def test_every_counted_message_has_all_forms() -> None:
    for code in available():
        keys = language(code).messages
        for key in keys:
            if key.endswith(".one"):
                assert f"{key.removesuffix('.one')}.other" in keys


@pytest.mark.parametrize(
    ("chosen", "accept"),
    [
        pytest.param(None, None, id="nothing said"),
        pytest.param("xx", "xx", id="a language we lack"),
        pytest.param("../../etc", "*", id="no language at all"),
        pytest.param("en", "fr;q=1.0", id="the visitor's own choice"),
        pytest.param(None, "pt, de;q=0.9, en-GB;q=0.8", id="the best of those we have"),
        pytest.param(None, "en;q=x,;;q", id="a garbled wish"),
    ],
)
def test_the_language_is_one_of_ours(chosen: str | None, accept: str | None) -> None:
    assert negotiate(None, chosen, accept) == "en"
