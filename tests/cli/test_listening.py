"""The web serves HTTPS by a certificate and its key, or says what is wrong with them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from slamon.cli.listening import must_be_whole
from slamon.cli.settings import Settings
from slamon.demo.certificate import issue


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str], Path]:
    """Files by their names: a certificate, its key, another key, and one that holds neither."""
    ours, others = (issue(time.time_ns() // 1000) for _ in range(2))
    told = {"certificate": ours.certificate, "key": ours.key, "other": others.key, "text": b"none"}
    for name, content in told.items():
        (tmp_path / name).write_bytes(content)
    return lambda name: tmp_path / name


def test_a_certificate_with_its_key_is_taken(files: Callable[[str], Path]) -> None:
    assert must_be_whole(Settings(tls_certificate=files("certificate"), tls_key=files("key")))


def test_without_both_there_is_no_https() -> None:
    assert not must_be_whole(Settings())


@pytest.mark.parametrize(
    ("certificate", "key", "sentence"),
    [
        pytest.param("certificate", None, "are set together, or none of them", id="no key"),
        pytest.param(None, "key", "are set together, or none of them", id="no certificate"),
        pytest.param(
            "certificate", "nowhere", "SLAMON_TLS_KEY: there is no file", id="a key that is missing"
        ),
        pytest.param(
            "nowhere",
            "key",
            "SLAMON_TLS_CERTIFICATE: there is no file",
            id="a certificate that is missing",
        ),
        pytest.param(
            "certificate", "other", "is not the key of the certificate in", id="another's key"
        ),
        pytest.param("text", "key", "hold no certificate", id="a file without a certificate"),
        pytest.param("certificate", "text", "hold no certificate", id="a file without a key"),
    ],
)
def test_what_is_wrong_with_them_is_said(
    files: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    certificate: str | None,
    key: str | None,
    sentence: str,
) -> None:
    given = Settings(
        tls_certificate=files(certificate) if certificate else None,
        tls_key=files(key) if key else None,
    )

    with pytest.raises(typer.Exit) as left:
        must_be_whole(given)

    assert left.value.exit_code == 2
    assert sentence in capsys.readouterr().err
