"""Compiles probe records into what an agent is assigned; what cannot be asked says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from catalogue.agreements import Agreement
from catalogue.calendars import Window
from catalogue.databases import MysqlProbe, PostgresqlProbe
from catalogue.expectations import dns_conditions, http_conditions, tcp_conditions, tls_conditions
from catalogue.instants import parse_duration
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.probing import IntervalIn, Probe, ProbeDefaults
from catalogue.questions import (
    DnsProbe,
    IcmpProbe,
    TcpProbe,
    TlsProbe,
)
from catalogue.timing import Faster, Span, segments
from catalogue.unfulfillable import unfulfillable
from catalogue.web import Headed, HttpProbe, Request, StepsProbe, Web
from probes.conditions.lines import BannerMatches
from probes.conditions.maps import FeaturesCount
from probes.conditions.timing import LatencyAtMost
from probes.spec import AssignedProbe, ProbeSpec, phase_of
from probes.specs.certificates import TlsSpec
from probes.specs.databases import MysqlSpec, PostgresqlSpec
from probes.specs.echoes import IcmpSpec
from probes.specs.harvest import HarvestSpec
from probes.specs.lines import TcpSpec
from probes.specs.maps import WfsSpec, WmsSpec
from probes.specs.names import DnsSpec
from probes.specs.steps import Step, StepsSpec
from probes.specs.web import HttpSpec

Use = Literal["target", "demo_target"]

Recurring = Callable[[str], Iterable[tuple[int, int]]]
"""The spans (µs) of service hours, by their id, as far ahead as agents are told."""

DNS_PORT = 53
_MARK = {"amended": True, "correction": True}
_MARKS: dict[str, Any] = {**_MARK, "basic": _MARK, "client_certificate": _MARK}


@dataclass(frozen=True)
class NotYet:
    """Why a probe is not asked now."""

    why: str


def spec_of(
    probe: Probe,
    defaults: ProbeDefaults | None,
    use: Use = "target",
    addresses: Mapping[str, str] | None = None,
) -> ProbeSpec | NotYet:
    """Compile what is asked; `addresses` maps `host:port` to the `host:port` to ask instead."""
    stated = probe.target if use == "target" else probe.demo_target
    if stated is None:
        return NotYet("it reports itself: nobody asks it")
    address = _moved(stated, addresses or {})
    plain = isinstance(probe, Web) and probe.redirects == 0 and address.startswith("http://")
    for said in unfulfillable(probe, plain=plain, recorded=True):
        return NotYet(f"it could never be good: {said.message}")
    timeout = _timeout(probe, defaults)
    return _COMPILERS[type(probe)](probe, address, timeout)


def _http(probe: HttpProbe, url: str, timeout: int) -> HttpSpec:
    return HttpSpec(
        url=url,
        timeout=timeout,
        conditions=http_conditions(probe.expect),
        on_401="pause" if probe.on_401 else "go_on",
        **_said(probe),
        **_access(probe),
    )


def _steps(probe: StepsProbe, url: str, timeout: int) -> StepsSpec:
    expected = {step.name: http_conditions(step.expect) for step in probe.steps}
    return StepsSpec(
        steps=tuple(
            Step(
                name=step.name,
                url=urljoin(url, step.path),
                conditions=tuple(
                    each for each in expected[step.name] if not isinstance(each, LatencyAtMost)
                ),
                extract=step.extract,
                **_said(step),
            )
            for step in probe.steps
        ),
        timeout=timeout,
        latency=tuple(
            each.model_copy(update={"phase": f"step.{name}"})
            for name, conditions in expected.items()
            for each in conditions
            if isinstance(each, LatencyAtMost)
        ),
        **_access(probe),
    )


def _said(request: Request) -> dict[str, Any]:
    said = ("method", "headers", "secret_headers", "body")
    return {name: getattr(request, name) for name in said}


def _access(probe: Web) -> dict[str, Any]:
    """How a web server is spoken with; what is not stated is left to the agent."""
    told = {"redirects": probe.redirects, "max_body": probe.max_body, "family": probe.family}
    stated = {name: value for name, value in told.items() if value is not None}
    auth = probe.auth.model_dump(exclude=_MARKS, exclude_none=True) if probe.auth else {}
    return {**stated, **auth, "verify": probe.verify == "on"}


def _icmp(probe: IcmpProbe, address: str, timeout: int) -> IcmpSpec:
    host, _ = _host_and_port(address)
    return IcmpSpec(
        host=host,
        family=probe.family,
        count=probe.count,
        timeout=timeout,
        conditions=probe.expect,
    )


def _tls(probe: TlsProbe, address: str, timeout: int) -> TlsSpec:
    host, port = _host_and_port(address)
    return TlsSpec(
        host=host,
        port=port,
        name=probe.name,
        family=probe.family,
        starttls=probe.starttls,
        timeout=timeout,
        conditions=tls_conditions(probe.expect),
    )


def _tcp(probe: TcpProbe, address: str, timeout: int) -> TcpSpec:
    host, port = _host_and_port(address)
    banner = (BannerMatches(pattern=probe.banner),) if probe.banner else ()
    return TcpSpec(
        host=host,
        port=port,
        timeout=timeout,
        family=probe.family,
        tls=probe.tls,
        name=probe.name,
        send=probe.send,
        moves=probe.moves,
        conditions=(*banner, *tcp_conditions(probe.expect)),
    )


def _dns(probe: DnsProbe, address: str, timeout: int) -> DnsSpec:
    host, port = _host_and_port(address)
    return DnsSpec(
        host=host,
        port=port,
        name=probe.query.name,
        type=probe.query.type,
        timeout=timeout,
        conditions=dns_conditions(probe.expect),
        family=probe.family,
        transport=probe.transport,
        recursion=probe.recursion,
        dnssec=probe.dnssec,
        servers=probe.servers,
    )


def _postgresql(probe: PostgresqlProbe, address: str, timeout: int) -> PostgresqlSpec:
    return PostgresqlSpec(
        timeout=timeout, conditions=probe.expect, **_login(probe), **_stated_place(address)
    )


def _mysql(probe: MysqlProbe, address: str, timeout: int) -> MysqlSpec:
    return MysqlSpec(
        timeout=timeout, conditions=probe.expect, **_login(probe), **_stated_place(address)
    )


def _login(probe: PostgresqlProbe | MysqlProbe) -> dict[str, Any]:
    """How a database is logged in to; what is not stated is left to the agent."""
    told = ("user", "password", "database", "tls", "name", "family")
    stated = {name: getattr(probe, name) for name in told if getattr(probe, name) is not None}
    shown = probe.client_certificate
    if shown is not None:
        stated["client_certificate"] = shown.model_dump(exclude=_MARK)
    refused = "pause" if probe.on_refusal else "go_on"
    return {**stated, "verify": probe.verify == "on", "on_refusal": refused}


def _stated_place(address: str) -> dict[str, Any]:
    """Host and port; without one, that of the kind."""
    parts = urlsplit(f"//{address}")
    return {"host": parts.hostname or "", **({"port": parts.port} if parts.port else {})}


def _oai(probe: OaiProbe, url: str, timeout: int) -> HarvestSpec:
    return HarvestSpec(
        url=url,
        timeout=timeout,
        metadata_prefix=probe.metadata_prefix,
        set_=probe.set_,
        deletions=probe.deletions,
        expected=probe.expect,
        **_headers(probe),
        **_access(probe),
    )


def _wms(probe: WmsProbe, url: str, timeout: int) -> WmsSpec:
    told = ("version", "layer", "style", "crs", "axes", "width", "height", "format")
    return WmsSpec(
        url=url,
        timeout=timeout,
        box=probe.bbox.box,
        expected=probe.expect,
        **{name: getattr(probe, name) for name in told},
        **_headers(probe),
        **_access(probe),
    )


def _wfs(probe: WfsProbe, url: str, timeout: int) -> WfsSpec:
    told = ("version", "feature_type", "count", "format")
    counted = any(isinstance(each, FeaturesCount) for each in probe.expect)
    return WfsSpec(
        url=url,
        timeout=timeout,
        expected=probe.expect if counted else (FeaturesCount(minimum=1), *probe.expect),
        **{name: getattr(probe, name) for name in told},
        **_headers(probe),
        **_access(probe),
    )


def _headers(probe: Headed) -> dict[str, Any]:
    return {"headers": probe.headers, "secret_headers": probe.secret_headers}


_COMPILERS: Mapping[type[Probe], Callable[[Any, str, int], ProbeSpec]] = {
    HttpProbe: _http,
    StepsProbe: _steps,
    TcpProbe: _tcp,
    TlsProbe: _tls,
    DnsProbe: _dns,
    IcmpProbe: _icmp,
    PostgresqlProbe: _postgresql,
    MysqlProbe: _mysql,
    OaiProbe: _oai,
    WmsProbe: _wms,
    WfsProbe: _wfs,
}


def assigned(
    probe: Probe,
    defaults: ProbeDefaults | None,
    windows: Mapping[str, Window],
    agreements: Mapping[str, Agreement],
    *,
    critical: Iterable[str] = (),
    recurring: Recurring | None = None,
    use: Use = "target",
    addresses: Mapping[str, str] | None = None,
) -> AssignedProbe | NotYet:
    """Compile what is asked and when; `critical` names the critical windows of the probe's service.

    Hours in which it is asked at another interval have their spans from `recurring`: an agent knows no calendars.
    """
    if not probe.enabled:
        return NotYet("it is switched off")
    span: Span | None = (None, None)
    if probe.active:
        agreement = agreements.get(probe.active.agreement)
        span = agreement.span_in_force() if agreement else None
    if span is None:
        return NotYet(
            f"it is asked only while {probe.active and probe.active.agreement} is in force"
        )
    spec = spec_of(probe, defaults, use, addresses)
    if isinstance(spec, NotYet):
        return spec
    faster = _faster(probe, windows, critical, recurring)
    timed = tuple(segments(span, _interval(probe, defaults), faster))
    return AssignedProbe(
        probe=probe.id,
        service=probe.service,
        control=probe.control,
        spec=spec,
        phase=phase_of(probe.id, timed[0].interval),
        segments=timed,
    )


def _faster(
    probe: Probe,
    windows: Mapping[str, Window],
    critical: Iterable[str],
    recurring: Recurring | None,
) -> Iterator[Faster]:
    """List the spans of windows and hours, each with the interval stated for it."""
    for each in probe.windows:
        for span in _spans(each, windows, recurring):
            yield (*span, _exactly(each.interval))
    if probe.critical_interval is not None:
        for name in critical:
            yield (*windows[name].span(), _exactly(probe.critical_interval))


def _spans(
    each: IntervalIn, windows: Mapping[str, Window], recurring: Recurring | None
) -> Iterable[tuple[int, int]]:
    if each.window is not None:
        return (windows[each.window].span(),)
    if each.hours is None or recurring is None:
        raise ValueError(f"nobody says when the hours {each.hours} are")
    return recurring(each.hours)


def _interval(probe: Probe, defaults: ProbeDefaults | None) -> int:
    return _exactly(probe.interval or (defaults.interval if defaults else None))


def _timeout(probe: Probe, defaults: ProbeDefaults | None) -> int:
    return _exactly(probe.timeout or (defaults.timeout if defaults else None))


def _exactly(duration: str | None) -> int:
    if duration is None:
        raise ValueError("a probe without interval or timeout needs defaults")
    return parse_duration(duration).exact()


def _moved(address: str, addresses: Mapping[str, str]) -> str:
    parts = urlsplit(address if "//" in address else f"//{address}")
    moved = parts._replace(netloc=addresses.get(parts.netloc, parts.netloc)).geturl()
    return moved if parts.scheme else moved.removeprefix("//")


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(f"//{address}")
    return parts.hostname or "", parts.port or DNS_PORT
