"""How long answers took, as people see it: two lines, and the figures behind them in words."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slamon.views.answers import LatencyDay
from slamon.web import pacing
from slamon.web.texts import language

T = language("en")
MS = 1_000
SECOND = 1_000_000


def days(*figures: tuple[int, int] | None) -> list[LatencyDay]:
    """One day after the other with what half and 95 of 100 took (ms); None where there was no answer."""
    first = date(2026, 2, 27)
    return [
        LatencyDay(
            date=(first + timedelta(days=n)).isoformat(),
            p50_us=half * MS,
            p95_us=most * MS,
            count=9,
        )
        for n, each in enumerate(figures)
        if each
        for half, most in [each]
    ]


def line(drawn: str, name: str) -> str:
    found = re.search(rf'<path class="{name}" d="([^"]*)"', drawn)
    assert found
    return found.group(1)


@pytest.mark.parametrize(
    ("us", "text"),
    [
        pytest.param(264, "0.2 ms", id="below ten milliseconds tenths are told"),
        pytest.param(9_984, "9.9 ms", id="never rounded up"),
        pytest.param(41_984, "41 ms", id="above, they would feign what is not known"),
        pytest.param(1_343_488, "1 343 ms", id="seconds are milliseconds"),
        pytest.param(15_204_352, "15 s or more", id="of the longest only the least is known"),
    ],
)
def test_a_latency_is_written_as_precisely_as_it_is_known(us: int, text: str) -> None:
    assert pacing.about(T, us).replace("\u00a0", " ").replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("shown", "edges"),
    [
        pytest.param(days((20, 90)), ["100 ms", "10 ms"], id="between two powers of ten"),
        pytest.param(days((10, 100)), ["100 ms", "10 ms"], id="both of which may be reached"),
        pytest.param(days((9, 101)), ["1 s", "100 ms", "10 ms", "1.0 ms"], id="or passed"),
        pytest.param(days((0, 0)), ["1.0 ms", "0.1 ms"], id="below, nothing is told apart"),
        pytest.param(days((20, 30), (30, 15_300)), ["100 s", "10 s", "1 s", "100 ms", "10 ms"],
                     id="a slow day raises the upper edge"),
    ],
)  # fmt: skip
def test_a_picture_reaches_from_one_power_of_ten_to_another(
    shown: list[LatencyDay], edges: list[str]
) -> None:
    written = [pacing.mark(T, each).replace("\u00a0", " ") for each in pacing.scale(shown)]
    assert written == edges


def test_lines_go_from_day_to_day_and_break_where_there_was_no_answer() -> None:
    drawn = pacing.pace(T, days((10, 100), (10, 10), None, (100, 100)))

    assert line(drawn, "most") == "M4 0h.01L12 120M28 0h.01"
    assert line(drawn, "half") == "M4 120h.01L12 120M28 0h.01"
    assert 'viewBox="0 0 32 120"' in drawn


def test_each_day_is_said_in_words() -> None:
    drawn = pacing.pace(T, days((10, 100), None, (20, 200)))

    titles = [each.replace("\u00a0", " ") for each in re.findall("<title>([^<]*)</title>", drawn)]
    assert titles == [
        "27 Feb 2026: of 9 answers, half took at most 10 ms, 95 of 100 at most 100 ms",
        "1 Mar 2026: of 9 answers, half took at most 20 ms, 95 of 100 at most 200 ms",
    ]
    assert 'aria-label="How long the answers of 2 days took, day by day"' in drawn


def test_the_page_of_a_service_says_how_long_answers_took(visitor: TestClient) -> None:
    words = re.sub(r"[\u00a0\u202f]", " ", visitor.get("/services/svc-mail").text)

    assert "Of 121 908 answers, half took at most 41 ms, and 95 of 100 at most 188 ms." in words
    assert "Figures are within 3 %." in words
    assert "15 s or more" in words


def test_generated_answers_are_marked(visitor: TestClient) -> None:
    page = visitor.get("/services/svc-mail").text

    _, _, title = page.partition('id="pace"')
    assert "basis-mixed" in title.partition("</h2>")[0]


def test_a_service_without_probes_says_nothing_of_answers(visitor: TestClient) -> None:
    assert "How long answers took" not in visitor.get("/services/svc-tariff").text


def test_the_api_gives_the_figures_of_each_day(visitor: TestClient) -> None:
    told: dict[str, Any] = visitor.get("/api/v1/services/svc-mail").json()

    assert told["latency"][-1] == {
        "date": "2026-11-22",
        "p50_us": 38_400,
        "p95_us": 121_000,
        "count": 948,
    }
    assert told["latency_overall"] == {"p50_us": 41_984, "p95_us": 188_416, "count": 121_908}
