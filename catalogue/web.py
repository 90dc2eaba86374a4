"""Probes of web servers: how one is spoken with, and the pages that are asked for."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from catalogue.asked import AtAUrl
from catalogue.document import Document
from catalogue.expectations import OfHttp
from catalogue.problems import closest
from catalogue.values import Secret, SecretFile, wrong
from probes.conditions.web import HeaderName
from probes.specs.steps import MOST, NAMED, Extract, Variable
from probes.specs.web import OURS, SECRET, HeaderValue, Method
from probes.specs.wire import MIB, Family


class Basic(Document):
    """User and password, by reference only."""

    user: Secret
    password: Secret


class ClientCertificate(Document):
    """The certificate (with its chain) that is shown, and its key, both PEM files on the agent's machine."""

    certificate: SecretFile
    key: SecretFile


class Auth(Document):
    """How a probe signs in: by user and password, or by a token, and by a certificate."""

    basic: Basic | None = None
    bearer: Secret | None = None
    client_certificate: ClientCertificate | None = None

    @model_validator(mode="after")
    def _signs_in_by_one_way(self) -> Self:
        if self.basic and self.bearer:
            raise wrong("a probe signs in by basic or by bearer, not by both", at=("bearer",))
        if not (self.basic or self.bearer or self.client_certificate):
            raise wrong('auth says "basic", "bearer" or "client_certificate"')
        return self


class Web(AtAUrl):
    """How a web server is spoken with.

    `max_body` is how many bytes of a body are read. With `verify: off` anybody may answer in the target's name.
    """

    auth: Auth | None = None
    redirects: Annotated[int, Field(ge=0, le=5)] | None = None
    max_body: Annotated[int, Field(gt=0, le=16 * MIB)] | None = None
    verify: Literal["on", "off"] = "on"
    family: Family | None = None


class Headed(Document):
    """The headers that are said to a web server besides those of the agent itself."""

    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    secret_headers: dict[HeaderName, Secret] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        for name in self.headers:
            if name.lower() in SECRET:
                said = f"{name} is a secret: it stands in secret_headers, by reference"
                raise wrong(said, f'"secret_headers: {{{name}: env:NAME}}"', at=("headers", name))
        for field in ("headers", "secret_headers"):
            for name in getattr(self, field):
                if name.lower() in OURS:
                    raise wrong(f"{name} is said by the agent itself", at=(field, name))
        secret = {name.lower() for name in self.secret_headers}
        if twice := {name.lower() for name in self.headers} & secret:
            raise wrong(f"the header {min(twice)} stands twice", at=("secret_headers",))
        return self


class Request(Headed):
    """What is said to a web server besides the address."""

    method: Method = "GET"
    body: str | None = None

    @model_validator(mode="after")
    def _has_a_body_where_it_may(self) -> Self:
        if self.body is not None and self.method not in {"POST", "PUT"}:
            raise wrong(f"a {self.method} has no body", '"method: POST"', at=("body",))
        return self


class HttpProbe(Web, Request):
    """A page that is fetched; a refusal (401) pauses the probe where `on_401` says so, lest it locks an account."""

    kind: Literal["http", "http_json"]
    on_401: Literal["pause_probe"] | None = None
    expect: OfHttp | None = None


class WebStep(Request):
    """One of several pages: `{variable}` stands for what an earlier step extracted."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    path: Annotated[str, Field(pattern=r"^/([^/\s]\S*)?$")]
    expect: OfHttp | None = None
    extract: dict[Variable, Extract] = Field(default_factory=dict)

    @property
    def uses(self) -> set[str]:
        """The variables it needs."""
        texts = (self.path, self.body or "", *self.headers.values())
        return {name for text in texts for name in NAMED.findall(text)}


class StepsProbe(Web):
    """Several pages one after another, with one jar of cookies; paths begin at the root of the target's host."""

    kind: Literal["steps"]
    steps: Annotated[tuple[WebStep, ...], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _can_be_walked(self) -> Self:
        known: set[str] = set()
        for index, step in enumerate(self.steps):
            if step.name in {each.name for each in self.steps[:index]}:
                raise wrong(f'step "{step.name}" stands twice', at=("steps", index, "name"))
            for variable in sorted(step.uses - known):
                said = f"no step before {step.name} extracts {{{variable}}}"
                raise wrong(said, closest(variable, known), at=("steps", index))
            known |= step.extract.keys()
        return self
