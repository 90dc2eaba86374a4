"""Compiles probe records into what an agent is assigned; what cannot be asked says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from catalogue.agreements import Agreement
from catalogue.calendars import Window
from catalogue.instants import parse_duration, parse_instant
from catalogue.probing import Expect, Probe, ProbeDefaults
from probes.conditions.certificates import MinDaysLeft
from probes.conditions.documents import JsonEquals, JsonExists
from probes.conditions.lines import BannerMatches
from probes.conditions.names import AnswersNotEmpty
from probes.conditions.web import BodyContains, BodyMatches, HeaderMatches, StatusIn
from probes.spec import AssignedProbe, ProbeSpec, Segment, phase_of
from probes.specs.lines import TcpSpec
from probes.specs.names import DnsSpec
from probes.specs.web import BasicAuth, HttpCondition, HttpSpec

Use = Literal["target", "demo_target"]
Span = tuple[int | None, int | None]

DNS_PORT = 53


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
    timeout = _timeout(probe, defaults)
    match probe.kind:
        case "http" | "http_json":
            conditions = tuple(_conditions(probe.expect or Expect()))
            basic = probe.auth.basic if probe.auth else None
            auth = BasicAuth(user=basic.user, password=basic.password) if basic else None
            return HttpSpec(url=address, timeout=timeout, conditions=conditions, basic=auth)
        case "tcp":
            host, port = _host_and_port(address)
            banner = (BannerMatches(pattern=probe.banner),) if probe.banner else ()
            return TcpSpec(host=host, port=port, timeout=timeout, conditions=banner)
        case "dns" if probe.query:
            host, port = _host_and_port(address)
            asked, kind = probe.query.name, probe.query.type
            answered = (AnswersNotEmpty(),)
            return DnsSpec(
                host=host, port=port, name=asked, type=kind, timeout=timeout, conditions=answered
            )
        case other:
            return NotYet(f"probes of kind {other} are not asked yet")


def assigned(
    probe: Probe,
    defaults: ProbeDefaults | None,
    windows: Mapping[str, Window],
    agreements: Mapping[str, Agreement],
    *,
    use: Use = "target",
    addresses: Mapping[str, str] | None = None,
) -> AssignedProbe | NotYet:
    """Compile what is asked and when."""
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
    segments = tuple(_segments(probe, defaults, windows, span))
    return AssignedProbe(
        probe=probe.id,
        service=probe.service,
        control=probe.control,
        spec=spec,
        phase=phase_of(probe.id, segments[0].interval),
        segments=segments,
    )


def _segments(
    probe: Probe, defaults: ProbeDefaults | None, windows: Mapping[str, Window], span: Span
) -> Iterator[Segment]:
    """Cut the span of a probe at the window in which its interval differs."""
    begin, end = span
    usual = _interval(probe, defaults)
    if probe.interval_in is None:
        yield Segment(from_=begin, to=end, interval=usual)
        return
    window = windows[probe.interval_in.window]
    inside = parse_duration(probe.interval_in.interval).exact()
    opens, closes = parse_instant(window.from_), parse_instant(window.to)
    pieces = ((None, opens, usual), (opens, closes, inside), (closes, None, usual))
    for low, high, interval in pieces:
        first = max((at for at in (low, begin) if at is not None), default=None)
        last = min((at for at in (high, end) if at is not None), default=None)
        if first is None or last is None or first < last:
            yield Segment(from_=first, to=last, interval=interval)


def _conditions(expect: Expect) -> Iterator[HttpCondition]:
    yield StatusIn(values=expect.status or (200,))
    for name, pattern in expect.header.items():
        yield HeaderMatches(name=name, pattern=pattern)
    if expect.body_contains:
        yield BodyContains(text=expect.body_contains)
    if expect.body_regex:
        yield BodyMatches(pattern=expect.body_regex)
    for path, value in expect.json_.items():
        yield JsonEquals(path=path, value=value)
    for path in expect.json_exists:
        yield JsonExists(path=path)
    if expect.min_days_left is not None:
        yield MinDaysLeft(days=expect.min_days_left)


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
