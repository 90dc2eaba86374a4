"""An agent sends its key to no place where others could read it."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from probes.centre import RECEIVED, Centre, UnreachableError
from probes.way import UnsafeWayError, Way, told
from slamon.demo.certificate import Identity, issue


class Talk(BaseHTTPRequestHandler):
    """Says what it was told of key and wire."""

    def do_GET(self) -> None:
        body = f"{self.headers['Authorization']} {self.headers['Slamon-Wire']}".encode()
        self.send_response(200)
        self.send_header(RECEIVED, str(time.time_ns() // 1000))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def identity() -> Identity:
    return issue(time.time_ns() // 1000)


@pytest.fixture
def served(identity: Identity) -> Iterator[str]:
    """The address of a centre with a certificate of its own."""
    server = HTTPServer(("127.0.0.1", 0), Talk)
    server.socket = identity.context().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def authority(identity: Identity, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    file.write_bytes(identity.certificate)
    return file


def test_the_key_goes_to_a_centre_whose_certificate_is_vouched_for(
    served: str, authority: Path
) -> None:
    answer = Centre(served, "vienna", "key-1", authority).assignment(None)

    assert answer.body == b"Bearer key-1 2"


def test_the_key_does_not_go_to_a_centre_that_nobody_vouches_for(served: str) -> None:
    with pytest.raises(UnreachableError, match=r"nobody known here .*; set SLAMON_CENTRE_CA to"):
        Centre(served, "vienna", "key-1").assignment(None)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        pytest.param(18, "set SLAMON_CENTRE_CA to a file", id="it vouches for itself"),
        pytest.param(20, "set SLAMON_CENTRE_CA to a file", id="its authority is not known"),
        pytest.param(62, "SLAMON_CENTRE must name it as", id="it is of another name"),
        pytest.param(10, "its certificate is not valid: why", id="it is over"),
    ],
)
def test_what_is_wrong_with_a_certificate_names_its_setting(code: int, sentence: str) -> None:
    fault = ssl.SSLCertVerificationError()
    fault.verify_code, fault.verify_message = code, "why"

    assert sentence in told(fault)


def test_proxies_that_the_environment_names_are_not_used(
    served: str, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert Centre(served, "vienna", "key-1", authority).assignment(None).status == 200


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://127.0.0.1:8000", id="this machine by its address"),
        pytest.param("http://[::1]:8000/", id="this machine by its other address"),
        pytest.param("http://localhost", id="this machine by its name"),
        pytest.param("https://slamon.example", id="another machine over HTTPS"),
    ],
)
def test_a_way_that_nobody_reads_along_is_taken(address: str) -> None:
    assert Way(address).url.geturl() == address


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://slamon.example", id="another machine"),
        pytest.param("http://192.0.2.7:8000", id="another address"),
        pytest.param("http://localhost.example", id="a name that begins like ours"),
        pytest.param("http://127.0.0.1.example", id="a name that begins like our address"),
    ],
)
def test_plain_http_to_another_machine_is_refused(address: str) -> None:
    with pytest.raises(UnsafeWayError, match="is plain HTTP, and everybody on the way"):
        Way(address)


@pytest.fixture
def agent(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Start an agent by its environment, which must end by itself."""

    def run(**told: str) -> subprocess.CompletedProcess[str]:
        ours = {n: value for n, value in os.environ.items() if not n.startswith("SLAMON_")}
        named = {"SLAMON_AGENT_ID": "vienna", "SLAMON_SPOOL": str(tmp_path / "spool.db"), **told}
        return subprocess.run(
            [sys.executable, "-m", "probes"],
            env={**ours, **named},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param(
            {"SLAMON_CENTRE": "http://slamon.example", "SLAMON_AGENT_KEY": "k"},
            "SLAMON_CENTRE: http://slamon.example/ is plain HTTP",
            id="a centre that is reached by plain HTTP",
        ),
        pytest.param(
            {
                "SLAMON_CENTRE": "https://slamon.example",
                "SLAMON_AGENT_KEY": "k",
                "SLAMON_CENTRE_CA": "nowhere.pem",
            },
            "SLAMON_CENTRE: nowhere.pem holds no certificate of an authority in PEM",
            id="an authority that is not there",
        ),
        pytest.param(
            {"SLAMON_CENTRE": "https://slamon.example"},
            "SLAMON_AGENT_KEY or SLAMON_AGENT_KEY_FILE gives the key, one of both",
            id="no key",
        ),
        pytest.param(
            {"SLAMON_CENTRE": "https://slamon.example", "SLAMON_AGENT_KEY_FILE": "nowhere"},
            "SLAMON_AGENT_KEY_FILE: nowhere holds no key",
            id="a file of the key that is not there",
        ),
    ],
)
def test_an_agent_that_is_told_wrongly_ends_at_once_and_says_what_is_wrong(
    agent: Callable[..., subprocess.CompletedProcess[str]], told: dict[str, str], sentence: str
) -> None:
    done = agent(**told)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert sentence in done.stderr
