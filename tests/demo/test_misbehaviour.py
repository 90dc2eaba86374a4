from __future__ import annotations

import pytest

from catalogue.instants import parse_instant
from slamon.demo.misbehaviour import misbehaves, published


@pytest.mark.parametrize(
    ("target", "clock", "says"),
    [
        pytest.param("prb-unv-mail", "12:02:59.999999", None, id="the mail server still answers"),
        pytest.param("prb-unv-mail", "12:03:00", 421, id="the mail server refuses from minute 3"),
        pytest.param("prb-unv-mail", "12:16:59.999999", 421, id="and up to minute 7, half-open"),
        pytest.param("prb-unv-mail", "12:17:00", None, id="then it answers again"),
        pytest.param("prb-web-fr", "09:39:59", None, id="the French page still answers"),
        pytest.param(
            "prb-web-fr", "09:41:59", 503, id="the French page fails in minutes 40 and 41"
        ),
        pytest.param("prb-web-fr", "09:42:00", None, id="two minutes are all it fails"),
    ],
)
def test_misbehaves_as_published(target: str, clock: str, says: int | None) -> None:
    fault = misbehaves(target, parse_instant(f"2026-11-23T{clock}Z"))

    assert (fault.code if fault else None) == says


def test_a_fault_says_until_when_it_lasts() -> None:
    fault = misbehaves("prb-unv-mail", parse_instant("2026-11-23T23:55:10Z"))

    assert fault is not None
    assert fault.until == parse_instant("2026-11-23T23:57:00Z")


@pytest.mark.parametrize(
    "target", ["prb-control", "prb-unv-gateway", "prb-unv-dns", "prb-web-home"]
)
def test_the_others_never_misbehave(target: str) -> None:
    begin = parse_instant("2026-11-23T00:00:00Z")

    assert not any(misbehaves(target, begin + minute * 60_000_000) for minute in range(24 * 60))


@pytest.mark.parametrize("phase", range(0, 60, 7))
def test_an_outage_of_three_failures_begins_and_ends_within_ten_minutes(phase: int) -> None:
    begin = parse_instant("2026-11-23T10:00:00Z") + phase * 1_000_000

    bad = [
        misbehaves("prb-unv-mail", begin + minute * 60_000_000) is not None for minute in range(10)
    ]

    assert bad.count(True) == 4
    assert "".join("x" if each else "." for each in bad).strip(".") == "xxxx"
    assert bad[-2:] == [False, False]


def test_the_schedule_names_the_running_fault_or_the_next_one() -> None:
    mail, web = published(parse_instant("2026-11-23T10:05:00Z"))

    assert (mail.target, web.target) == ("prb-unv-mail", "prb-web-fr")
    assert mail.begin == parse_instant("2026-11-23T10:03:00Z")
    assert mail.end == parse_instant("2026-11-23T10:07:00Z")
    assert web.begin == parse_instant("2026-11-23T10:40:00Z")
    assert published(mail.end)[0].begin == parse_instant("2026-11-23T10:13:00Z")
