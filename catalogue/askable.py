"""Faults of probes that are well written and could still not be asked as they say."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from catalogue.compile import spec_of
from catalogue.expectations import ExpectTls, http_conditions
from catalogue.instants import InstantError, parse_duration
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.probing import Probe, ProbeDefaults
from catalogue.problems import Problem, problem_at
from catalogue.questions import DnsProbe, TlsProbe
from catalogue.records import Catalogue, Written
from catalogue.references import Path
from catalogue.unfulfillable import always_fulfilled, unfulfillable
from catalogue.web import HttpProbe, Request, StepsProbe, Web
from probes.metadata import names_secrets
from probes.specs.names import server

_ADDRESSES = ("target", "demo_target")
_SECRETS = frozenset({
    "access_token", "api_key", "apikey", "auth", "client_secret", "passwd", "password", "pwd", "secret", "token",
})  # fmt: skip
_OF_A_BODY = frozenset({"body", "json", "health", "size"})


def faults_of_asking(catalogue: Catalogue) -> Iterator[Problem]:
    """Find every probe that no agent could ask as it is written.

    These faults are told of documents only: terms that a ledger already holds can still be read.
    """
    defaults = {record.catalogue: stated for record, stated in catalogue.of(ProbeDefaults)}
    for record, probe in catalogue.of(Probe):
        yield from _secrets_in_addresses(record, probe)
        yield from _never_dialled(record, probe)
        if isinstance(probe, HttpProbe):
            yield from _of_a_page(record, probe)
        if isinstance(probe, OaiProbe | WmsProbe | WfsProbe):
            yield from _without_tls(record, probe, {each.field for each in probe.expect})
        if isinstance(probe, StepsProbe):
            yield from _of_steps(record, probe)
        if isinstance(probe, TlsProbe):
            yield from _unchecked(record, probe)
        yield from _pointless(record, probe, defaults.get(record.catalogue))
        yield from _uncompiled(record, probe, defaults.get(record.catalogue))


def _pointless(record: Written, probe: Probe, defaults: ProbeDefaults | None) -> Iterator[Problem]:
    """Find what is expected and can never be, or is always."""
    plain = any(str(getattr(probe, name)).startswith("http://") for name in _ADDRESSES)
    for said in unfulfillable(probe, plain=plain):
        yield problem_at(record.at(said.path), said.message, said.proposal)
    timeout = probe.timeout or (defaults.timeout if defaults else None)
    try:
        longest = parse_duration(timeout).exact() if timeout else None
    except InstantError:
        return  # told where timings are looked at
    if longest is not None:
        for said in always_fulfilled(probe, longest):
            yield problem_at(record.at(said.path), said.message, said.proposal)


def _secrets_in_addresses(record: Written, probe: Probe) -> Iterator[Problem]:
    for field in _ADDRESSES:
        # The value is never repeated: it may be the secret.
        query = urlsplit(getattr(probe, field) or "").query
        for name in [name for name, _ in parse_qsl(query) if name.lower() in _SECRETS]:
            said = f'"{name}" in an address is told to everybody who reads it; give it by reference'
            yield problem_at(record.at((field,)), said, '"auth: {bearer: env:NAME}"')


def _never_dialled(record: Written, probe: Probe) -> Iterator[Problem]:
    for path, host in _hosts(probe):
        if names_secrets(host):
            said = f'no agent asks "{host}", whatever is allowed: clouds give out secrets of their machines there'
            yield problem_at(record.at(path), said)


def _hosts(probe: Probe) -> Iterator[tuple[Path, str]]:
    for field in _ADDRESSES:
        address: str = getattr(probe, field) or ""
        yield (field,), urlsplit(address if "//" in address else f"//{address}").hostname or ""
    if isinstance(probe, DnsProbe):
        for index, each in enumerate(probe.servers):
            yield ("servers", index), server(each)[0]


def _of_a_page(record: Written, probe: HttpProbe) -> Iterator[Problem]:
    looked_at: set[str] = {condition.field for condition in http_conditions(probe.expect)}
    yield from _bodiless(record, (), probe, looked_at)
    yield from _without_tls(record, probe, looked_at)


def _without_tls(record: Written, probe: Web, looked_at: set[str]) -> Iterator[Problem]:
    plain = [name for name in _ADDRESSES if str(getattr(probe, name)).startswith("http://")]
    if "certificate" in looked_at and plain:
        address: str = getattr(probe, plain[0])
        said = "plain http has no certificate, and one is expected"
        yield problem_at(
            record.at((plain[0],)), said, f'"{address.replace("http://", "https://", 1)}"'
        )


def _bodiless(
    record: Written, path: Path, request: Request, looked_at: set[str]
) -> Iterator[Problem]:
    if request.method == "HEAD" and (found := sorted(looked_at & _OF_A_BODY)):
        said = f"the answer to HEAD has no body, and {found[0]} is expected of it"
        yield problem_at(record.at((*path, "method")), said, '"GET"')


def _of_steps(record: Written, probe: StepsProbe) -> Iterator[Problem]:
    for index, step in enumerate(probe.steps):
        looked_at: set[str] = {condition.field for condition in http_conditions(step.expect)}
        yield from _bodiless(record, ("steps", index), step, looked_at)


def _unchecked(record: Written, probe: TlsProbe) -> Iterator[Problem]:
    if isinstance(probe.expect, ExpectTls) and probe.expect.hostname is False:
        said = "a certificate is always held against a name; where it has another, state it"
        yield problem_at(record.at(("expect", "hostname")), said, '"name: www.example"')


def _uncompiled(record: Written, probe: Probe, defaults: ProbeDefaults | None) -> Iterator[Problem]:
    """Find what an agent's own reading of a probe would refuse, and nothing above has told."""
    if (probe.timeout or defaults) is None:
        return  # told where timings are looked at
    try:
        spec_of(probe, defaults)
    except ValidationError as refused:
        for error in refused.errors(include_url=False):
            fault = error.get("ctx", {}).get("error", error["msg"])
            path = tuple(part for part in error["loc"] if not isinstance(part, int))[:1]
            yield problem_at(record.at(path), str(fault))
    except ValueError as fault:
        yield problem_at(record.position, str(fault))
