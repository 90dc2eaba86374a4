"""Steps: pages one after another, of which later ones use what earlier ones said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from probes.observation import Observation
from probes.outcome import Outcome
from probes.specs.steps import Step, StepsSpec

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]
Routing = Callable[[dict[str, bytes], list[bytes]], Talk]

GOOD, DEGRADED, BAD = Outcome.GOOD, Outcome.DEGRADED, Outcome.BAD


def page(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def walk(*steps: dict[str, Any], **more: Any) -> Callable[[int], StepsSpec]:
    """The steps, each at a path of the server on the port."""

    def spec(port: int) -> StepsSpec:
        at = [step | {"url": f"http://127.0.0.1:{port}{step['url']}"} for step in steps]
        return StepsSpec.model_validate({"timeout": 2_000_000, "steps": at} | more)

    return spec


LOGIN = {
    "name": "login",
    "url": "/login",
    "extract": {"token": {"source": "json", "path": "auth.token", "secret": True}},
}
LIST = {
    "name": "list",
    "url": "/list?t={token}",
    "headers": {"X-Token": "{token}"},
    "extract": {
        "item": {"source": "body", "pattern": "<li>([^<]+)</li>"},
        "version": {"source": "header", "name": "X-Version"},
    },
}
ITEM = {
    "name": "item",
    "url": "/item/{item}",
    "method": "POST",
    "body": '{"version": "{version}", "empty": {}}',
    "conditions": [{"field": "body", "op": "contains", "text": "found"}],
}
PAGES = {
    "/login": page(b'{"auth": {"token": "t0/k3n&x"}}', Set_Cookie="session=41"),
    "/list?t=t0%2Fk3n%26x": page(b"<ul><li>a b</li></ul>", X_Version="{token}"),
    "/item/a%20b": page(b"found"),
}


def test_later_pages_use_what_earlier_ones_said(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    seen = observe(routing(PAGES, asked), walk(LOGIN, LIST, ITEM))
    assert (seen.outcome, seen.reason, seen.text) == (GOOD, None, "")
    assert b"\r\nX-Token: t0/k3n&x\r\n" in asked[1]
    assert b"\r\nCookie: session=41\r\n" in asked[1]
    assert b"\r\nContent-Length: 35\r\n" in asked[2]  # a value is not read for variables again
    assert {"step.login", "step.list", "step.item", "total"} <= set(seen.phases)
    assert [each.condition.expectation() for each in seen.checked] == [
        "step login: status is 200",
        "step list: status is 200",
        "step item: body contains 'found'",
    ]


def test_what_is_extracted_as_a_secret_is_told_to_nobody(
    observe: Observe, routing: Routing
) -> None:
    url = {"field": "url", "op": "matches", "pattern": "^$"}
    seen = observe(routing(PAGES, []), walk(LOGIN, LIST | {"conditions": [url]}))
    assert seen.reason == "bad_url"
    assert seen.checked[-1].actual.endswith("/list?t=•••")


def test_what_is_extracted_stays_with_its_origin(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    pages = PAGES | {"/there": page(b"")}

    def spec(port: int) -> StepsSpec:
        there = f"http://localhost:{port}/there"
        pages["/list?t=t0%2Fk3n%26x"] = page(b"", "302 Found", Location=there)
        return walk(LOGIN, LIST | {"extract": {}}, family="ipv4")(port)

    assert observe(routing(pages, asked), spec).outcome is GOOD
    assert b"\r\nX-Token: t0/k3n&x\r\n" in asked[1]
    assert asked[2].startswith(b"GET /there ")
    assert b"t0/k3n" not in asked[2]


def test_the_first_bad_step_ends_it_and_is_named(observe: Observe, routing: Routing) -> None:
    asked: list[bytes] = []
    pages = PAGES | {"/list?t=t0%2Fk3n%26x": page(b"", "503 Service Unavailable")}
    seen = observe(routing(pages, asked), walk(LOGIN, LIST, ITEM))
    assert (seen.outcome, seen.reason) == (BAD, "bad_status")
    assert seen.text == "expected: step list: status is 200; found: 503"
    assert [each.actual for each in seen.checked] == ["200", "503", "not reached"]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("pages", "reason", "text"),
    [
        pytest.param(
            {"/login": page(b"hello")[:-1]},
            "incomplete",
            "step login: the connection ended before the reply did",
            id="a reply that breaks off",
        ),
        pytest.param(
            {"/login": page(b"{}")},
            "extraction",
            "step login: there is nothing to extract token from",
            id="nothing to go on with",
        ),
        pytest.param(
            {"/login": page(b'{"auth": {"token": "a\\r\\nb"}}')},
            "extraction",
            "step login: what is extracted as token cannot be sent: it is too long or no plain text",
            id="a value with a line end",
        ),
        pytest.param(
            {"/login": page(b"", "302 Found", Location="/login")},
            "redirect_loop",
            "",
            id="a circle",
        ),
    ],
)
def test_a_step_that_fails_is_named(
    observe: Observe, routing: Routing, pages: dict[str, bytes], reason: str, text: str
) -> None:
    seen = observe(routing(pages, []), walk(LOGIN, LIST))
    assert (seen.outcome, seen.reason) == (BAD, reason)
    assert seen.text.startswith(text or "step login: redirected to ")


def test_a_step_without_an_answer_is_named(observe: Observe, silent: Talk) -> None:
    seen = observe(silent, walk(LOGIN, timeout=100_000))
    assert (seen.outcome, seen.reason) == (BAD, "timeout")
    assert seen.text == "step login: no reply within 0.1 s, at stage first_byte"


def test_a_step_may_degrade_and_is_gone_on_from(observe: Observe, routing: Routing) -> None:
    quick = {"field": "latency", "op": "at_most", "phase": "step.login", "most": 1}
    wanted = {
        "field": "header",
        "op": "matches",
        "name": "X-A",
        "pattern": ".",
        "severity": "degraded",
    }
    step = LOGIN | {"conditions": [wanted]}
    seen = observe(routing(PAGES, []), walk(step, LIST, latency=[quick]))
    assert (seen.outcome, seen.text) == (
        DEGRADED,
        "expected: step login: header X-A matches .; found: header absent",
    )
    assert [each.outcome for each in seen.checked] == [DEGRADED, GOOD, DEGRADED]


def test_each_page_of_a_walk_is_guarded(observe: Observe, routing: Routing) -> None:
    pages = PAGES | {"/login": page(b"", "302 Found", Location="http://169.254.169.254/")}
    seen = observe(routing(pages, []), walk(LOGIN))
    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "not_permitted")


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        pytest.param([], "at least 1 item", id="no steps"),
        pytest.param([LOGIN, LOGIN], "name of its own", id="a name twice"),
        pytest.param([LIST, LOGIN], "no step before list extracts", id="a value not known yet"),
        pytest.param([LOGIN | {"url": "@{token}/"}], "password|host", id="another host by a value"),
        pytest.param([LOGIN | {"url": "{token}/"}], "[Pp]ort", id="another port by a value"),
        pytest.param(
            [LOGIN | {"extract": {"a": {"source": "body", "pattern": "b"}}}],
            "exactly one group",
            id="a pattern without a group",
        ),
    ],
)
def test_steps_that_cannot_be_walked_are_refused(steps: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        walk(*steps)(80)


def test_a_value_names_no_host() -> None:
    with pytest.raises(ValidationError, match="must not change the host"):
        Step.model_validate(LOGIN | {"url": "https://{token}.example/"})


def test_the_time_of_a_step_there_is_not_is_refused() -> None:
    late = {"field": "latency", "op": "at_most", "phase": "step.pay", "most": 1}
    with pytest.raises(ValidationError, match="there is no step"):
        walk(LOGIN, latency=[late])(80)


def test_steps_are_told_to_an_agent_as_they_are() -> None:
    spec = walk(LOGIN, LIST, ITEM)(80)
    assert StepsSpec.model_validate_json(spec.model_dump_json()) == spec
