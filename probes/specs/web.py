"""HTTP: what a page is fetched with, and what its reply must fulfil."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import (
    HealthPasses,
    JsonCompares,
    JsonCounts,
    JsonEquals,
    JsonExists,
    JsonFresh,
    JsonMatches,
    JsonOneOf,
)
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import (
    BodyContains,
    BodyLacks,
    BodyMatches,
    HeaderAbsent,
    HeaderFresh,
    HeaderMatches,
    HeaderName,
    HttpVersionIn,
    SizeBetween,
    StatusIn,
    UrlMatches,
)
from probes.specs.wire import MIB, Family, Microseconds, SecretRef, Wire

_Header = Annotated[HeaderMatches | HeaderAbsent | HeaderFresh, Field(discriminator="op")]
_Body = Annotated[BodyContains | BodyLacks | BodyMatches, Field(discriminator="op")]
_Json = Annotated[
    JsonEquals | JsonExists | JsonOneOf | JsonCompares | JsonCounts | JsonMatches | JsonFresh,
    Field(discriminator="op"),
]
PageCondition = Annotated[
    StatusIn
    | HttpVersionIn
    | _Header
    | UrlMatches
    | SizeBetween
    | _Body
    | _Json
    | HealthPasses
    | MinDaysLeft,
    Field(discriminator="field"),
]
HttpCondition = Annotated[PageCondition | LatencyAtMost, Field(discriminator="field")]

Method = Literal["GET", "HEAD", "POST", "PUT"]
# What the prober says of the exchange itself, and what may only be given by reference.
OURS = frozenset(
    {"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)
SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})
BODY_LIMIT = 64 * 1024

HeaderValue = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$", max_length=4096)
]
FileRef = Annotated[str, StringConstraints(pattern=r"^file:/.+$")]


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


ProbeUrl = Annotated[str, AfterValidator(_is_probe_url)]


class BasicAuth(Wire):
    """User and password as references (`env:NAME`, `file:/path`) that only the agent resolves."""

    user: SecretRef
    password: SecretRef


class ClientCertificate(Wire):
    """Where the agent finds the certificate (with its chain) that it shows, and its key, in PEM."""

    certificate: FileRef
    key: FileRef


def _none(value: object) -> bool:
    return value is None


def _empty(value: object) -> bool:
    return not value


def _true(value: object) -> bool:
    return value is True


class WebAccess(Wire):
    """How a web server is spoken with; what is left as it is by default is not told, so that wire 1 reads it too.

    `redirects` is how many are followed, `max_body` how many unpacked bytes of a body are read. Without `verify`
    anybody may answer in the target's name. `family` names the addresses dialled. `on_401` says whether a refusal (401)
    pauses the probe, lest it locks an account.
    """

    basic: BasicAuth | None = None
    redirects: Annotated[int, Field(ge=0, le=5)] = 5
    max_body: Annotated[int, Field(gt=0, le=16 * MIB)] = MIB
    bearer: SecretRef | None = Field(default=None, exclude_if=_none)
    client_certificate: ClientCertificate | None = Field(default=None, exclude_if=_none)
    verify: bool = Field(default=True, exclude_if=_true)
    family: Family | None = Field(default=None, exclude_if=_none)
    on_401: Literal["pause", "go_on"] = Field(
        default="go_on", exclude_if=lambda said: said == "go_on"
    )

    @model_validator(mode="after")
    def _signs_in_by_one_way(self) -> Self:
        if self.basic is not None and self.bearer is not None:
            message = "a probe signs in by basic or by bearer, not by both"
            raise ValueError(message)
        return self


class PageRequest(Wire):
    """What is said to a web server besides the address; `secret_headers` are resolved by the agent alone."""

    method: Method = "GET"
    headers: dict[HeaderName, HeaderValue] = Field(default={}, exclude_if=_empty)
    secret_headers: dict[HeaderName, SecretRef] = Field(default={}, exclude_if=_empty)
    body: Annotated[str, StringConstraints(max_length=BODY_LIMIT)] | None = Field(
        default=None, exclude_if=_none
    )

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        plain = {name.lower() for name in self.headers}
        secret = {name.lower() for name in self.secret_headers}
        faults = {
            "only POST and PUT have a body": self.body and self.method not in {"POST", "PUT"},
            f"the body is longer than {BODY_LIMIT} bytes": len((self.body or "").encode())
            > BODY_LIMIT,
            "the prober itself says those headers": (plain | secret) & OURS,
            "secrets are given by reference, in secret_headers": plain & SECRET,
            "a header is given once": plain & secret
            or len(plain) + len(secret) != len(self.headers) + len(self.secret_headers),
        }
        for message, present in faults.items():
            if present:
                raise ValueError(message)
        return self


class PageAccess(WebAccess, PageRequest):
    """How a page is asked for and what is said with it: it signs in by one way."""

    @model_validator(mode="after")
    def _says_who_it_is_once(self) -> Self:
        told = {name.lower() for name in self.secret_headers}
        if "authorization" in told and (self.basic or self.bearer):
            message = "a probe signs in by one way: basic, bearer or a header"
            raise ValueError(message)
        return self


class HttpSpec(PageAccess):
    """Fetch a page; `timeout` in µs bounds the whole attempt.

    The status must be 200 unless `conditions` say otherwise; without any, each complete reply is good.
    """

    kind: Literal["http"] = "http"
    url: ProbeUrl
    timeout: Microseconds
    conditions: tuple[HttpCondition, ...] = (StatusIn(values=(200,)),)

    @cached_property
    def split(self) -> SplitResult:
        """The URL in its parts."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The host asked; probes of one host share its places."""
        return self.split.hostname or ""

    @property
    def target(self) -> str:
        """The target in words."""
        return self.url
