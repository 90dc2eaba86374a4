"""English, French and Spanish: every text in each, formats, the choice, and no page in two languages."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from catalogue.document import Text3
from slamon.views.answers import TariffLine
from slamon.web import figures, measures, pacing
from slamon.web.texts import PLURALS, Language, available, language, negotiate
from tests.spoken import Spoken, amiss

FR, ES = language("fr"), language("es")
TRANSLATED = [pytest.param("fr", id="French"), pytest.param("es", id="Spanish")]
NARROW, NO_BREAK = "\u202f", "\u00a0"
PAGES = [
    "/",
    "/agreements",
    "/agreements/sla-unv-2026",
    "/agreements/ola-bonn",
    "/agreements/sla-unv-2026/periods/2026-09",
    "/agreements/sla-unv-2026/periods/2026-10",
    "/services",
    "/services/svc-mail",
    "/services/svc-tariff",
    "/probes/prb-unv-mail/slots/2026-11-22T15:31:20Z",
    "/breaches",
    "/breaches/sla-unv-2026.o1.2026-09",
    "/exclusions",
    "/exclusions?agreement=sla-unv-2026",
    "/exclusions/sla-unv-2026/x1-2026-11-28-1",
    "/tariffs",
    "/commitments",
    "/recommendations",
    "/recommendations/2.2",
    "/agenda",
    "/agenda/unv",
    "/hours",
    "/hours/bonn/2026-03",
    "/catalogue",
    "/catalogue/probe/probe-001",
    "/probes",
    "/probes/prb-unv-mail",
    "/probes/prb-unv-mail/days/2026-11-21",
    "/observations?service=svc-mail&day=2026-09-08",
    "/ledger",
    "/agents",
    "/ledger/900",
    "/sign-in",
    "/nowhere",
    "/agreements/none",
    "/?as_known_at=2126-01-01T00:00:00Z",
]


TITLES = (
    "Availability of mail in service hours",
    "Availability of the campus network",
    "Network and Internet access (present, shared)",
)


def fields(told: Language) -> dict[str, set[str]]:
    """The values that each message wants; forms of a number are one message, which may leave out the number."""
    found: dict[str, set[str]] = {}
    for key, words in told.messages.items():
        names = {name for _, name, _, _ in Formatter().parse(words) if name and name != "count"}
        found.setdefault(re.sub(r"\.(one|other)$", "", key), set()).update(names)
    return found


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_stands_in_every_language_with_the_same_values(code: str) -> None:
    english, other = fields(language("en")), fields(language(code))
    assert {key for key in english if key not in other} == set(), f"missing in {code}.yaml"
    assert {key for key in other if key not in english} == set(), f"only in {code}.yaml"
    assert {key: other[key] for key in english if other[key] != english[key]} == {}


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_number_has_all_its_forms_in_every_language(code: str) -> None:
    forms = {key for key in language("en").messages if re.search(r"\.(one|other)$", key)}
    assert {key for key in language(code).messages if re.search(r"\.(one|other)$", key)} == forms


def test_french_marks_are_set_apart_by_spaces_that_do_not_break() -> None:
    breaking = re.compile(r" [:;?!%»]|« ")
    close = re.compile(r"[^\s\d@}][;?!%](?=\s|$)|\w:(?=\s)")
    faults = {key: words for key, words in FR.messages.items() if breaking.search(words)}
    assert faults == {}
    assert {key: words for key, words in FR.messages.items() if close.search(words)} == {}
    assert FR("explained.link") == f"Pourquoi{NARROW}?"
    assert FR("mark.colon") == f"{NO_BREAK}: "


@pytest.mark.parametrize(
    ("code", "count", "form"),
    [
        pytest.param("fr", 0, "one", id="none is singular in French"),
        pytest.param("fr", 1, "one", id="one is singular in French"),
        pytest.param("fr", 2, "other", id="two are plural in French"),
        pytest.param("es", 0, "other", id="none is plural in Spanish"),
        pytest.param("es", 1, "one", id="one is singular in Spanish"),
        pytest.param("es", 2, "other", id="two are plural in Spanish"),
    ],
)
def test_a_number_chooses_its_form_by_the_rule_of_the_language(
    code: str, count: int, form: str
) -> None:
    assert PLURALS[code](count) == form


@pytest.mark.parametrize(
    ("told", "french", "spanish"),
    [
        pytest.param(
            lambda t: figures.day(t, "2008-05-31"), "31 mai 2008", "31 de mayo de 2008", id="a day",
        ),
        pytest.param(
            lambda t: figures.day(t, "2008-05-01"), "1er mai 2008", "1 de mayo de 2008",
            id="the first of a month",
        ),
        pytest.param(lambda t: figures.day(t, "2008-05"), "mai 2008", "mayo de 2008", id="a month"),
        pytest.param(lambda t: figures.period(t, "2008-08"), "août 2008", "agosto de 2008", id="a period"),
        pytest.param(lambda t: figures.percent(t, "99.50"), "99,50\u202f%", "99,50\u202f%", id="a percent"),
        pytest.param(
            lambda t: figures.duration(t, 36_061_000_000 * 120), "1\u202f202\u00a0h 2\u00a0min",
            "1\u202f202\u00a0h 2\u00a0min", id="more than a thousand hours",
        ),
        pytest.param(
            lambda t: figures.duration(t, 250_000), "0,25\u00a0s", "0,25\u00a0s", id="a part of a second",
        ),
        pytest.param(lambda t: figures.latency(t, 12_345), "12,3\u00a0ms", "12,3\u00a0ms", id="a latency"),
        pytest.param(
            lambda t: pacing.about(t, 9_876), "9,8\u00a0ms", "9,8\u00a0ms", id="a latency about known",
        ),
        pytest.param(
            lambda t: measures.length_of_time(t, "P3D"), "3 jours", "3 días", id="days as typed",
        ),
        pytest.param(
            lambda t: figures.instant(t, "2008-05-31T08:30:00Z", "Europe/Berlin").striptags(),
            "31 mai 2008, 10:30 CEST", "31 de mayo de 2008, 10:30 CEST", id="an instant in Bonn",
        ),
        pytest.param(
            lambda t: figures.target(t, "95 % within PT1H"), "95\u202f% en 1\u00a0h au plus",
            "95\u202f% en un máximo de 1\u00a0h", id="a share of cases in time",
        ),
    ],
)  # fmt: skip
def test_a_figure_is_written_as_the_language_has_it(told: Any, french: str, spanish: str) -> None:
    assert (told(FR), told(ES)) == (french, spanish)


@pytest.mark.parametrize(
    ("asked", "chosen", "accept", "code"),
    [
        pytest.param("es", "fr", "en", "es", id="the address before the choice"),
        pytest.param(None, "fr", "es", "fr", id="the choice before the browser"),
        pytest.param("xx", "fr", "es", "fr", id="an address that asks for what we lack"),
        pytest.param(None, None, "fr-CH, en;q=0.9", "fr", id="the browser, with its region"),
        pytest.param(None, None, "de, es;q=0.5, fr;q=0.8", "fr", id="the browser by weight"),
        pytest.param(None, None, "fr, es", "fr", id="of equal weight the first"),
        pytest.param(None, None, "fr;q=0, es;q=0.1", "es", id="none that is not wanted at all"),
        pytest.param(None, None, "de", "en", id="nothing we have"),
    ],
)
def test_the_language_is_chosen_in_order(
    asked: str | None, chosen: str | None, accept: str | None, code: str
) -> None:
    assert negotiate(asked, chosen, accept) == code


def test_each_page_offers_the_languages_by_their_own_names(visitor: TestClient) -> None:
    page = visitor.get("/probes?show=bad", headers={"Accept-Language": "es"}).text
    assert '<html lang="es">' in page
    for code, name in (("en", "English"), ("fr", "Français"), ("es", "Español")):
        assert f'href="/language/{code}?back=%2Fprobes%3Fshow%3Dbad" lang="{code}"' in page
        assert f">{name}</a>" in page


def test_a_choice_is_kept_and_leads_back_to_the_same_page(visitor: TestClient) -> None:
    chosen = visitor.get("/language/fr?back=%2Fprobes%3Fshow%3Dbad")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/probes?show=bad")
    assert "HttpOnly" in chosen.headers["set-cookie"]

    page = visitor.get(chosen.headers["location"], headers={"Accept-Language": "es"})
    assert '<html lang="fr">' in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie"


def test_the_language_of_an_address_holds_for_it_alone(visitor: TestClient) -> None:
    page = visitor.get("/services?lang=es")
    assert '<html lang="es">' in page.text
    assert "/language/fr?back=%2Fservices&#34;" not in page.text
    assert 'href="/language/fr?back=%2Fservices"' in page.text
    assert '<html lang="en">' in visitor.get("/services").text


@pytest.mark.parametrize(
    "back",
    [
        pytest.param("https://elsewhere.example/", id="another server"),
        pytest.param("//elsewhere.example/", id="another server by two slashes"),
        pytest.param("/\\elsewhere.example/", id="another server by a backslash"),
        pytest.param("/\t/elsewhere.example/", id="a tab that browsers drop"),
        pytest.param("services", id="no address"),
    ],
)
def test_a_choice_never_leads_elsewhere(visitor: TestClient, back: str) -> None:
    answer = visitor.get("/language/fr", params={"back": back})
    assert answer.headers["location"] == "/"


def test_there_is_no_other_language(visitor: TestClient) -> None:
    assert visitor.get("/language/de").status_code == 404
    assert available() == ("en", "fr", "es")


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_in_one_language(reviewer: TestClient, address: str, code: str) -> None:
    answer = reviewer.get(address, headers={"Accept-Language": code})
    assert answer.status_code < 500
    assert f'<html lang="{code}">' in answer.text
    assert amiss(answer.text, code, TITLES) == []


def test_the_search_for_english_finds_it() -> None:
    page = '<p lang="fr" title="The end">Fin <b lang="en">of it</b> and <code>of</code> x <i>a.b</i></p>'
    assert Spoken(page, "fr").words == ["The end", "Fin", "and", "x", "a.b"]
    assert amiss(page, "fr") == ["The end", "and", "a.b"]


def test_names_of_the_catalogue_are_told_in_the_language_of_the_page_and_to_programs_in_english(
    world: Any, visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = TariffLine(
        tariff="tar-1",
        name=Text3(en="Price list", fr="Liste des prix", es="Lista de precios"),
        provider="UNV",
        provider_id="unv",
        state="published",
        currency="EUR",
        valid_from=None,
        valid_to=None,
        lines=2,
        illustrative=False,
    )
    monkeypatch.setattr(world, "tariffs", lambda: (line,))

    assert "Liste des prix" in visitor.get("/tariffs?lang=fr").text
    assert "Lista de precios" in visitor.get("/tariffs?lang=es").text
    (told,) = visitor.get("/api/v1/tariffs", headers={"Accept-Language": "fr"}).json()["items"]
    assert told["name"] == "Price list"
