"""HTTP probes against servers on loopback: what each fault of a web server is called."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import zlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import SplitResult

import pytest
from pydantic import ValidationError

from probes.conditions.patterns import EndlessPatternError, searched
from probes.kinds.addresses import origin
from probes.observation import Observation
from probes.outcome import Outcome
from probes.specs.web import HttpSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]
Replying = Callable[[bytes], Talk]
Routing = Callable[[dict[str, bytes], list[bytes]], Talk]

BASIC_AUTH = {"user": "env:U", "password": "env:P"}
GOOD, DEGRADED, BAD, INCONCLUSIVE = (
    Outcome.GOOD,
    Outcome.DEGRADED,
    Outcome.BAD,
    Outcome.INCONCLUSIVE,
)
STATUS_200 = {"field": "status", "op": "in", "values": [200]}


def page(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def moved(where: str) -> bytes:
    return page(b"", "302 Found", Location=where)


def at(path: str = "/", **more: object) -> Callable[[int], HttpSpec]:
    def spec(port: int) -> HttpSpec:
        document = {"url": f"http://127.0.0.1:{port}{path}", "timeout": 2_000_000} | more
        return HttpSpec.model_validate(document)

    return spec


CRON = page(json.dumps({"last_cron_plugin": {"active_and_running": False}}).encode())
CRON_RUNS = {
    "field": "json",
    "op": "equals",
    "path": "last_cron_plugin.active_and_running",
    "value": True,
}


@pytest.mark.parametrize(
    ("reply", "more", "outcome", "reason"),
    [
        pytest.param(page(b"hello"), {}, GOOD, None, id="a page is good"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            {},
            GOOD,
            None,
            id="a page in chunks is good",
        ),
        pytest.param(
            page(b"", "503 Service Unavailable"), {}, BAD, "bad_status", id="another status is bad"
        ),
        pytest.param(
            page(b"hello").replace(b"HTTP/1.1", b"HTTP/1.0"),
            {"conditions": [{"field": "http_version", "op": "in", "values": ["1.1"]}]},
            BAD,
            "bad_http_version",
            id="an older version of HTTP than is wanted",
        ),
        pytest.param(
            page(b"hello")[:-1], {}, BAD, "incomplete", id="a body cut short is incomplete"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            {},
            BAD,
            "incomplete",
            id="a lost last chunk is incomplete",
        ),
        pytest.param(b"HTTP/1.1 200 O", {}, BAD, "incomplete", id="half a head is incomplete"),
        pytest.param(b"", {}, BAD, "closed", id="no reply at all is closed"),
        pytest.param(b"220 ESMTP\r\n\r\n", {}, BAD, "protocol", id="another protocol"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
            {},
            BAD,
            "header_limit",
            id="a head without end is not read to its end",
        ),
        pytest.param(
            CRON,
            {"conditions": [STATUS_200, CRON_RUNS]},
            BAD,
            "bad_json",
            id="a json condition fails",
        ),
        pytest.param(
            CRON,
            {"conditions": [CRON_RUNS | {"value": False}]},
            GOOD,
            None,
            id="a json condition holds",
        ),
        pytest.param(
            page(b"x", Content_Language="de"),
            {
                "conditions": [
                    {
                        "field": "header",
                        "op": "matches",
                        "name": "Content-Language",
                        "pattern": "^fr",
                        "severity": "degraded",
                    }
                ]
            },
            DEGRADED,
            "bad_header",
            id="a condition may only degrade",
        ),
        pytest.param(
            page(b"x" * 5000),
            {"max_body": 1000},
            GOOD,
            None,
            id="a long body does not matter where only the status counts",
        ),
        pytest.param(
            page(b"x" * 5000),
            {"max_body": 1000, "conditions": [{"field": "body", "op": "contains", "text": "y"}]},
            INCONCLUSIVE,
            "body_limit",
            id="a body we do not read to its end proves nothing",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 66_000 + b"\r\nContent-Length: 0\r\n\r\n",
            {},
            BAD,
            "header_limit",
            id="nor is a long one that ends",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            {},
            BAD,
            "encoding",
            id="two ways to tell the end",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            {},
            BAD,
            "encoding",
            id="two lengths",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
            {},
            BAD,
            "encoding",
            id="a transfer nobody asked for",
        ),
        pytest.param(
            page(b"hello", Content_Encoding="gzip"),
            {},
            BAD,
            "encoding",
            id="what is said to be packed and is not",
        ),
        pytest.param(
            page(gzip.compress(b"hello world")[:-9], Content_Encoding="gzip"),
            {},
            BAD,
            "incomplete",
            id="a packed body cut short by the server itself",
        ),
        *(
            pytest.param(
                page(packed, Content_Encoding=coding),
                {"conditions": [{"field": "body", "op": "contains", "text": "hello world"}]},
                GOOD,
                None,
                id=f"a page packed by {name}",
            )
            for name, coding, packed in [
                ("gzip", "gzip", gzip.compress(b"hello world")),
                ("gzip twice in a row", "GZIP", gzip.compress(b"hello ") + gzip.compress(b"world")),
                ("deflate", "deflate", zlib.compress(b"hello world")),
                ("raw deflate", "deflate", zlib.compress(b"hello world", wbits=-15)),
            ]
        ),
        pytest.param(
            page(b"hello", Content_Encoding="br"),
            {"conditions": [{"field": "body", "op": "contains", "text": "hello"}]},
            BAD,
            "encoding",
            id="packed in a way nobody asked for, and looked at",
        ),
        pytest.param(page(b"hello", Content_Encoding="br"), {}, GOOD, None, id="or not looked at"),
        pytest.param(
            page(gzip.compress(b"\0" * 1_000_000), Content_Encoding="gzip"),
            {"max_body": 900_000, "conditions": [{"field": "size", "op": "between", "minimum": 1}]},
            INCONCLUSIVE,
            "body_limit",
            id="a body that unpacks without end",
        ),
        pytest.param(
            page(gzip.compress(b"\0" * 5000), Content_Encoding="gzip"),
            {"max_body": 4999, "conditions": [{"field": "size", "op": "between", "minimum": 1}]},
            INCONCLUSIVE,
            "body_limit",
            id="the limit holds for what is unpacked",
        ),
        pytest.param(
            page(b"", Content_Encoding="gzip"), {"method": "HEAD"}, GOOD, None, id="a packed HEAD"
        ),
        pytest.param(page(b"")[:-2], {"method": "HEAD"}, BAD, "incomplete", id="a cut HEAD"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
            {"method": "HEAD"},
            GOOD,
            None,
            id="HEAD has no body to wait for",
        ),
    ],
)
def test_a_web_server_is_judged_by_its_reply(
    observe: Observe,
    replying: Replying,
    reply: bytes,
    more: Any,
    outcome: Outcome,
    reason: str | None,
) -> None:
    seen = observe(replying(reply), at("/", **more))
    assert (seen.outcome, seen.reason) == (outcome, reason)
    assert (seen.latency is None) == (seen.checked == () or seen.suspect)


def test_all_stages_are_timed_and_told(observe: Observe, replying: Replying) -> None:
    seen = observe(replying(page(b"hello")), at())
    assert [stage.name for stage in seen.stages] == [
        "dns",
        "guard",
        "connect",
        "first_byte",
        "body",
    ]
    assert {"dns", "connect", "first_byte", "body", "total"} <= set(seen.phases)
    assert seen.address == "127.0.0.1"
    assert seen.stages[-1].text == "5 bytes"
    assert seen.suspect or 0 < (seen.latency or 0) <= 2_000_000


def test_a_reset_is_bad(observe: Observe, resetting: Talk) -> None:
    seen = observe(resetting, at())
    assert (seen.outcome, seen.reason) == (BAD, "reset")


def test_a_server_that_accepts_and_says_nothing_times_out(observe: Observe, silent: Talk) -> None:
    seen = observe(silent, at(timeout=100_000))
    assert (seen.outcome, seen.reason) == (BAD, "timeout")
    assert seen.text == "no reply within 0.1 s, at stage first_byte"
    assert 100_000 <= seen.phases["total"] < 400_000


def test_a_server_that_drips_does_not_get_past_the_deadline(observe: Observe) -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    seen = observe(dripping, at(timeout=150_000))
    assert (seen.outcome, seen.reason) == (BAD, "drip")
    assert re.fullmatch(r"the reply was not complete within 0.15 s: 4\d bytes had come", seen.text)
    assert seen.phases["total"] < 400_000


def test_a_closed_port_is_refused(observe: Observe, silent: Talk, closed_port: int) -> None:
    seen = observe(silent, lambda _: at()(closed_port))
    assert (seen.outcome, seen.reason) == (BAD, "refused")


def test_a_private_address_that_is_not_allowed_is_never_dialled(
    observe: Observe, routing: Routing
) -> None:
    asked: list[bytes] = []
    seen = observe(routing({}, asked), at(), allow="")
    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "not_permitted")
    assert [stage.name for stage in seen.stages] == ["dns", "guard"]
    assert asked == []


def test_redirects_are_followed_to_the_page(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    pages = {"/": moved("/there?q=1"), "/there?q=1": page(b"here")}
    seen = observe(routing(pages, asked), at())
    assert seen.outcome is GOOD
    assert len(asked) == 2


def test_more_than_five_redirects_are_not_followed(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    pages = {"/": moved("/1")} | {f"/{n}": moved(f"/{n + 1}") for n in range(1, 9)}
    seen = observe(routing(pages, asked), at())
    assert (seen.outcome, seen.reason) == (BAD, "redirect_limit")
    assert len(asked) == 6


def test_where_no_redirect_is_followed_it_is_the_answer(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    seen = observe(routing({"/": moved("/there")}, asked), at(redirects=0))
    assert (seen.outcome, seen.reason, seen.status) == (BAD, "bad_status", 302)
    assert len(asked) == 1


def test_a_page_that_is_met_again_is_a_circle(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    seen = observe(routing({"/": moved("/there#top"), "/there": moved("/there")}, asked), at())
    assert (seen.outcome, seen.reason) == (BAD, "redirect_loop")
    assert seen.text.endswith("/there again")
    assert len(asked) == 2
    assert seen.status == 302


def test_a_page_may_lead_back_to_itself_once_it_has_set_a_cookie(observe: Observe) -> None:
    asked: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        again = page(b"", "302 Found", Location="/", Set_Cookie="seen=1; HttpOnly")
        writer.write(page(b"welcome") if b"\r\nCookie: seen=1\r\n" in asked[-1] else again)

    assert observe(talk, at()).outcome is GOOD
    assert len(asked) == 2


def test_a_cookie_of_ours_stands_with_those_of_the_target(
    observe: Observe, routing: Routing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_COOKIE", "mine=12345")
    asked: list[bytes] = []
    pages = {"/": page(b"", "302 Found", Location="/there", Set_Cookie="a=b"), "/there": page(b"")}
    observe(routing(pages, asked), at(secret_headers={"Cookie": "env:PROBE_COOKIE"}))
    assert [re.findall(rb"Cookie: (.*)\r", each) for each in asked] == [
        [b"mine=12345"],
        [b"mine=12345; a=b"],
    ]


def test_what_the_target_said_is_known_of_a_failure(observe: Observe, replying: Replying) -> None:
    busy = page(b"later", "429 Too Many Requests", Retry_After="120")[:-1]
    seen = observe(replying(busy), at())
    assert (seen.reason, seen.status, seen.retry_after) == ("incomplete", 429, 120)


def test_a_page_is_asked_for_as_it_is_said(
    observe: Observe, routing: Routing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_TOKEN", "s3cr3t-t0ken")
    asked: list[bytes] = []
    more: dict[str, Any] = {
        "method": "POST",
        "body": "{}",
        "headers": {"Accept": "application/json", "X-From": "a b"},
        "secret_headers": {"X-Key": "env:PROBE_TOKEN"},
        "bearer": "env:PROBE_TOKEN",
        "conditions": [{"field": "header", "op": "absent", "name": "X-Echo"}],
    }
    echo = page(b"", X_Echo="s3cr3t-t0ken")
    seen = observe(routing({"/": echo}, asked), at(**more))
    lines = asked[0].split(b"\r\n")
    assert lines[0] == b"POST / HTTP/1.1"
    assert {
        *(b"Accept: application/json", b"X-From: a b", b"X-Key: s3cr3t-t0ken"),
        *(b"Authorization: Bearer s3cr3t-t0ken", b"Content-Length: 2"),
    } <= set(lines)
    assert b"Accept: */*" not in lines
    assert seen.checked[0].actual == "•••"


def test_what_was_sent_and_what_is_secret_stays_with_its_origin(
    observe: Observe, routing: Routing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_TOKEN", "s3cr3t-t0ken")
    asked: list[bytes] = []
    pages = {"/there": page(b"")}
    elsewhere = "http://localhost"

    def spec(port: int) -> HttpSpec:
        pages["/"] = page(b"", "302 Found", Location=f"{elsewhere}:{port}/there", Set_Cookie="a=b")
        keys: dict[str, Any] = {
            "secret_headers": {"X-Key": "env:PROBE_TOKEN"},
            "bearer": "env:PROBE_TOKEN",
        }
        return at(method="POST", body="{}", family="ipv4", **keys)(port)

    seen = observe(routing(pages, asked), spec)
    assert seen.outcome is GOOD
    assert asked[1].startswith(b"GET /there ")
    assert not re.search(rb"(?i)s3cr3t|cookie|content-length", asked[1])


def test_another_port_of_the_host_is_another_origin(
    observe: Observe,
    routing: Routing,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROBE_TOKEN", "s3cr3t-t0ken")
    there = SplitResult("http", f"127.0.0.1:{closed_port}", "/", "", "")
    here = there._replace(netloc="127.0.0.1:1")
    assert origin(here) != origin(there)

    seen = observe(routing({"/": moved(there.geturl())}, []), at(bearer="env:PROBE_TOKEN"))
    assert (seen.outcome, seen.reason) == (BAD, "refused")
    assert [stage.name for stage in seen.stages][-3:] == ["dns", "guard", "connect"]


def test_what_was_sent_is_not_sent_again_to_another_host(
    observe: Observe, routing: Routing
) -> None:
    asked: list[bytes] = []
    pages: dict[str, bytes] = {}

    def spec(port: int) -> HttpSpec:
        there = f"http://localhost:{port}/there"
        pages["/"] = page(b"", "307 Temporary Redirect", Location=there)
        return at(method="POST", body="{}")(port)

    seen = observe(routing(pages, asked), spec)
    assert (seen.reason, len(asked)) == ("redirect_refused", 1)


def test_a_secret_that_no_header_can_say_is_our_fault_and_not_told(
    observe: Observe,
    silent: Talk,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("PROBE_TOKEN", "two\nlines")
    seen = observe(silent, at(bearer="env:PROBE_TOKEN"))
    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "secret_missing")
    assert "lines" not in repr(seen) + caplog.text


def test_a_host_without_an_address_of_the_family_has_no_data(
    observe: Observe, silent: Talk
) -> None:
    seen = observe(silent, at(family="ipv6"))
    assert (seen.outcome, seen.reason) == (BAD, "no_data")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"body": "x"}, "only POST and PUT", id="a GET with a body"),
        pytest.param({"headers": {"Host": "x"}}, "the prober itself", id="another host"),
        pytest.param({"headers": {"Cookie": "a=b"}}, "by reference", id="a cookie in the open"),
        pytest.param({"headers": {"X": "a\r\nY: b"}}, "pattern", id="a header in a header"),
        pytest.param({"headers": {"X": "a", "x": "b"}}, "given once", id="a header twice"),
        pytest.param({"method": "POST", "body": "é" * 40_000}, "longer", id="too much to say"),
        pytest.param({"bearer": "env:A", "basic": BASIC_AUTH}, "not by both", id="two ways in"),
        pytest.param(
            {"bearer": "env:A", "secret_headers": {"authorization": "env:A"}},
            "one way",
            id="two ways in by a header",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        at(**more)(80)


@pytest.mark.parametrize(
    ("where", "outcome", "reason"),
    [
        pytest.param("http://10.0.0.1/", INCONCLUSIVE, "not_permitted", id="to a private address"),
        pytest.param("file:///etc/hostname", BAD, "redirect_refused", id="to a file"),
        pytest.param("gopher://127.0.0.1:6379/_INFO", BAD, "redirect_refused", id="by gopher"),
        pytest.param("dict://127.0.0.1:11211/stat", BAD, "redirect_refused", id="by dict"),
        pytest.param("ftp://127.0.0.1/", BAD, "redirect_refused", id="by ftp"),
        pytest.param("ldap://127.0.0.1/", BAD, "redirect_refused", id="by ldap"),
        pytest.param("data:text/html,x", BAD, "redirect_refused", id="to itself, by data"),
        pytest.param("javascript:1", BAD, "redirect_refused", id="to a script"),
        pytest.param("http://127.0.0.1:0/", BAD, "redirect_refused", id="to port zero"),
        pytest.param("http://127.0.0.1:99999/", BAD, "redirect_refused", id="to no port"),
        pytest.param("http://u@127.0.0.1/", BAD, "redirect_refused", id="with a user"),
        pytest.param("//u:p@127.0.0.1/", BAD, "redirect_refused", id="with a user, no scheme"),
        pytest.param("http://10.0.0.1:6379/", INCONCLUSIVE, "not_permitted", id="to its port"),
        pytest.param("http://10.0.0.1\\@a.example/", BAD, "redirect_refused", id="a backslash"),
        pytest.param("http://10.0\t.0.1/", INCONCLUSIVE, "not_permitted", id="with a tab"),
        pytest.param("http://10.0.0.1#@a.example/", INCONCLUSIVE, "not_permitted", id="a fragment"),
        pytest.param("http://10.0.0.1?@a.example/", INCONCLUSIVE, "not_permitted", id="a query"),
        pytest.param("http://u:p@127.0.0.1/", BAD, "redirect_refused", id="with a password"),
        pytest.param("http://[::1", BAD, "redirect_refused", id="to nonsense"),
    ],
)
def test_each_redirect_is_guarded_again(
    observe: Observe, routing: Routing, where: str, outcome: Outcome, reason: str
) -> None:
    seen = observe(routing({"/": moved(where)}, []), at())
    assert (seen.outcome, seen.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        pytest.param("/a b", "/a%20b", id="a blank"),
        pytest.param("/a\x7fb", "/a%7Fb", id="a control character"),
    ],
)
def test_what_no_path_can_hold_is_asked_for_as_browsers_do(
    observe: Observe, routing: Routing, where: str, asked: str
) -> None:
    assert observe(routing({"/": moved(where), asked: page(b"")}, []), at()).outcome is GOOD


def test_a_pattern_without_end_holds_up_no_other_thread() -> None:
    with ThreadPoolExecutor() as threads:
        found = threads.submit(searched, "a(b)c", "-abc-").result()
        assert found is not None
        assert found.group(1) == "b"
        with pytest.raises(EndlessPatternError, match="without end"):
            threads.submit(searched, "(a+)+$", "a" * 100 + "!").result()


def test_a_pattern_that_is_looked_for_without_end_holds_up_no_agent(
    observe: Observe, routing: Routing
) -> None:
    endless = {"field": "body", "op": "matches", "pattern": "(a+)+$"}
    seen = observe(routing({"/": page(b"a" * 100 + b"!")}, []), at(conditions=[endless]))
    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "agent_fault")
    assert seen.text == "the pattern (a+)+$ is looked for without end: fewer repetitions help"


def test_whoever_asks_for_patience_without_end_is_heard(observe: Observe, routing: Routing) -> None:
    seen = observe(routing({"/": page(b"", Retry_After="9" * 5000)}, []), at())
    assert seen.outcome is GOOD
    assert seen.retry_after == 999_999_999


def test_a_redirect_that_is_expected_is_an_answer(observe: Observe, routing: Routing) -> None:
    seen = observe(
        routing({"/": moved("http://10.0.0.1/")}, []),
        at(conditions=[STATUS_200 | {"values": [200, 302]}]),
    )
    assert seen.outcome is GOOD


BASIC = {"user": "env:PROBE_USER", "password": "env:PROBE_PASSWORD"}


def test_credentials_are_sent_but_never_told(
    observe: Observe, routing: Routing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_USER", "monitor")
    monkeypatch.setenv("PROBE_PASSWORD", "hunter2")
    asked: list[bytes] = []
    header = {"field": "header", "op": "matches", "name": "X-Echo", "pattern": "^$"}
    echo = page(b"", X_Echo="monitor:hunter2 bW9uaXRvcjpodW50ZXIy")
    seen = observe(routing({"/": echo}, asked), at(basic=BASIC, conditions=[header]))
    assert b"Authorization: Basic bW9uaXRvcjpodW50ZXIy\r\n" in asked[0]
    assert seen.checked[0].actual == "•••:••• •••"
    assert "hunter2" not in repr(seen)
    assert "hunter2" not in repr(seen.evidence())


def test_credentials_are_not_sent_to_another_origin(
    observe: Observe, routing: Routing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_USER", "monitor")
    monkeypatch.setenv("PROBE_PASSWORD", "hunter2")
    asked: list[bytes] = []
    pages = {"/": moved("/same"), "/there": page(b"")}

    def elsewhere(port: int) -> HttpSpec:
        pages["/same"] = moved(f"http://127.0.0.2:{port}/there")
        return at(basic=BASIC)(port)

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await routing(pages, asked)(reader, writer)

    observe(both, elsewhere)
    assert [b"Authorization" in each for each in asked][:2] == [True, True]
    assert all(b"Authorization" not in each for each in asked[2:])


def test_a_missing_secret_is_our_fault(observe: Observe, silent: Talk) -> None:
    seen = observe(silent, at(basic=BASIC))
    assert (seen.outcome, seen.reason) == (INCONCLUSIVE, "secret_missing")
    assert seen.text == "env:PROBE_USER cannot be read: it is not set where the agent runs"


def test_we_say_who_we_are(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    observe(routing({"/a%20b?c=%C3%A9": page(b"")}, asked), at("/a%20b?c=é"))
    assert b"User-Agent: slamon/" in asked[0]
    assert b"Host: 127.0.0.1:" in asked[0]


def test_what_is_left_as_it_is_by_default_is_not_told() -> None:
    told = at()(80).model_dump()
    assert told.keys() == {
        *("kind", "url", "method", "timeout", "conditions", "basic", "redirects", "max_body"),
    }
    assert HttpSpec.model_validate(told) == at()(80)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            {"headers": {"X-From": "a b"}, "secret_headers": {"X": "env:A"}}, id="headers"
        ),
        pytest.param({"method": "PUT", "body": "{}"}, id="a body"),
        pytest.param({"bearer": "file:/run/token", "on_401": "pause"}, id="a token"),
        pytest.param({"verify": False, "family": "ipv6"}, id="a way"),
        pytest.param(
            {"client_certificate": {"certificate": "file:/c", "key": "file:/k"}}, id="a certificate"
        ),
        pytest.param(
            {
                "conditions": [
                    {"field": "json", "op": "compares", "path": "a", "sign": "<", "value": "0.10"}
                ]
            },
            id="an exact decimal",
        ),
    ],
)
def test_what_is_told_is_understood(more: dict[str, Any]) -> None:
    spec = at(**more)(80)
    assert more.keys() <= spec.model_dump().keys()
    assert HttpSpec.model_validate_json(spec.model_dump_json()) == spec
