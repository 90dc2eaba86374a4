"""Secrets: references resolved on the agent at run time, and their values blotted out of every text."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from json import dumps
from pathlib import Path
from urllib.parse import quote

from probes.conditions.requirement import CUT
from probes.observation import Failure, Reason, inconclusive

BLOT = "•••"
SHORTEST_BLOTTED = 4
OURS = frozenset({"SLAMON_AGENT_KEY", "SLAMON_DATABASE"})
FILES_OF_OURS = ("SLAMON_AGENT_KEY_FILE", "SLAMON_SPOOL")


def resolved(reference: str) -> str:
    """Return the value behind `env:NAME` or `file:/path` (without its last line end).

    Raises:
        Failure: inconclusive, naming the reference, never a value.

    """
    scheme, _, name = reference.partition(":")
    if _is_our_own(scheme, name):
        raise unreadable(reference, "what the agent itself signs in with is told to no target")
    try:
        value = os.environ[name] if scheme == "env" else Path(name).read_text().rstrip("\n")
    except KeyError:
        raise unreadable(reference, "it is not set where the agent runs") from None
    except OSError as fault:
        raise unreadable(reference, fault.strerror or "it is no file") from None
    except UnicodeDecodeError:
        raise unreadable(reference, "it is no text") from None
    if not value:
        raise inconclusive(Reason.SECRET_MISSING, f"{reference} is empty")
    return value


def _is_our_own(scheme: str, name: str) -> bool:
    """Whether it is the key, the spool or the database of slamon itself, which no document may send off."""
    if scheme == "env":
        return name.upper() in OURS
    ours = (Path(os.environ[each]) for each in FILES_OF_OURS if each in os.environ)
    return any(Path(name).resolve() == each.resolve() for each in ours)


def unreadable(reference: str, why: str) -> Failure:
    """Make the failure of a secret that cannot be had; it never says what is in it."""
    return inconclusive(Reason.SECRET_MISSING, f"{reference} cannot be read: {why}")


def basic_credentials(user: str, password: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def blotted(text: str, secrets: Iterable[str]) -> str:
    """Replace each secret in the text, however it is written, and be it that the text was cut off within it.

    Very short ones are left, or the text would be unreadable.
    """
    long = [each for each in secrets if len(each) >= SHORTEST_BLOTTED]
    spelled = {form for each in long for form in (each, dumps(each)[1:-1], quote(each, safe=""))}
    for secret in sorted(spelled, key=len, reverse=True):
        text = text.replace(secret, BLOT)
        for length in range(len(secret) - 1, SHORTEST_BLOTTED - 1, -1):
            begun = secret[:length]
            text = text.replace(f"{begun}{CUT}", f"{BLOT}{CUT}")
            if text.endswith(begun):
                text = text.removesuffix(begun) + BLOT
    return text
