"""With which rules figures are computed: the versions of this program and of its time-zone data."""

from __future__ import annotations

from importlib.metadata import version
from typing import NamedTuple

ITSELF = "slamon"
"""The actor of what nobody decided: closing after the closing time, restating."""


class Program(NamedTuple):
    """Versions that a closed period names, so that its figures can be computed again."""

    code_version: str
    tzdata: str


def this_program() -> Program:
    """The versions that run now."""
    return Program(version("slamon"), version("tzdata"))
