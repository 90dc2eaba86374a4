"""Conditions: each says what it expected and what it found."""

from __future__ import annotations

import pytest

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import JsonEquals, JsonExists
from probes.conditions.lines import BannerMatches
from probes.conditions.names import AnswersNotEmpty
from probes.conditions.reply import DAY, Certificate, Reply
from probes.conditions.requirement import Requirement
from probes.conditions.web import BodyContains, BodyMatches, HeaderMatches, StatusIn
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


def test_long_values_are_shortened() -> None:
    checked = BannerMatches(pattern="x").check(Reply(banner="y" * 5000))
    assert len(checked.actual) == 201
