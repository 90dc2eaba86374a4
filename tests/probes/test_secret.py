"""Secrets are blotted out of every text, however a target writes them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from probes.conditions.requirement import EXCERPT, excerpt
from probes.observation import Failure
from probes.outcome import Outcome
from probes.secret import blotted, resolved

SECRET = 'key "7f3a" / 9c+1e'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(f"heard {SECRET}.", "heard •••.", id="as it is"),
        pytest.param(f"heard {json.dumps(SECRET)}", 'heard "•••"', id="in JSON"),
        pytest.param(f"led to /?k={quote(SECRET, safe='')}", "led to /?k=•••", id="in an address"),
        pytest.param("the name abc", "the name abc", id="a text without it"),
    ],
)
def test_a_secret_is_blotted_however_it_is_written(text: str, told: str) -> None:
    assert blotted(text, [SECRET, "abc"]) == told


@pytest.mark.parametrize("seen", range(4, len(SECRET)))
def test_the_beginning_of_a_secret_at_which_a_text_was_cut_is_blotted(seen: int) -> None:
    before = "x" * (EXCERPT - seen)
    line = f"{before}{SECRET}"
    assert blotted(line[:EXCERPT], [SECRET]) == f"{before}•••"
    assert blotted(f"heard {excerpt(line)} here", [SECRET]) == f"heard {before}•••… here"


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("env:SLAMON_AGENT_KEY", id="the agent's key"),
        pytest.param("env:SLAMON_DATABASE", id="a setting that holds a password"),
        pytest.param("env:slamon_agent_key", id="whatever case a system takes"),
        pytest.param("file:{folder}/agent.key", id="the file of the key"),
        pytest.param("file:{folder}/../{name}/agent.key", id="the same by another path"),
        pytest.param("file:{folder}/link", id="the same by a link"),
    ],
)
def test_what_the_agent_signs_in_with_is_told_to_no_target(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "agent.key"
    key.write_text("key-of-the-agent")
    (tmp_path / "link").symlink_to(key)
    monkeypatch.setenv("SLAMON_AGENT_KEY", "key-of-the-agent")
    monkeypatch.setenv("slamon_agent_key", "key-of-the-agent")
    monkeypatch.setenv("SLAMON_DATABASE", "postgresql://u:p@localhost/d")
    monkeypatch.setenv("SLAMON_AGENT_KEY_FILE", str(key))

    with pytest.raises(Failure, match="told to no target") as refused:
        resolved(reference.format(folder=tmp_path, name=tmp_path.name))

    assert refused.value.outcome is Outcome.INCONCLUSIVE
