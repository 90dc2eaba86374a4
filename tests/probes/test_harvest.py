"""Repositories are asked by OAI-PMH who they are, and whether anything came of late."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from probes.conditions.reply import Reply
from probes.dialogue import Dialogue, Surroundings
from probes.kinds.interview import Interview
from probes.kinds.oai import error_of
from probes.observation import Failure, Observation, Reason
from probes.outcome import Outcome
from probes.specs.harvest import HarvestSpec
from tests.servers.repository import Item, Repository

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]

GOOD, DEGRADED, BAD, INCONCLUSIVE = (
    Outcome.GOOD,
    Outcome.DEGRADED,
    Outcome.BAD,
    Outcome.INCONCLUSIVE,
)
DAY = 86_400_000_000
WEEK = {"field": "records", "op": "fresh", "within": 7 * DAY}


def ago(**span: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**span):%Y-%m-%dT%H:%M:%SZ}"


def asking(*expected: dict[str, Any], **more: Any) -> Callable[[int], HarvestSpec]:
    def spec(port: int) -> HarvestSpec:
        told = {"url": f"http://127.0.0.1:{port}/oai", "timeout": 2_000_000, "expected": expected}
        return HarvestSpec.model_validate(told | more)

    return spec


def verdict(seen: Observation) -> tuple[Outcome, str | None, str]:
    return seen.outcome, seen.reason, seen.text


def test_a_repository_that_got_a_record_this_week_is_good(observe: Observe) -> None:
    repository = Repository((Item("2019-01-01T00:00:00Z"), Item(ago(days=2))))
    named = {"field": "repository", "op": "named", "pattern": "^Proceedings & "}

    seen = observe(repository.talk(), asking(named, WEEK))

    assert verdict(seen) == (GOOD, None, "")
    assert [each.condition.expectation() for each in seen.checked] == [
        "step identify: status is 200",
        "step records: status is 200",
        "repository is named ^Proceedings & ",
        "newest record is fresher than P7D",
    ]
    assert re.search(r"Z, P2D(T\d+S)? old$", seen.checked[3].actual)
    assert {"step.identify", "step.records"} <= set(seen.phases)
    steps = seen.phases["step.identify"] + seen.phases["step.records"]
    assert seen.latency == (None if seen.suspect else steps)


def test_without_a_word_on_freshness_it_is_asked_only_who_it_is(observe: Observe) -> None:
    repository = Repository()

    seen = observe(repository.talk(), asking())

    assert verdict(seen) == (GOOD, None, "")
    assert repository.asked == [{"verb": "Identify"}]


def test_what_is_asked_for_is_told_in_the_repositorys_own_granularity(observe: Observe) -> None:
    exact, daily = Repository(), Repository(granularity="YYYY-MM-DD")
    week = f"{datetime.now(UTC) - timedelta(days=7):%Y-%m-%d}"

    for each in (exact, daily):
        observe(each.talk(), asking(WEEK, set="articles"))

    assert exact.asked[1]["from"].startswith(f"{week}T")
    said = {"metadataPrefix": "oai_dc", "from": week, "set": "articles"}
    assert daily.asked[1] == {"verb": "ListIdentifiers", **said}


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        pytest.param(6.9, GOOD, id="a datestamp of the first day counts"),
        pytest.param(9, BAD, id="one before does not"),
    ],
)
def test_days_are_compared_where_datestamps_are_days(
    observe: Observe, days: float, outcome: Outcome
) -> None:
    repository = Repository((Item(ago(days=days)[:10]),), granularity="YYYY-MM-DD")
    assert observe(repository.talk(), asking(WEEK)).outcome is outcome


def test_a_repository_without_a_new_record_is_stale(observe: Observe) -> None:
    repository = Repository((Item("2019-01-01T00:00:00Z"),))

    seen = observe(repository.talk(), asking(WEEK))

    assert (seen.outcome, seen.reason) == (BAD, "bad_records")
    assert seen.text.startswith("expected: newest record is fresher than P7D; found: none since 20")


def test_the_strictest_bound_is_asked_first_and_the_next_where_it_fails(observe: Observe) -> None:
    repository = Repository((Item(ago(days=3)),))
    day = {"field": "records", "op": "fresh", "within": DAY, "severity": "degraded"}

    seen = observe(repository.talk(), asking(WEEK, day))

    assert (seen.outcome, seen.reason) == (DEGRADED, "bad_records")
    assert [each.passed for each in seen.checked] == [True, True, True, False]
    assert re.search(r"Z, P3D(T\d+S)? old$", seen.checked[3].actual)
    assert len(repository.asked) == 3


def test_a_record_far_ahead_is_not_new(observe: Observe) -> None:
    repository = Repository((Item("2990-01-01T00:00:00Z"),))

    seen = observe(repository.talk(), asking(WEEK))

    assert seen.outcome is BAD
    assert seen.text.endswith("it lists what changed until 2990-01-01T00:00:00Z")


def test_a_repository_that_does_not_heed_since_when_is_found_out(observe: Observe) -> None:
    class Heedless(Repository):
        def answer(self, query: str) -> str:
            return super().answer(re.sub("&from=[^&]*", "", query))

    seen = observe(Heedless((Item("2019-01-01T00:00:00Z"),)).talk(), asking(WEEK))

    assert (seen.outcome, seen.reason) == (BAD, "bad_records")
    assert "asked for what changed since 20" in seen.text
    assert seen.text.endswith(", it lists what changed until 2019-01-01T00:00:00Z")


def test_what_was_learnt_before_a_list_was_refused_still_holds(observe: Observe) -> None:
    repository = Repository()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if repository.asked:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply(b"", "503 Service Unavailable"))
        else:
            await repository.talk()(reader, writer)

    seen = observe(talk, asking({"field": "repository", "op": "named", "pattern": "P"}, WEEK))

    assert verdict(seen) == (BAD, "bad_status", "expected: step records: status is 200; found: 503")
    assert [each.passed for each in seen.checked] == [True, False, True, False]
    assert seen.checked[3].actual == "not reached"


@pytest.mark.parametrize(
    ("deletions", "outcome"),
    [
        pytest.param("ignored", BAD, id="are no new records"),
        pytest.param("counted", GOOD, id="count where that is stated"),
    ],
)
def test_deletions(observe: Observe, deletions: str, outcome: Outcome) -> None:
    repository = Repository((Item(ago(days=1), deleted=True),))

    seen = observe(repository.talk(), asking(WEEK, deletions=deletions))

    assert seen.outcome is outcome
    assert outcome is GOOD or seen.text.endswith(" there are 1 deletions and no record")


def test_a_list_of_deletions_is_followed_to_the_first_record(observe: Observe) -> None:
    gone = [Item(ago(days=1), deleted=True)] * 6
    repository = Repository((*gone, Item(ago(days=1))), page=2)

    seen = observe(repository.talk(), asking(WEEK, set="articles"))

    assert verdict(seen) == (GOOD, None, "")
    assert len(repository.asked) == 5


def test_no_page_is_asked_for_after_one_with_a_record(observe: Observe) -> None:
    repository = Repository((Item(ago(days=1)),) * 20, page=2)

    seen = observe(repository.talk(), asking(WEEK))

    assert verdict(seen) == (GOOD, None, "")
    assert [each["verb"] for each in repository.asked] == ["Identify", "ListIdentifiers"]


def test_deletions_without_end_say_nothing(observe: Observe) -> None:
    repository = Repository((Item(ago(days=1), deleted=True),) * 20, page=2)

    seen = observe(repository.talk(), asking(WEEK))

    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "body_limit")
    assert "the first 10 changes since" in seen.text


@pytest.mark.parametrize(
    ("repository", "more", "text"),
    [
        pytest.param(
            Repository(),
            {"metadata_prefix": "marc21"},
            "step records: cannotDisseminateFormat: only oai_dc is known here",
            id="a format that it does not have",
        ),
        pytest.param(
            Repository(sets=False),
            {"set": "articles"},
            "step records: noSetHierarchy: there are no sets",
            id="a set where there are none",
        ),
    ],
)
def test_an_error_of_the_repository_is_told_in_its_words(
    observe: Observe, repository: Repository, more: dict[str, Any], text: str
) -> None:
    seen = observe(repository.talk(), asking(WEEK, **more))
    assert verdict(seen) == (BAD, "service_error", text)


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        pytest.param({"repositoryName": ""}, "Identify has no repositoryName", id="no name"),
        pytest.param({"baseURL": ""}, "Identify has no baseURL", id="no address"),
        pytest.param(
            {"protocolVersion": "1.1"},
            'the repository speaks version "1.1", not 2.0',
            id="another version",
        ),
        pytest.param(
            {"granularity": "YYYY"}, '"YYYY" is no granularity of OAI-PMH', id="no granularity"
        ),
        pytest.param(
            {"deletedRecord": "never"}, '"never" is no policy of deleted records', id="no policy"
        ),
        pytest.param(
            {"earliestDatestamp": "2001-02-30"},
            '"2001-02-30" is no datestamp in UTC',
            id="a day that there is not",
        ),
        pytest.param(
            {"earliestDatestamp": "2001-02-03T00:00:00+01:00"},
            '"2001-02-03T00:00:00+01:00" is no datestamp in UTC',
            id="another zone",
        ),
    ],
)
def test_an_identity_that_is_not_whole_is_explained(
    observe: Observe, identity: dict[str, str], text: str
) -> None:
    seen = observe(Repository(identity=identity).talk(), asking())
    assert verdict(seen) == (BAD, "other_document", f"step identify: {text}")


def reply(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            reply(b"<!doctype html><title>Sorry</title>"),
            (BAD, "not_xml", 'step identify: the reply is a page of HTML titled "Sorry"'),
            id="an error page that says it is well",
        ),
        pytest.param(
            reply(b"<OAI-PMH/>"),
            (
                BAD,
                "other_document",
                'step identify: the document is "OAI-PMH", and OAI-PMH 2.0 was asked for',
            ),
            id="a document of no namespace",
        ),
        pytest.param(
            reply(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>'),
            (BAD, "other_document", "step identify: the document holds no Identify"),
            id="a document of nothing",
        ),
        pytest.param(
            reply(b'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><request>'),
            (BAD, "not_xml", "step identify: the document breaks off in line 1"),
            id="a document that breaks off",
        ),
        pytest.param(
            reply(b"", "503 Service Unavailable"),
            (BAD, "bad_status", "expected: step identify: status is 200; found: 503"),
            id="a status that says enough",
        ),
        pytest.param(
            reply(Repository().answer("verb=Ident").encode(), "400 Bad Request"),
            (BAD, "service_error", "step identify: status 400: badVerb: Illegal OAI verb"),
            id="a status with a word on why",
        ),
        pytest.param(
            reply(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
            (
                INCONCLUSIVE,
                "xml_refused",
                "step identify: the document has a document type (DTD), which nobody asked for: it is not read",
            ),
            id="a document that nobody should read",
        ),
    ],
)
def test_another_answer_is_explained(
    observe: Observe,
    replying: Callable[[bytes], Talk],
    said: bytes,
    expected: tuple[Outcome, str, str],
) -> None:
    seen = observe(replying(said), asking(WEEK))
    assert verdict(seen) == expected


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        pytest.param(
            {"url": "http://oai.example/?verb=Identify"},
            'must not say "verb": the prober does',
            id="an address that says what to do",
        ),
        pytest.param({"metadata_prefix": "oai dc"}, "metadata_prefix", id="no prefix"),
        pytest.param({"set": "a::b"}, "set", id="no set"),
        pytest.param({"method": "POST"}, "method", id="another method"),
        pytest.param(
            {"secret_headers": {"Authorization": "env:X"}, "bearer": "env:Y"},
            "signs in by one way",
            id="two ways to sign in",
        ),
    ],
)
def test_what_could_not_be_asked_is_refused(stated: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        HarvestSpec.model_validate({"url": "http://oai.example/", "timeout": 1} | stated)


def test_what_an_agent_is_told_means_the_same_to_it() -> None:
    spec = asking(WEEK, set="articles", deletions="counted", bearer="env:TOKEN")(80)
    assert HarvestSpec.model_validate_json(spec.model_dump_json(by_alias=True)) == spec


def test_a_document_that_takes_us_too_long_to_read_says_nothing_of_the_target() -> None:
    dialogue = Dialogue(Surroundings())
    interview = Interview(asking()(80), dialogue)
    words = (
        b"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'>" + b"<a/>" * 10_000 + b"</OAI-PMH>"
    )

    async def verdicts() -> list[Failure | None]:
        reading = asyncio.create_task(interview.read(Reply(body=words), error_of))
        await asyncio.sleep(0)
        meanwhile = dialogue.verdict
        await reading
        return [meanwhile, dialogue.verdict]

    meanwhile, after = asyncio.run(verdicts())
    assert meanwhile is not None
    assert (meanwhile.outcome, meanwhile.reason) == (INCONCLUSIVE, Reason.BODY_LIMIT)
    assert after is None
