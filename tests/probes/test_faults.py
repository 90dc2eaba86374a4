"""Faults on the way and wrong replies: each is bad for a reason of its own, and none passes for a page.

What blackbox_exporter says of the same target agrees, but where the name of the test says why not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.web import HttpSpec
from tests.servers import faults as way
from tests.servers import replies
from tests.servers.blackbox import Blackbox
from tests.servers.faults import Faults, Talk
from tests.servers.web import Nginx

PATIENCE = 3_000_000
LITTLE = 500_000  # for what would outlast any patience
FITS = "a page|slamon"  # also fits half of the page
HEADERS_ONLY = 120  # bytes of nginx' reply, whose headers have more than 200
SOME_OF_THE_PAGE = 2_000  # of 14,000


def wrong(talk: Callable[[], Talk]) -> Callable[[int], Talk]:
    """Answer without a real server behind."""
    return lambda _: talk()


WAYS = [
    pytest.param(way.passing, None, id="nothing is wrong"),
    pytest.param(lambda port: way.passing(port, delay=0.1), None, id="an answer that comes late"),
    pytest.param(lambda port: way.passing(port, delay=9), "timeout", id="one that comes too late"),
    pytest.param(
        lambda port: way.passing(port, size=4, pause=0.05), "drip", id="a page drop by drop"
    ),
    pytest.param(lambda port: way.truncating(port, 0), "closed", id="no answer"),
    pytest.param(
        lambda port: way.truncating(port, HEADERS_ONLY), "incomplete", id="half of the headers"
    ),
    pytest.param(
        lambda port: way.truncating(port, SOME_OF_THE_PAGE), "incomplete", id="half of the page"
    ),
    pytest.param(
        lambda port: way.half_closing(port, SOME_OF_THE_PAGE),
        "incomplete",
        id="half of the page, and the connection stays",
    ),
    pytest.param(lambda port: way.resetting(port, 0), "reset", id="a reset before the answer"),
    pytest.param(
        lambda port: way.resetting(port, SOME_OF_THE_PAGE), "reset", id="a reset within the page"
    ),
    pytest.param(lambda _: way.silent, "timeout", id="a connection and no answer"),
    pytest.param(lambda _: way.hanging_up, "closed", id="a connection closed after the request"),
]
REPLIES = [
    pytest.param(wrong(replies.complete), None, id="a page as it should be"),
    pytest.param(wrong(replies.headers_without_end), "header_limit", id="headers without end"),
    pytest.param(wrong(replies.circle), "redirect_loop", id="redirects in a circle"),
    pytest.param(wrong(replies.chain_without_end), "redirect_limit", id="redirects without end"),
    pytest.param(wrong(replies.length_too_long), "incomplete", id="a length beyond the end"),
    pytest.param(wrong(replies.length_too_short), None, id="more than the length says"),
    pytest.param(wrong(replies.two_lengths), "encoding", id="two lengths"),
    pytest.param(wrong(replies.broken_chunk), "protocol", id="a chunk without a length"),
    pytest.param(wrong(replies.last_chunk_missing), "incomplete", id="chunks without an end"),
    pytest.param(wrong(replies.no_web), "protocol", id="an answer in another language"),
    pytest.param(wrong(replies.no_web_that_waits), "protocol", id="the same, and it waits"),
]
PACKED = [
    pytest.param(replies.packed, None, id="a packed page"),
    pytest.param(replies.not_packed, "encoding", id="a page said to be packed that is not"),
    pytest.param(replies.packed_in_part, "incomplete", id="a packed page that breaks off"),
    pytest.param(replies.bomb, "body_limit", id="a small page that unpacks without end"),
]


def look(port: int, patience: int = PATIENCE) -> Observation:
    document = {
        "url": f"http://127.0.0.1:{port}/long.txt",
        "timeout": patience,
        "conditions": [{"field": "body", "op": "matches", "pattern": FITS}],
    }
    surroundings = Surroundings(networks("127.0.0.0/8"))
    return asyncio.run(ask(HttpSpec.model_validate(document), surroundings))


def passes(blackbox: Blackbox, port: int, patience: int = PATIENCE, **http: object) -> bool:
    wanted = {"fail_if_body_not_matches_regexp": [FITS], **http}
    module = {"prober": "http", "timeout": f"{patience}us", "http": wanted}
    return blackbox.probe(module, f"http://127.0.0.1:{port}/long.txt")


@pytest.mark.parametrize(("made", "reason"), WAYS + REPLIES)
def test_a_fault_has_its_reason(
    faults: Faults,
    nginx: Nginx,
    blackbox: Blackbox,
    made: Callable[[int], Talk],
    reason: str | None,
) -> None:
    port = faults.serve(made(nginx.port))
    patience = LITTLE if reason in {"timeout", "drip"} else PATIENCE
    seen = look(port, patience)

    assert (seen.outcome, seen.reason) == (Outcome.BAD if reason else Outcome.GOOD, reason)
    assert passes(blackbox, port, patience) == (reason is None)


@pytest.mark.parametrize(("made", "reason"), PACKED)
def test_a_packed_page_is_judged_by_what_it_unpacks_to(
    faults: Faults, blackbox: Blackbox, made: Callable[[], Talk], reason: str | None
) -> None:
    port = faults.serve(made())
    seen = look(port)

    assert (seen.outcome is Outcome.GOOD, seen.reason) == (reason is None, reason)
    assert passes(blackbox, port, compression="gzip", body_size_limit="1MB") == (reason is None)


def test_a_page_with_a_length_and_chunks_is_bad_though_the_exporter_reads_one_of_two_bodies(
    faults: Faults, blackbox: Blackbox
) -> None:
    port = faults.serve(replies.length_and_chunks())
    seen = look(port)

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "encoding")
    assert passes(blackbox, port)


def test_a_connection_closed_at_once_is_bad(faults: Faults, blackbox: Blackbox) -> None:
    port = faults.serve(way.closing)
    seen = look(port)

    assert seen.outcome is Outcome.BAD
    assert seen.reason in {"closed", "reset"}, "which, is a race between the request and the end"
    assert not passes(blackbox, port)


def test_a_connection_that_is_never_made_times_out(faults: Faults, blackbox: Blackbox) -> None:
    port = faults.unanswered()
    seen = look(port, LITTLE)

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "timeout")
    assert [each.name for each in seen.stages][-1] == "connect"
    assert not passes(blackbox, port, LITTLE)


def test_a_page_that_never_ends_is_left_at_the_limit(faults: Faults, blackbox: Blackbox) -> None:
    port = faults.serve(replies.body_without_end())
    seen = look(port)

    assert seen.outcome is not Outcome.GOOD
    assert seen.reason == "body_limit"
    assert not passes(blackbox, port)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(replies.hints_without_end, id="hints that a reply will come"),
        pytest.param(replies.packed_nothing_without_end, id="packed files with nothing in them"),
    ],
)
def test_a_flood_of_nothing_ends_at_the_deadline(faults: Faults, made: Callable[[], Talk]) -> None:
    seen = look(faults.serve(made()), LITTLE)

    assert (seen.outcome, seen.reason) == (Outcome.BAD, "drip")
