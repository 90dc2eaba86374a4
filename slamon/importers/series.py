"""Series that a Prometheus keeps, read by `query_range` as results: guarded like a probe, and each step once."""

from __future__ import annotations

import json
import operator
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from decimal import Decimal
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from catalogue.instants import InstantError, parse_duration
from catalogue.probing import Import
from probes.dialogue import Surroundings
from probes.guard import Network, NotPermittedError, require_permitted
from probes.outcome import Outcome
from slamon.app.imports import File, Result
from slamon.app.refused import Refused

POINTS = 10_000  # of one request; a Prometheus refuses more than 11,000
MOST_BYTES = 16 * 1024 * 1024  # of an answer
SECONDS = 30.0  # of waiting for one
SECOND = 1_000_000  # µs
OK = 200

_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


class Read(NamedTuple):
    """What was read, and from where."""

    file: File
    results: Sequence[Result]


def read(record: Import, span: tuple[int, int], around: Surroundings) -> Read:
    """Read a series in `[begin, end)` (µs), at whole steps of the epoch: the same instants whenever it is read.

    Raises:
        Refused: it is no series, the address is not permitted, or no Prometheus answers as one does.

    """
    if record.url is None or record.query is None or record.step is None:
        message = f"{record.id} is a file, and no series of a Prometheus"
        raise Refused(message)
    step = _step(record.step)
    results: list[Result] = []
    digest = sha256()
    for begin, end in _pieces(span, step):
        asked = {"query": record.query, "start": begin, "end": end, "step": step // SECOND}
        answer = _asked(record.url, asked, around)
        digest.update(answer)
        results += (_result(record, *value) for value in _values(answer))
    return Read(File(f"{record.url} {record.query}", digest.hexdigest()), results)


def _step(text: str) -> int:
    """The step in µs."""
    with suppress(InstantError):
        step = parse_duration(text).exact()
        if step >= SECOND and step % SECOND == 0:
            return step
    message = f"a step of {text} is no whole number of seconds"
    raise Refused(message)


def _pieces(span: tuple[int, int], step: int) -> Iterator[tuple[int, int]]:
    """The steps of a span, so many at a time: the first and the last of each piece (s)."""
    first, last = -(-span[0] // step), (span[1] - 1) // step
    for begin in range(first, last + 1, POINTS):
        end = min(begin + POINTS - 1, last)
        yield begin * step // SECOND, end * step // SECOND


def _result(record: Import, at: Decimal, value: str) -> Result:
    check = f"{record.id}/{record.service}"
    return Result(check, int(at * SECOND), _outcome(record, Decimal(value)), None)


def _outcome(record: Import, value: Decimal) -> Outcome:
    if value.is_nan():
        return Outcome.INCONCLUSIVE
    for rule, outcome in ((record.good, Outcome.GOOD), (record.degraded, Outcome.DEGRADED)):
        if rule and _holds(rule, value):
            return outcome
    return Outcome.BAD


def _holds(rule: str, value: Decimal) -> bool:
    """Whether a value compares as a rule like ">= 1" says."""
    sign = rule.rstrip("-.0123456789 ")
    return _COMPARISONS[sign](value, Decimal(rule.removeprefix(sign).strip()))


def _values(answer: bytes) -> Sequence[tuple[Decimal, str]]:
    """The values of the one series of an answer; none where nothing is known of that time."""
    try:
        told: Any = json.loads(answer, parse_float=Decimal, parse_int=Decimal)
        found = told["data"]["result"]
        if told["data"]["resultType"] != "matrix" or len(found) > 1:
            message = f"the query gives {len(found)} series, and one is asked for: sum or choose"
            raise Refused(message)
        return [(at, value) for each in found for at, value in each["values"]]
    except (ValueError, KeyError, TypeError) as wrong:
        message = f"this is no answer of a Prometheus: {wrong}"
        raise Refused(message) from None


def _asked(url: str, asked: Mapping[str, object], around: Surroundings) -> bytes:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    path = f"{parts.path.rstrip('/')}/api/v1/query_range?{urlencode(asked)}"
    try:
        address = _permitted(host, port, around.allow)
        with closing(HTTPConnection(host, port, timeout=SECONDS)) as connection:
            context = _trusting(around) if parts.scheme == "https" else None
            connection.sock = _connected(address, host, port, context)
            connection.request("GET", path, headers={"Accept": "application/json"})
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES + 1)
    except (OSError, HTTPException, NotPermittedError) as wrong:
        message = f"{host}:{port} cannot be asked: {wrong}"
        raise Refused(message) from None
    if answer.status != OK or len(body) > MOST_BYTES:
        said = body[:200].decode("utf-8", "replace")
        message = f"{host}:{port} answers {answer.status}: {said}"
        raise Refused(message)
    return body


def _permitted(host: str, port: int, allow: Sequence[Network]) -> str:
    """The address that is asked: one that is looked up once, and may be asked."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    require_permitted(addresses, allow)
    return addresses[0]


def _trusting(around: Surroundings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for file in around.tls.authorities:
        context.load_verify_locations(file)
    return context


def _connected(address: str, host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection((address, port), SECONDS)
    return plain if context is None else context.wrap_socket(plain, server_hostname=host)
