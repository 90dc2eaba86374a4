"""Evidence can be opened: from a figure to the results, from a decision to the fact."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.views.results import ObservationLine

BREACH = "/breaches/sla-unv-2026.o1.2026-09"

Words = Callable[[str], str]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(BREACH, id="on the page of the breach"),
        pytest.param("/agreements/sla-unv-2026/periods/2026-09", id="on the page of the period"),
        pytest.param("/services/svc-mail", id="on the page of the service"),
    ],
)
def test_an_outage_leads_to_the_results_of_its_day(visitor: TestClient, address: str) -> None:
    page = visitor.get(address).text
    assert 'href="/observations?service=svc-mail&amp;day=2026-09-08"' in page
    assert 'href="/observations?service=svc-mail&amp;day=2026-09-17"' in page


def test_the_instants_of_evidence_stand_in_the_zone_of_the_agreement(
    visitor: TestClient, words_of: Words
) -> None:
    page = visitor.get(BREACH).text
    assert "60 bad results, 8 Sep 2026, 09:05:05 CEST to 8 Sep 2026, 10:04:05 CEST" in words_of(
        page
    )
    assert 'title="2026-09-08 07:05:05 UTC"' in page


def test_the_results_of_a_day_stand_by_check_and_place(
    visitor: TestClient, words_of: Words
) -> None:
    page = visitor.get("/probes/prb-unv-mail/days/2026-11-21").text
    words = words_of(page)
    assert "prb-unv-mail loc-bonn" in words
    assert "prb-control" not in words
    assert "good 21 Nov 2026, 01:00:05 CET" in words
    assert "1 440" in words
    assert 'rel="prev" href="/probes/prb-unv-mail/days/2026-11-20"' in page
    assert 'rel="next" href="/probes/prb-unv-mail/days/2026-11-22"' in page


def test_there_is_no_day_after_today(visitor: TestClient) -> None:
    assert 'rel="next"' not in visitor.get("/probes/prb-unv-mail/days/2026-11-22").text


def test_without_a_day_today_is_shown(visitor: TestClient, words_of: Words) -> None:
    assert "22 Nov 2026" in words_of(visitor.get("/observations?service=svc-mail").text)


def test_a_service_leads_to_its_newest_results(visitor: TestClient, words_of: Words) -> None:
    page = visitor.get("/services/svc-mail").text
    assert "Probes Results of 22 Nov 2026" in words_of(page)


def test_a_service_without_probes_leads_to_its_newest_day_with_results(
    visitor: TestClient,
) -> None:
    page = visitor.get("/services/svc-edition-01").text
    assert 'href="/observations?service=svc-edition-01&amp;day=2026-11-22"' in page


def test_a_service_without_any_result_leads_to_none(visitor: TestClient) -> None:
    assert "/observations" not in visitor.get("/services/svc-tariff").text


def test_a_day_without_results_says_so(visitor: TestClient, words_of: Words) -> None:
    page = visitor.get("/probes/prb-unv-mail/days/2020-01-01").text
    assert "No result on this day." in words_of(page)


def test_an_imported_check_is_asked_for_by_address_and_names_its_source(
    visitor: TestClient, world: Any, words_of: Words
) -> None:
    line = ObservationLine(
        check="imp-editions/svc-edition-01",
        location="loc-cloud",
        day="2026-08-21",
        first_at="2026-08-21T00:05:00Z",
        last_at="2026-08-21T23:55:00Z",
        count=288,
        outcome="degraded",
        basis="imported",
    )
    world.observations = lambda *_: (line,)
    page = visitor.get("/observations?check=imp-editions/svc-edition-01&day=2026-08-21").text
    words = words_of(page)
    assert "degraded imported 21 Aug 2026, 02:05 CEST" in words
    assert "University of Bern, history of the monitor · licence ODbL-1.0" in words
    assert 'href="/observations?check=imp-editions%2Fsvc-edition-01&amp;day=2026-08-20"' in page


def test_a_day_of_many_stretches_goes_on_behind_a_link(visitor: TestClient, world: Any) -> None:
    lines = tuple(
        ObservationLine(
            check="prb-unv-mail",
            location="loc-bonn",
            day="2026-11-21",
            first_at=f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            last_at=f"2026-11-21T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
            count=1,
            outcome="good" if second % 2 else "bad",
            basis="measured",
        )
        for second in range(700)
    )
    world.observations = lambda _check, _service, after, limit: tuple(
        line for line in lines if (line.day, line.check, line.location, line.first_at) > after
    )[:limit]
    first = visitor.get("/probes/prb-unv-mail/days/2026-11-21").text
    onward = re.search(r'<p class="next"><a href="([^"]+)"', first)
    assert onward is not None
    rest = visitor.get(unescape(onward.group(1))).text
    assert (first.count('<th scope="row"'), rest.count('<th scope="row"')) == (500, 200)
    assert 'class="next"' not in rest


def test_a_probe_counts_generated_results_apart(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get("/probes/prb-unv-mail").text)
    assert "loc-bonn simulated 25 Aug 2026 – 12 Oct 2026 70 320 0 240 0" in words
    assert "loc-bonn measured 13 Oct 2026 – 22 Nov 2026 47 884 0 151 0" in words
    assert "host mail.unv.example" in words
    assert "Given up after 10 s" in words


def test_a_list_of_probes_marks_generated_results(visitor: TestClient, words_of: Words) -> None:
    words = words_of(visitor.get("/probes").text)
    assert "prb-unv-mail tcp · loc-bonn partly simulated" in words


@pytest.mark.parametrize(
    ("why", "words"),
    [
        pytest.param(
            "switched off in the documents", "switched off switched off", id="switched off"
        ),
        pytest.param(
            "probes of kind tls are kept and not asked yet", "cannot be asked yet", id="not yet"
        ),
    ],
)
def test_a_probe_that_is_not_asked_says_why(
    visitor: TestClient, world: Any, worlds: Any, why: str, words: str, words_of: Words
) -> None:
    line = worlds.PROBES[2].model_copy(update={"why": why})
    world.probes = lambda _: (line,)
    assert words in words_of(visitor.get("/probes").text)
    assert words in words_of(visitor.get("/probes/prb-mail-mx").text)


@pytest.mark.parametrize("address", [BREACH, "/", "/agreements/sla-unv-2026/periods/2026-09"])
def test_a_ledger_position_leads_to_its_fact(visitor: TestClient, address: str) -> None:
    links = re.findall(r'href="(/ledger/\d+)"', visitor.get(address).text)
    assert links
    assert all(visitor.get(link).status_code == 200 for link in links)


def test_a_fact_is_shown_with_its_envelope_and_not_endlessly(
    visitor: TestClient, words_of: Words
) -> None:
    words = words_of(visitor.get("/ledger/900").text)
    assert "observations-recorded/1" in words
    assert "Stream observations:bonn:5f2a:2026-11-22" in words
    assert words.count("2026-11-22T15:31:20Z bad") == 50
    assert "and 10 more" in words
    assert "missing" not in words


def test_edges_that_are_not_sure_come_with_why_they_decide_nothing(
    visitor: TestClient, words_of: Callable[[str], str]
) -> None:
    words = words_of(visitor.get("/breaches/sla-unv-2026.o1.2026-09").text)

    assert "each edge ± 1 min" in words
    assert words.count("from the first failing result to the first good one") == 1
