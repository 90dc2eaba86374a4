"""HTTPS: certificates that a probe shows itself, targets it believes without one, and ends that are none."""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.web import HttpSpec
from probes.tls import TlsContext
from tests.servers.authority import Authority, Pair
from tests.servers.web import Nginx

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Observe = Callable[..., Observation]


def probed(trusting: TlsContext, contact: str = "", **more: Any) -> Observation:
    """Ask once, from an agent that may probe loopback."""

    async def once() -> Observation:
        spec = HttpSpec.model_validate({"timeout": 3_000_000} | more)
        surroundings = Surroundings(networks("127.0.0.0/8"), tls=trusting, contact=contact)
        return await ask(spec, surroundings)

    return asyncio.run(once())


def shown(certificate: Path, key: Path) -> dict[str, str]:
    return {"certificate": f"file:{certificate}", "key": f"file:{key}"}


def test_a_server_lets_in_who_shows_a_certificate(
    nginx: Nginx, authority: Authority, client_pair: Pair
) -> None:
    mine = shown(client_pair.certificate, client_pair.key)
    seen = probed(authority.for_probes(), url=nginx.client_url("/"), client_certificate=mine)
    assert (seen.outcome, seen.status) == (Outcome.GOOD, 200)


def test_a_server_does_not_let_in_who_shows_none(nginx: Nginx, authority: Authority) -> None:
    seen = probed(authority.for_probes(), url=nginx.client_url("/"))
    assert (seen.outcome, seen.status) == (Outcome.BAD, 400)


def test_who_shows_a_certificate_verifies_that_of_the_target_all_the_same(
    nginx: Nginx, client_pair: Pair
) -> None:
    mine = shown(client_pair.certificate, client_pair.key)
    seen = probed(TlsContext(), url=nginx.client_url("/"), client_certificate=mine)
    assert (seen.outcome, seen.reason) == (Outcome.BAD, "tls_chain")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param(None, "cannot be read", id="no file"),
        pytest.param("nonsense", "no certificate with its key", id="no certificate"),
    ],
)
def test_a_certificate_of_ours_that_is_none_is_our_fault(
    nginx: Nginx, authority: Authority, tmp_path: Path, content: str | None, text: str
) -> None:
    path = tmp_path / "client.pem"
    if content is not None:
        path.write_text(content)
    mine = shown(path, path)
    seen = probed(authority.for_probes(), url=nginx.client_url("/"), client_certificate=mine)
    assert (seen.outcome, seen.reason) == (Outcome.INCONCLUSIVE, "secret_missing")
    assert text in seen.text


def test_a_renewed_certificate_is_read_anew(
    nginx: Nginx, authority: Authority, client_pair: Pair, tmp_path: Path
) -> None:
    path = tmp_path / "client.pem"
    path.write_text("not yet")
    asked: dict[str, Any] = {"url": nginx.client_url("/"), "client_certificate": shown(path, path)}
    assert probed(authority.for_probes(), **asked).reason == "secret_missing"
    path.write_bytes(client_pair.certificate.read_bytes() + client_pair.key.read_bytes())
    os.utime(path, (1, 1))
    assert probed(authority.for_probes(), **asked).outcome is Outcome.GOOD


def test_a_target_is_believed_without_proof_only_where_that_is_said(nginx: Nginx) -> None:
    strangers = TlsContext()
    assert probed(strangers, url=nginx.tls_url("/")).reason == "tls_chain"
    seen = probed(strangers, url=nginx.tls_url("/"), verify=False)
    assert seen.outcome is Outcome.GOOD
    assert seen.heard.certificates


def test_who_is_probed_can_learn_by_whom(nginx: Nginx, authority: Authority) -> None:
    page = "https://probing.example/"
    assert probed(authority.for_probes(), page, url=nginx.url("/?contact")).outcome is Outcome.GOOD
    asked = [
        line
        for line in (nginx.folder / "access.log").read_text().splitlines()
        if "/?contact" in line
    ]
    assert re.search(r'"slamon/\S+ \(\+https://probing\.example/\)"$', asked[0])


@pytest.mark.parametrize(
    ("polite", "outcome", "reason"),
    [
        pytest.param(True, Outcome.GOOD, None, id="a goodbye ends the page"),
        pytest.param(False, Outcome.BAD, "incomplete", id="without one nobody knows"),
    ],
)
def test_where_the_end_of_tls_ends_the_page_it_must_be_said(
    observe: Observe,
    authority: Authority,
    server_pair: Pair,
    polite: bool,  # noqa: FBT001
    outcome: Outcome,
    reason: str | None,
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nhalf a page")
        await writer.drain()
        if not polite:
            await asyncio.sleep(0.05)
            writer.transport.get_extra_info("socket").shutdown(1)

    terms = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    terms.load_cert_chain(server_pair.certificate, server_pair.key)
    seen = observe(
        talk,
        lambda port: HttpSpec(url=f"https://localhost:{port}/", timeout=2_000_000),
        served_with=terms,
        trusting=authority.for_probes(),
    )
    assert (seen.outcome, seen.reason) == (outcome, reason)
