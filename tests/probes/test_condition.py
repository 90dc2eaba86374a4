"""Conditions: each says what it expected and what it found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import (
    HealthPasses,
    JsonCompares,
    JsonCounts,
    JsonEquals,
    JsonExists,
    JsonFresh,
    JsonMatches,
    JsonOneOf,
)
from probes.conditions.lines import BannerMatches
from probes.conditions.names import AnswersNotEmpty
from probes.conditions.reply import DAY, Certificate, Reply
from probes.conditions.requirement import Requirement
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import (
    BodyContains,
    BodyLacks,
    BodyMatches,
    HeaderAbsent,
    HeaderFresh,
    HeaderMatches,
    HttpVersionIn,
    SizeBetween,
    StatusIn,
    UrlMatches,
)
from probes.outcome import Outcome

GOOD, DEGRADED, BAD = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD
CRON = b'{"last_cron_plugin": {"active_and_running": true, "runs": 1, "name": null}, "value": [5]}'


def ending(days: int) -> Certificate:
    """A certificate that ends so many days after instant 0."""
    name = f"CN=ends-in-{days}"
    return Certificate(name, "CN=an authority", (), -DAY, days * DAY, "00")


def cron(path: str, value: bool | int | str | None) -> Requirement:  # noqa: FBT001
    return JsonEquals(path=f"last_cron_plugin.{path}", value=value)


@pytest.mark.parametrize(
    ("condition", "reply", "outcome", "actual"),
    [
        pytest.param(StatusIn(values=(200, 302)), Reply(status=302), GOOD, "302", id="status in"),
        pytest.param(StatusIn(values=(200,)), Reply(status=503), BAD, "503", id="status not in"),
        pytest.param(StatusIn(values=(200,)), Reply(), BAD, "no status", id="no status"),
        pytest.param(
            HeaderMatches(name="Content-Language", pattern="^fr"),
            Reply(headers={"content-language": "fr-CH"}),
            GOOD,
            "fr-CH",
            id="the name of a header has no case",
        ),
        pytest.param(
            HeaderMatches(name="X", pattern=".*"), Reply(), BAD, "header absent", id="no header"
        ),
        pytest.param(
            BodyContains(text="CMS"),
            Reply(body=b"the CMS"),
            GOOD,
            "found in a body of 7 bytes",
            id="body contains",
        ),
        pytest.param(
            BodyContains(text="CMS", severity="degraded"),
            Reply(body=b"oops"),
            DEGRADED,
            "absent from a body of 4 bytes",
            id="a failed condition degrades where it says so",
        ),
        pytest.param(
            BodyMatches(pattern="(?i)ciconia"),
            Reply(body=b"Ciconia ciconia"),
            GOOD,
            "found in a body of 15 bytes",
            id="body matches",
        ),
        pytest.param(
            BodyMatches(pattern="x"), Reply(), BAD, "no body", id="a pattern without a body"
        ),
        pytest.param(
            cron("active_and_running", value=True), Reply(body=CRON), GOOD, "true", id="json true"
        ),
        pytest.param(cron("runs", value=True), Reply(body=CRON), BAD, "1", id="true is not 1"),
        pytest.param(cron("runs", 1), Reply(body=CRON), GOOD, "1", id="json number"),
        pytest.param(cron("name", None), Reply(body=CRON), GOOD, "null", id="json null"),
        pytest.param(
            cron("gone", None), Reply(body=CRON), BAD, "nothing at gone", id="absent is not null"
        ),
        pytest.param(
            cron("runs", 0), Reply(body=b"<html>"), BAD, "body is not JSON", id="text is not zero"
        ),
        pytest.param(
            JsonEquals(path="a", value=0),
            Reply(body=b'{"a": NaN}'),
            BAD,
            "body is not JSON",
            id="NaN is not a number",
        ),
        pytest.param(JsonExists(path="value.0"), Reply(body=CRON), GOOD, "5", id="json exists"),
        pytest.param(
            JsonExists(path="value.1"), Reply(body=CRON), BAD, "nothing at 1", id="list too short"
        ),
        pytest.param(
            JsonExists(path="a"),
            Reply(body=b"[" * 100_000),
            BAD,
            "body is not JSON",
            id="a body nested without end",
        ),
        pytest.param(
            JsonExists(path="a"),
            Reply(body=b'{"a": 1e9999999999999999999}'),
            BAD,
            "body is not JSON",
            id="a number beyond all bounds",
        ),
        pytest.param(
            JsonFresh(path="a", within=1),
            Reply(body=b'{"a": 1e1000000}'),
            BAD,
            "1E+1000000 is no instant",
            id="a number that is no instant by far",
        ),
        pytest.param(
            MinDaysLeft(days=21),
            Reply(certificates=(ending(6),)),
            DEGRADED,
            "6 days left",
            id="few days left",
        ),
        pytest.param(
            MinDaysLeft(days=21),
            Reply(certificates=(ending(60), ending(5))),
            DEGRADED,
            "5 days left of CN=ends-in-5, which it rests on",
            id="an intermediate that ends first",
        ),
        pytest.param(
            MinDaysLeft(days=5),
            Reply(certificates=(ending(5),)),
            GOOD,
            "5 days left",
            id="just enough",
        ),
        pytest.param(MinDaysLeft(days=21), Reply(), DEGRADED, "no certificate", id="plain http"),
        pytest.param(
            BannerMatches(pattern="^220 "), Reply(banner="220 hi"), GOOD, "220 hi", id="banner"
        ),
        pytest.param(
            BannerMatches(pattern="^220 "),
            Reply(banner="554 \x1b[0m"),
            BAD,
            r"554 \x1b[0m",
            id="control characters are shown, not sent to a terminal",
        ),
        pytest.param(
            AnswersNotEmpty(), Reply(answers=("192.0.2.1",)), GOOD, "192.0.2.1", id="answers"
        ),
        pytest.param(AnswersNotEmpty(), Reply(answers=()), BAD, "no answers", id="no answers"),
    ],
)
def test_a_condition_explains_itself(
    condition: Requirement, reply: Reply, outcome: Outcome, actual: str
) -> None:
    checked = condition.check(reply)
    assert (checked.outcome, checked.actual) == (outcome, actual)
    assert checked.passed == (outcome is GOOD)


@pytest.mark.parametrize(
    ("condition", "reply"),
    [
        pytest.param(BannerMatches(pattern="x"), Reply(banner="y" * 5000), id="a text"),
        pytest.param(JsonExists(path="a"), Reply(body=b'{"a": 0.%s}' % (b"1" * 5000)), id="digits"),
    ],
)
def test_long_values_are_shortened(condition: Requirement, reply: Reply) -> None:
    assert len(condition.check(reply).actual) == 201


NOON = 1_771_070_400_000_000  # 2026-02-14T12:00:00Z
HOUR = 3_600_000_000
STATE = b"""{"queue": {"length": 3, "load": 0.30, "name": "mail", "full": false}, "hosts": ["a", "b"],
 "at": "2026-02-14T11:30:00Z", "local": "2026-02-14T12:30:00+01:00", "zoneless": "2026-02-14T11:30:00",
 "seconds": 1771068600, "milliseconds": 1771068600000, "fraction": 1771068600.5, "ahead": "2026-02-14T14:00:00Z",
 "first": "0001-01-01T00:00:00+14:00"}"""


def seen(**more: Any) -> Reply:
    known: dict[str, Any] = {"status": 200, "body": STATE, "at": NOON}
    return Reply(**(known | more))


def dated(text: str) -> Reply:
    return seen(headers={"last-modified": text})


def health(status: str) -> Reply:
    return seen(body=b'{"status": "%s"}' % status.encode())


@pytest.mark.parametrize(
    ("condition", "reply", "outcome", "actual"),
    [
        pytest.param(StatusIn(values=("2xx", 302)), seen(status=204), GOOD, "204", id="a class"),
        pytest.param(StatusIn(values=("2xx", 302)), seen(status=302), GOOD, "302", id="or one"),
        pytest.param(StatusIn(values=("200-204",)), seen(status=205), BAD, "205", id="a range"),
        pytest.param(
            StatusIn(values=("2xx",)), Reply(), BAD, "no status", id="none is in no range"
        ),
        pytest.param(
            HttpVersionIn(values=("1.1",)), seen(http_version="1.1"), GOOD, "1.1", id="HTTP/1.1"
        ),
        pytest.param(
            HttpVersionIn(values=("1.1",)), seen(http_version="1.0"), BAD, "1.0", id="HTTP/1.0"
        ),
        pytest.param(HttpVersionIn(values=("1.1",)), Reply(), BAD, "no HTTP", id="no HTTP"),
        pytest.param(
            HeaderAbsent(name="X-Debug"),
            seen(),
            GOOD,
            "header absent",
            id="a header that is absent",
        ),
        pytest.param(
            HeaderAbsent(name="X-Debug"),
            seen(headers={"x-debug": "on"}),
            BAD,
            "on",
            id="a header that should be absent",
        ),
        pytest.param(
            HeaderFresh(name="Last-Modified", within=HOUR),
            dated("Sat, 14 Feb 2026 11:30:00 GMT"),
            GOOD,
            "PT30M old",
            id="a fresh page",
        ),
        pytest.param(
            HeaderFresh(name="Last-Modified", within=HOUR),
            dated("Sat, 14 Feb 2026 10:59:59 GMT"),
            BAD,
            "PT1H1S old",
            id="a page a second too old",
        ),
        pytest.param(
            HeaderFresh(name="Last-Modified", within=HOUR),
            dated("yesterday"),
            BAD,
            "yesterday is no date",
            id="a date nobody can read",
        ),
        pytest.param(
            HeaderFresh(name="Date", within=HOUR), seen(), BAD, "header absent", id="an absent date"
        ),
        pytest.param(
            UrlMatches(pattern="/login$"),
            seen(url="https://a.example/login"),
            GOOD,
            "https://a.example/login",
            id="where the redirects end",
        ),
        pytest.param(UrlMatches(pattern="x"), Reply(), BAD, "no address", id="no redirects"),
        pytest.param(SizeBetween(minimum=3), seen(body=b"abc"), GOOD, "3 bytes", id="big enough"),
        pytest.param(SizeBetween(maximum=2), seen(body=b"abc"), BAD, "3 bytes", id="too big"),
        pytest.param(SizeBetween(maximum=2), Reply(), BAD, "no body", id="no body has no size"),
        pytest.param(
            BodyLacks(text="Warning"),
            seen(body=b"Warning: mysql"),
            BAD,
            "found in a body of 14 bytes",
            id="what a body should not say",
        ),
        pytest.param(
            BodyLacks(text="Warning"),
            seen(body=b"fine"),
            GOOD,
            "absent from a body of 4 bytes",
            id="a body that does not say it",
        ),
        pytest.param(BodyLacks(text="x"), Reply(), BAD, "no body", id="no body lacks nothing"),
        pytest.param(
            JsonCompares(path="queue.length", sign="<", value=Decimal(3)),
            seen(),
            BAD,
            "3",
            id="3 is not less than 3",
        ),
        pytest.param(
            JsonCompares(path="queue.load", sign="<=", value=Decimal("0.3")),
            seen(),
            GOOD,
            "0.30",
            id="decimals are exact",
        ),
        pytest.param(
            JsonCompares(path="queue.full", sign="!=", value=Decimal(1)),
            seen(),
            BAD,
            "false is no number",
            id="false is no number",
        ),
        pytest.param(
            JsonCompares(path="queue.gone", sign="!=", value=Decimal(1)),
            seen(),
            BAD,
            "nothing at gone",
            id="nothing is not unequal",
        ),
        pytest.param(JsonCounts(path="hosts", minimum=2), seen(), GOOD, "2 parts", id="two hosts"),
        pytest.param(JsonCounts(path="queue", maximum=1), seen(), BAD, "4 parts", id="an object"),
        pytest.param(
            JsonCounts(path="at", minimum=0),
            seen(),
            BAD,
            '"2026-02-14T11:30:00Z" has no parts',
            id="a text has no parts",
        ),
        pytest.param(
            JsonMatches(path="queue.name", pattern="^ma"), seen(), GOOD, '"mail"', id="json text"
        ),
        pytest.param(
            JsonMatches(path="queue.length", pattern="3"),
            seen(),
            BAD,
            "3 is no text",
            id="a number is no text",
        ),
        pytest.param(
            JsonOneOf(path="queue.name", values=("mail", "news")),
            seen(),
            GOOD,
            '"mail"',
            id="one of several",
        ),
        pytest.param(
            JsonOneOf(path="queue.full", values=(0, 1)), seen(), BAD, "false", id="false is not 0"
        ),
        *(
            pytest.param(
                JsonFresh(path=path, within=HOUR), seen(), GOOD, f"{said}, PT30M old", id=path
            )
            for path, said in [
                ("at", '"2026-02-14T11:30:00Z"'),
                ("local", '"2026-02-14T12:30:00+01:00"'),
                ("zoneless", '"2026-02-14T11:30:00"'),
                ("seconds", "1771068600"),
                ("milliseconds", "1771068600000"),
            ]
        ),
        pytest.param(
            JsonFresh(path="fraction", within=HOUR),
            seen(),
            GOOD,
            "1771068600.5, PT29M59.5S old",
            id="fractions of seconds",
        ),
        pytest.param(
            JsonFresh(path="ahead", within=HOUR),
            seen(),
            BAD,
            '"2026-02-14T14:00:00Z", PT2H ahead',
            id="a clock that is wrong is not fresh",
        ),
        pytest.param(
            JsonFresh(path="first", within=HOUR),
            seen(),
            BAD,
            '"0001-01-01T00:00:00+14:00", P739661DT2H old',
            id="before the calendar",
        ),
        pytest.param(
            JsonFresh(path="queue.name", within=HOUR),
            seen(),
            BAD,
            '"mail" is no instant',
            id="a word is no instant",
        ),
        pytest.param(
            LatencyAtMost(most=300_000),
            seen(phases={"total": 300_000}),
            GOOD,
            "PT0.3S",
            id="just fast enough",
        ),
        pytest.param(
            LatencyAtMost(phase="first_byte", most=300_000),
            seen(phases={"first_byte": 300_001}),
            DEGRADED,
            "PT0.300001S",
            id="too slow degrades",
        ),
        pytest.param(
            LatencyAtMost(most=30_000),
            seen(phases={"total": 60_000}, lag=12_000),
            GOOD,
            "PT0.06S cannot be told: this agent was late by PT0.012S",
            id="our own delay is not the target's",
        ),
        pytest.param(
            LatencyAtMost(phase="tls", most=1),
            seen(),
            DEGRADED,
            "there was no phase tls",
            id="plain",
        ),
        pytest.param(HealthPasses(), health("pass"), GOOD, '"pass"', id="healthy"),
        pytest.param(HealthPasses(), health("UP"), GOOD, '"UP"', id="healthy in another word"),
        pytest.param(HealthPasses(), health("warn"), DEGRADED, '"warn"', id="ailing degrades"),
        pytest.param(HealthPasses(), health("fail"), BAD, '"fail"', id="ill is bad"),
        pytest.param(
            HealthPasses(severity="degraded"),
            health("fail"),
            DEGRADED,
            '"fail"',
            id="but only so bad",
        ),
        pytest.param(
            HealthPasses(),
            health("fine"),
            BAD,
            '"fine" is no status of health',
            id="unknown health",
        ),
        pytest.param(HealthPasses(), seen(), BAD, "nothing at status", id="no health"),
    ],
)
def test_every_kind_of_condition_explains_itself(
    condition: Requirement, reply: Reply, outcome: Outcome, actual: str
) -> None:
    checked = condition.check(reply)
    assert (checked.outcome, checked.actual) == (outcome, actual)
    assert checked.passed == (outcome is GOOD)
    assert condition.look(reply) == (checked.passed, checked.actual)


@pytest.mark.parametrize(
    ("kind", "stated"),
    [
        pytest.param(StatusIn, {"values": ()}, id="no status at all"),
        pytest.param(StatusIn, {"values": ("204-200",)}, id="a range that is empty"),
        pytest.param(StatusIn, {"values": ("600-700",)}, id="a range of what no status is"),
        pytest.param(StatusIn, {"values": ("6xx",)}, id="a class there is not"),
        pytest.param(HttpVersionIn, {"values": ("2",)}, id="a version that no probe speaks"),
        pytest.param(SizeBetween, {}, id="a size without bounds"),
        pytest.param(SizeBetween, {"minimum": 2, "maximum": 1}, id="a size that nothing has"),
        pytest.param(JsonCounts, {"path": "a", "minimum": 2, "maximum": 1}, id="an empty count"),
        pytest.param(JsonOneOf, {"path": "a", "values": ()}, id="one of none"),
        pytest.param(JsonFresh, {"path": "a", "within": 0}, id="fresh within no time"),
        pytest.param(
            JsonCompares, {"path": "a", "sign": "<", "value": "NaN"}, id="less than no number"
        ),
        pytest.param(
            JsonCompares, {"path": "a", "sign": "=", "value": 1}, id="a comparison there is not"
        ),
        pytest.param(LatencyAtMost, {"phase": "lunch", "most": 1}, id="a phase there is not"),
        pytest.param(HeaderAbsent, {"name": "X Y"}, id="a header that cannot be"),
    ],
)
def test_what_can_never_hold_is_refused(kind: type[Requirement], stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(stated)
