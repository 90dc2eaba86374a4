"""Conditions on certificates, and on the TLS that they came by."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag

from probes.conditions.patterns import searched
from probes.conditions.reply import Certificate, Reply
from probes.conditions.requirement import Pattern, Requirement, Text, excerpt, op_or

VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def _without_colons(said: object) -> object:
    return said.replace(":", "").lower() if isinstance(said, str) else said


def _is_host(name: str) -> str:
    if re.search(r"[\s/@]", name):
        message = "it is no name of a host"
        raise ValueError(message)
    return name


Fingerprint = Annotated[
    str, BeforeValidator(_without_colons), StringConstraints(pattern=r"^[0-9a-f]{64}$")
]


class MinDaysLeft(Requirement):
    """Each certificate of the chain is valid for at least `days` more days; too few degrade, they do not break."""

    field: Literal["certificate"] = "certificate"
    op: Literal["min_days_left"] = "min_days_left"
    days: Annotated[int, Field(ge=0)]
    severity: Literal["bad", "degraded"] = "degraded"

    def expectation(self) -> str:  # noqa: D102
        return f"certificate has at least {self.days} days left"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if not reply.certificates:
            return False, "no certificate"
        # An intermediate that ends first breaks the chain just as well.
        first = min(reply.certificates, key=lambda each: each.until)
        left = first.days_left(reply.at)
        whose = "" if first is reply.certificates[0] else f" of {first.subject}, which it rests on"
        return left >= self.days, f"{left} days left{whose}"


class OwnCertificate(Requirement):
    """What is said of the target's own certificate, the first of the chain."""

    field: Literal["certificate"] = "certificate"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        return self.of(reply.certificates[0]) if reply.certificates else (False, "no certificate")

    @abstractmethod
    def of(self, own: Certificate) -> tuple[bool, str]:
        """Return whether the certificate fulfils it, and the actual value in words."""


class IssuerMatches(OwnCertificate):
    """The pattern is found in the name of who signed it (RFC 4514: `CN=R11,O=Let's Encrypt,C=US`)."""

    op: Literal["issuer_matches"] = "issuer_matches"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"issuer of the certificate matches {self.pattern}"

    def of(self, own: Certificate) -> tuple[bool, str]:  # noqa: D102
        return searched(self.pattern, own.issuer) is not None, excerpt(own.issuer)


class NamesInclude(OwnCertificate):
    """It is made out to all of `names`, as they are written in it: a wildcard is a name of its own."""

    op: Literal["names_include"] = "names_include"
    names: tuple[Annotated[Text, AfterValidator(_is_host)], ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"certificate is made out to {', '.join(self.names)}"

    def of(self, own: Certificate) -> tuple[bool, str]:  # noqa: D102
        held = {each.lower() for each in own.names}
        found = all(each.lower() in held for each in self.names)
        return found, excerpt(", ".join(own.names)) or "no names"


class FingerprintIs(OwnCertificate):
    """Its SHA-256 is `sha256` (64 hexadecimal digits, colons allowed)."""

    op: Literal["fingerprint_is"] = "fingerprint_is"
    sha256: Fingerprint

    def expectation(self) -> str:  # noqa: D102
        return f"fingerprint of the certificate is {self.sha256}"

    def of(self, own: Certificate) -> tuple[bool, str]:  # noqa: D102
        return own.fingerprint == self.sha256, own.fingerprint


class VersionAtLeast(Requirement):
    """TLS of this version or a later one is spoken; less than 1.2 is refused in any case."""

    field: Literal["tls_version"] = "tls_version"
    op: Literal["at_least"] = "at_least"
    version: Literal["TLSv1.2", "TLSv1.3"]

    def expectation(self) -> str:  # noqa: D102
        return f"TLS version is {self.version} or later"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if reply.tls_version not in VERSIONS:
            return False, reply.tls_version or "no TLS"
        enough = VERSIONS.index(reply.tls_version) >= VERSIONS.index(self.version)
        return enough, reply.tls_version


CertificateCondition = Annotated[
    Annotated[MinDaysLeft, Tag("min_days_left")]
    | Annotated[IssuerMatches, Tag("issuer_matches")]
    | Annotated[NamesInclude, Tag("names_include")]
    | Annotated[FingerprintIs, Tag("fingerprint_is")],
    Discriminator(op_or("min_days_left")),
]
