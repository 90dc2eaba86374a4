"""Secrets: references resolved on the agent at run time, and their values blotted out of every text."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from probes.observation import Failure, Reason, inconclusive

BLOT = "•••"
SHORTEST_BLOTTED = 4


def resolved(reference: str) -> str:
    """Return the value behind `env:NAME` or `file:/path` (without its last line end).

    Raises:
        Failure: inconclusive, naming the reference, never a value.

    """
    scheme, _, name = reference.partition(":")
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


def unreadable(reference: str, why: str) -> Failure:
    """Make the failure of a secret that cannot be had; it never says what is in it."""
    return inconclusive(Reason.SECRET_MISSING, f"{reference} cannot be read: {why}")


def basic_credentials(user: str, password: str) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def blotted(text: str, secrets: Iterable[str]) -> str:
    """Replace each secret in the text; very short ones are left, or the text would be unreadable."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_BLOTTED:
            text = text.replace(secret, BLOT)
    return text
