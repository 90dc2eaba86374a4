"""HTTP: what a page is fetched with, and what its reply must fulfil."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import JsonEquals, JsonExists
from probes.conditions.web import BodyContains, BodyMatches, HeaderMatches, StatusIn
from probes.specs.wire import MIB, Microseconds, SecretRef, Wire

_Body = Annotated[BodyContains | BodyMatches, Field(discriminator="op")]
_Json = Annotated[JsonEquals | JsonExists, Field(discriminator="op")]
HttpCondition = Annotated[
    StatusIn | HeaderMatches | _Body | _Json | MinDaysLeft, Field(discriminator="field")
]


def _is_probe_url(url: str) -> str:
    parts = urlsplit(url)
    faults = {
        "the scheme must be http or https": parts.scheme not in {"http", "https"},
        "a host is missing": not parts.hostname,
        "user and password do not belong into an URL": parts.username is not None,
        "spaces and control characters are not allowed": re.search(r"[\s\x00-\x1f]", url)
        is not None,
    }
    for message, present in faults.items():
        if present:
            raise ValueError(message)
    _ = parts.port
    return url


class BasicAuth(Wire):
    """User and password as references (`env:NAME`, `file:/path`) that only the agent resolves."""

    user: SecretRef
    password: SecretRef


class HttpSpec(Wire):
    """Fetch a page; `timeout` in µs bounds the whole attempt, `max_body` in bytes the body read.

    The status must be 200 unless `conditions` say otherwise; without any, each complete reply is good.
    """

    kind: Literal["http"] = "http"
    url: Annotated[str, AfterValidator(_is_probe_url)]
    method: Literal["GET", "HEAD"] = "GET"
    timeout: Microseconds
    conditions: tuple[HttpCondition, ...] = (StatusIn(values=(200,)),)
    basic: BasicAuth | None = None
    redirects: Annotated[int, Field(ge=0, le=5)] = 5
    max_body: Annotated[int, Field(gt=0, le=16 * MIB)] = MIB

    @property
    def host(self) -> str:
        """The host asked; probes of one host share its places."""
        return urlsplit(self.url).hostname or ""

    @property
    def target(self) -> str:
        """The target in words."""
        return self.url
