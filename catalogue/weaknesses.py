"""What a record states on purpose that makes its figures easier to doubt."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.databases import MysqlProbe, PostgresqlProbe
from catalogue.document import Document
from catalogue.interviews import OaiProbe, WfsProbe, WmsProbe
from catalogue.web import HttpProbe, Web

_HEADED = HttpProbe | OaiProbe | WmsProbe | WfsProbe


def weaknesses(record: Document) -> tuple[str, ...]:
    """List what is weak about a record, each with what follows from it."""
    if isinstance(record, PostgresqlProbe | MysqlProbe):
        return tuple(_of_a_database(record))
    return tuple(_of_web(record)) if isinstance(record, Web) else ()


def _of_a_database(probe: PostgresqlProbe | MysqlProbe) -> Iterator[str]:
    if probe.tls == "off":
        yield "tls: off: whoever answers in the target's name is believed"
    elif probe.verify == "off":
        yield "verify: off: whoever answers in the target's name is believed"
    elif probe.tls == "try":
        yield "tls: try: whoever stands between can have it asked without"


def _of_web(probe: Web) -> Iterator[str]:
    if probe.verify == "off":
        yield "verify: off: whoever answers in the target's name is believed"
    secret = probe.auth or (isinstance(probe, _HEADED) and probe.secret_headers)
    if secret and (probe.target or "").startswith("http://"):
        yield "a secret goes to the target without TLS: whoever listens on the way learns it"
