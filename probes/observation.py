"""Observation: what one attempt saw, stage by stage, and why it came out as it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from probes.conditions.reply import Certificate
from probes.conditions.requirement import Checked
from probes.conditions.timing import is_suspect
from probes.evidence import Evidence
from probes.outcome import Outcome

TEXT_LIMIT = 500  # characters kept of one text


class Reason(StrEnum):
    """Why an attempt was not good; failed conditions are named `bad_` and their field."""

    NXDOMAIN = "nxdomain"
    NO_DATA = "no_data"
    RESOLVER = "resolver"
    NOT_PERMITTED = "not_permitted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    NO_ROUTE = "no_route"
    RESET = "reset"
    CLOSED = "closed"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"
    PROTOCOL = "protocol"
    UNEXPECTED = "unexpected"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_HOSTNAME = "tls_hostname"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_CHAIN = "tls_chain"
    TLS_PURPOSE = "tls_purpose"
    TLS_WEAK_KEY = "tls_weak_key"
    TLS_PROTOCOL = "tls_protocol"
    TLS_INVALID = "tls_invalid"
    TLS_HANDSHAKE = "tls_handshake"
    DRIP = "drip"
    ENCODING = "encoding"
    HEADER_LIMIT = "header_limit"
    REDIRECT_LOOP = "redirect_loop"
    REDIRECT_LIMIT = "redirect_limit"
    REDIRECT_REFUSED = "redirect_refused"
    BODY_LIMIT = "body_limit"
    EXTRACTION = "extraction"
    NOT_XML = "not_xml"
    XML_REFUSED = "xml_refused"
    OTHER_DOCUMENT = "other_document"
    SERVICE_ERROR = "service_error"
    NOT_OFFERED = "not_offered"
    TLS_NOT_OFFERED = "tls_not_offered"
    LOGIN_REFUSED = "login_refused"
    UNKNOWN_DATABASE = "unknown_database"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    NOT_ACCEPTING = "not_accepting"
    SERVER_ERROR = "server_error"
    NOT_MEASURABLE = "not_measurable"
    SECRET_MISSING = "secret_missing"  # noqa: S105
    AGENT_FAULT = "agent_fault"
    CLOCK_OFF = "clock_off"
    CLOCK_STEPPED = "clock_stepped"
    STOOD_STILL = "stood_still"


class Failure(Exception):  # noqa: N818 - it is a result of probing, not an error of ours
    """An attempt ended before its conditions could be held against a reply."""

    def __init__(self, reason: Reason, text: str, outcome: Outcome = Outcome.BAD) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.outcome = outcome


def inconclusive(reason: Reason, text: str) -> Failure:
    """Make the failure of an attempt that says nothing about the target."""
    return Failure(reason, text, Outcome.INCONCLUSIVE)


@dataclass(frozen=True)
class Stage:
    """One stage of the attempt: its name, its time in µs, and what it found, in words."""

    name: str
    took: int
    text: str


@dataclass(frozen=True)
class Heard:
    """What the target said of itself: `headers` of the allowed list, the certificates it showed, its own first."""

    line: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class Observation:
    """The result of one attempt; `latency` in µs from the first look-up to the last byte, or None.

    `phases` sums µs by stage (dns, connect, tls, first_byte, body, total), over all redirects, less the time for which
    what came had lain in the kernel, as far as `by_kernel` that is known; `loop_lag` is that time (µs).
    `status` and `retry_after` (s) are what a web server said.
    """

    outcome: Outcome
    latency: int | None
    phases: Mapping[str, int]
    reason: str | None
    text: str
    address: str | None
    checked: tuple[Checked, ...]
    stages: tuple[Stage, ...]
    heard: Heard = Heard()
    loop_lag: int = 0
    by_kernel: bool = False
    status: int | None = None
    retry_after: int | None = None

    @property
    def suspect(self) -> bool:
        """Whether our own delay was so long that the latency may not be held against the target."""
        return is_suspect(self.loop_lag, self.phases.get("total", 0))

    def evidence(self) -> Evidence:
        """Return what is kept of it beside outcome and latency."""
        shown = self.heard.certificates
        return Evidence(
            reason=self.reason,
            text=self.text[:TEXT_LIMIT],
            address=self.address,
            phases={**self.phases, "loop_lag": self.loop_lag},
            checked=tuple(each.told()[:TEXT_LIMIT] for each in self.checked if not each.passed),
            certificate_until=shown[0].until if shown else None,
            issuer=shown[0].issuer[:TEXT_LIMIT] if shown else "",
            fingerprint=shown[0].fingerprint if shown else "",
            timing="kernel" if self.by_kernel else "userland",
            headers=dict(self.heard.headers),
            line=self.heard.line,
        )
