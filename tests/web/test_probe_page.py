"""The page of a probe tells why it asks to be looked at, and what is expected in the words of the documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from probes.conditions.text import read
from slamon.views.answers import PauseTold
from slamon.views.slottold import BeatTold, SlotAt
from slamon.web.expected import Expectation, expectations

PAGE = "/probes/prb-unv-mail"
SINCE = "2026-11-22T15:40:00Z"

Words = Callable[[str], str]
Shown = Callable[..., str]


@pytest.fixture
def shown(visitor: TestClient, world: Any, worlds: Any, words_of: Words) -> Shown:
    """The words of the page of a probe that differs from that of the world."""

    def words(**differing: object) -> str:
        line = worlds.PROBES[0].model_copy(update=differing)
        world.probes = lambda _: (line,)
        return words_of(visitor.get(PAGE).text)

    return words


@pytest.mark.parametrize(
    ("until", "words"),
    [
        pytest.param("2026-11-22T16:40:00Z", "until 22 Nov 2026, 17:40 CET", id="for a while"),
        pytest.param(None, "until somebody has it asked again", id="until somebody acts"),
    ],
)
def test_a_paused_probe_says_until_when_and_how_it_is_asked_again(
    shown: Shown, until: str | None, words: str
) -> None:
    pause = PauseTold(since=SINCE, until=until, reason="the target answered 429")
    page = shown(attention=("bad", "paused"), pause=pause)
    assert "loc-bonn: left in peace since 22 Nov 2026, 16:40 CET" in page.replace(" ,", ",")
    assert words in page
    assert "Why: the target answered 429." in page.replace(" .", ".")
    assert "slamon probe resume prb-unv-mail --reason WHY" in page


@pytest.mark.parametrize("flag", ["overdue", "suspect"])
def test_a_probe_that_asks_to_be_looked_at_says_why(shown: Shown, flag: str) -> None:
    why = {"overdue": "The last result speaks no more", "suspect": "too slow to measure"}[flag]
    assert why in shown(attention=(flag,))
    assert why not in shown(attention=())


def test_the_newest_result_leads_to_what_explains_it(visitor: TestClient) -> None:
    assert f'href="{PAGE}/slots/2026-11-22T15:48:12Z"' in visitor.get(PAGE).text


def test_a_heartbeat_tells_how_late_it_may_be_and_that_it_was_not_heard(shown: Shown) -> None:
    line = {"kind": "heartbeat", "measurable": False, "why": "it reports itself", "asked": None}
    page = shown(**line, outcome=None, last_at=None, grace_us=7_200_000_000)
    assert "At the most late by 2 h" in page
    assert "not heard yet" in page
    assert "cannot be asked" not in page


def test_a_heartbeat_tells_why_it_is_bad_and_what_is_waited_for(shown: Shown, world: Any) -> None:
    beat = BeatTold(
        interval_us=60_000_000,
        grace_us=20_000_000,
        last_end="2026-11-22T15:40:00Z",
        signal="fail",
        exit_status=3,
        took_us=5_000_000,
        output="disk full",
        output_bytes=9,
        running_since="2026-11-22T15:40:30Z",
        due="2026-11-22T15:41:00Z",
        overdue_since="2026-11-22T15:41:20Z",
        begun=False,
    )
    says = "no end since 2026-11-22T15:40:00Z"
    place = SlotAt(
        location="loc-bonn", agent=None, cause="recorded", says=says, outcome="bad", heartbeat=beat
    )
    told = world.slot("prb-unv-mail", 0, 0).model_copy(update={"places": (place,)})
    world.slot = lambda *_: told

    page = shown(kind="heartbeat", asked=None, grace_us=20_000_000)

    assert "no end since 22 Nov 2026, 16:40 CET" in page
    assert "Last end 22 Nov 2026, 16:40 CET bad exit status 3 took 5 s" in page
    assert "Running since 22 Nov 2026, 16:40:30 CET" in page
    assert "overdue since 22 Nov 2026, 16:41:20 CET" in page
    assert "Output kept disk full" in page


def test_conditions_stand_as_the_documents_write_them(shown: Shown) -> None:
    told = [read(text).model_dump(mode="json") for text in ("status in 200", "size to 40")]
    page = shown(asked={"kind": "http", "timeout": 10_000_000, "conditions": told})
    assert "status in 200 bad size to 40 bad" in page
    assert "severity" not in page


def test_a_condition_of_each_step_names_the_step() -> None:
    told = read("status in 200 else degraded").model_dump(mode="json")
    late = read("latency step.home within PT2S").model_dump(mode="json")
    steps = [{"name": "home", "url": "/", "conditions": [told]}]
    found, rest = expectations({"kind": "steps", "steps": steps, "latency": [late]})
    assert found == (
        Expectation("status in 200", "degraded", "home"),
        Expectation("latency step.home within PT2S", "degraded", "home"),
    )
    assert rest == {"kind": "steps", "steps": [{"name": "home", "url": "/"}]}


def test_what_has_no_short_text_stays_where_it_was() -> None:
    unknown = {"field": "smell", "op": "is", "severity": "bad"}
    found, rest = expectations({"kind": "http", "conditions": [unknown]})
    assert (found, rest) == ((), {"kind": "http", "conditions": [unknown]})


@pytest.mark.parametrize(
    "text",
    [
        "json queue.length < 10",
        "latency first_byte within PT0.5S",
        "certificate lasts 21 days",
        "rcode in NOERROR, NXDOMAIN",
        "lag within PT5S else degraded",
        "read_only is false",
        "features from 5 to 10",
    ],
)
def test_a_condition_is_told_as_it_was_written(text: str) -> None:
    told = read(text)
    found, rest = expectations({"expected": [told.model_dump(mode="json", exclude_none=True)]})
    assert [each.text for each in found] == [text.partition(" else ")[0]]
    assert [each.severity for each in found] == [told.severity]
    assert rest == {}


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        pytest.param("/probes/prb-unv-mail", "/catalogue/probe/prb-unv-mail", id="now"),
        pytest.param(
            "/probes/prb-unv-mail?as_known_at=%4099",
            "/catalogue/probe/prb-unv-mail?as_known_at=%4099",
            id="then",
        ),
    ],
)
def test_the_page_of_a_probe_that_is_withdrawn_leads_to_its_record(
    visitor: TestClient, world: Any, asked: str, led_to: str
) -> None:
    world.probes = lambda _: ()
    world.record = lambda kind, name: {"id": name} if kind == "probe" else None
    answer = visitor.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, led_to)


def test_results_of_a_probe_that_is_withdrawn_are_still_shown(
    visitor: TestClient, world: Any
) -> None:
    world.probes = lambda _: ()
    assert visitor.get("/probes/prb-unv-mail/days/2026-11-22").status_code == 200


def test_a_probe_that_never_was_has_no_page(visitor: TestClient, world: Any) -> None:
    world.probes = lambda _: ()
    world.record = lambda *_: None
    world.results = lambda _: ()
    assert visitor.get("/probes/prb-none").status_code == 404
    assert visitor.get("/probes/prb-none/days/2026-11-22").status_code == 404


def test_the_record_of_a_probe_that_is_withdrawn_says_so_and_leads_to_its_results(
    visitor: TestClient, world: Any, words_of: Words
) -> None:
    world.record = lambda kind, name: {"kind": kind, "id": name, "withdrawn": True}

    page = visitor.get("/catalogue/probe/prb-unv-mail").text

    assert "prb-unv-mail withdrawn Results of 22 Nov 2026" in words_of(page)
    assert 'href="/probes/prb-unv-mail/days/2026-11-22"' in page


def test_the_record_of_a_probe_without_results_leads_to_none(
    visitor: TestClient, world: Any
) -> None:
    world.record = lambda kind, name: {"kind": kind, "id": name, "withdrawn": False}
    world.results = lambda _: ()

    page = visitor.get("/catalogue/probe/prb-unv-mail").text

    assert "prb-unv-mail</h1>" in page
    assert "/days/" not in page
