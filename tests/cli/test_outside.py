"""Addresses that are printed are those by which others reach slamon; whatever it listens on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from slamon.cli.listening import guessed, listen, loopback_url, outer_url
from slamon.cli.settings import Settings
from slamon.cli.signing import address_in
from slamon.demo.certificate import issue

PATIENCE = 30
WORLD = Path("catalogue/starter/cms-2008")
NAME = socket.gethostname()
EVERYWHERE = "0.0.0.0"


@pytest.mark.parametrize(
    ("host", "given", "outer", "inner"),
    [
        pytest.param("127.0.0.1", "", "http://127.0.0.1:{}", "http://127.0.0.1:{}", id="one"),
        pytest.param(EVERYWHERE, "", f"http://{NAME}:{{}}", "http://127.0.0.1:{}", id="all"),
        pytest.param("::1", "", "http://[::1]:{}", "http://[::1]:{}", id="one of IPv6"),
        pytest.param("::", "", f"http://{NAME}:{{}}", "http://[::1]:{}", id="all of IPv6"),
        pytest.param(
            EVERYWHERE,
            "https://slamon.example/",
            "https://slamon.example",
            "http://127.0.0.1:{}",
            id="behind another web server",
        ),
    ],
)
def test_what_others_are_told_is_no_address_of_nobody(
    host: str, given: str, outer: str, inner: str
) -> None:
    settings = Settings(host=host, port=0, url=given)
    with listen(settings, any_port=False) as web:
        port = web.getsockname()[1]
        told = outer_url(web, settings)

        assert (told, loopback_url(web)) == (outer.format(port), inner.format(port))
    assert guessed(told, settings) == (NAME in outer)


@pytest.mark.parametrize(
    "given",
    [
        pytest.param("slamon.example", id="no scheme"),
        pytest.param("ftp://slamon.example", id="another scheme"),
        pytest.param("https://slamon.example/monitor", id="a path"),
        pytest.param("https://ann:word@slamon.example", id="a name and a password"),
        pytest.param("https://slamon.example?a=1", id="a query"),
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="is no address of the form https://HOST"):
        Settings(url=given)


@pytest.fixture
def everywhere(commands: Callable[..., Any], tmp_path: Path, tree: Path) -> Iterator[Any]:
    """The commands on a folder whose slamon listens everywhere, by a certificate of its own."""
    slamon = commands(tmp_path / "var")
    assert slamon("catalogue", "apply", tree / WORLD, "--yes").exit_code == 0
    ours = issue(time.time_ns() // 1000)
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(ours.certificate)
    key.write_bytes(ours.key)
    env = {
        **os.environ,
        "SLAMON_DATA": str(slamon.folder),
        "SLAMON_HOST": EVERYWHERE,
        "SLAMON_PORT": "0",
        "SLAMON_TLS_CERTIFICATE": str(chain),
        "SLAMON_TLS_KEY": str(key),
    }
    command = [str(Path(sys.executable).with_name("slamon")), "up", "--no-agent"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while not (slamon.folder / "address").is_file():
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.05)
    yield slamon
    process.kill()
    process.wait()


def test_an_agent_is_told_whom_to_ask_and_whom_to_trust(
    everywhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = address_in(everywhere.folder)
    assert inner is not None
    port = inner.rpartition(":")[2]
    assert inner == f"https://127.0.0.1:{port}"
    enrol = ("agent", "enrol", "vienna", "--location", "loc-outside")

    said = everywhere(*enrol)
    assert f"export SLAMON_CENTRE=https://{NAME}:{port}" in said.stdout
    assert "export SLAMON_CENTRE_CA=/etc/slamon/authority.pem" in said.stdout
    assert "SLAMON_URL=https://slamon.example" in said.stderr
    assert "copy that of the authority" in said.stderr
    assert everywhere("sign-in").stdout.startswith(f"https://{NAME}:{port}/sign-in/")

    monkeypatch.setenv("SLAMON_URL", f"https://127.0.0.1:{port}")
    told = everywhere.json(*enrol, "--renew")["environment"]
    assert told["SLAMON_CENTRE"] == f"https://127.0.0.1:{port}"
    assert everywhere("sign-in").stdout.startswith(f"https://127.0.0.1:{port}/sign-in/")
