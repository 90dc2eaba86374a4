"""What MySQL and MariaDB tell of themselves: each condition knows what must be asked for it; all of it only reads."""

from __future__ import annotations

import re

from probes.conditions.reply import DatabaseAnswer
from probes.dialogue import Dialogue
from probes.kinds.databases import whole
from probes.kinds.mywire import MyTalk, Row
from probes.observation import Failure, Reason
from probes.specs.databases import MysqlSpec

SECOND = 1_000_000
PING = "SELECT 1"
READ_ONLY = "SELECT @@global.read_only AS said"
MOST = "SELECT @@global.max_connections AS said"
TAKEN = "SHOW GLOBAL STATUS LIKE 'Threads_connected'"
OF_REPLICATION = frozenset({"role", "replication", "lag"})
NEEDING = OF_REPLICATION | {"read_only", "connections"}
NEW_WORDS = (
    8,
    0,
    22,
)  # of MySQL; MariaDB keeps the old ones, and needs another for all of several sources
NOBODY = "it is a primary, and follows nobody"


async def asked(spec: MysqlSpec, talk: MyTalk, version: str, dialogue: Dialogue) -> DatabaseAnswer:
    """Ask what the conditions must know; where they need nothing, whether anything is answered.

    Raises:
        Failure: the server does not answer, or not with what was asked for.

    """
    fields = {each.field for each in spec.conditions}
    with dialogue.timed("query"):
        read_only = await _said(talk, READ_ONLY) if "read_only" in fields else None
        connections = await _connections(talk) if "connections" in fields else None
        sources = None
        if fields & OF_REPLICATION:
            sources = await talk.rows(_replication(version))
        if not fields & NEEDING:
            _one(await talk.rows(PING))
    following = None if sources is None else bool(sources) and all(map(_runs, sources))
    return DatabaseAnswer(
        version=version,
        replica=None if sources is None else bool(sources),
        read_only=None if read_only is None else read_only not in {"0", "OFF"},
        following=following,
        stands="; ".join(map(_stands, sources)) if sources else NOBODY,
        lag=_lag(sources) if sources and following else None,
        connections=connections,
    )


def _replication(version: str) -> str:
    if "mariadb" in version.lower():
        return "SHOW ALL SLAVES STATUS"
    numbers = tuple(int(each) for each in re.findall(r"\d{1,6}", version, re.ASCII)[:3])
    return "SHOW REPLICA STATUS" if numbers >= NEW_WORDS else "SHOW SLAVE STATUS"


async def _connections(talk: MyTalk) -> tuple[int, int]:
    rows = await talk.rows(TAKEN)
    taken = _one(rows).get("Value") or ""
    return whole(taken), whole(await _said(talk, MOST))


async def _said(talk: MyTalk, statement: str) -> str:
    return _one(await talk.rows(statement)).get("said") or ""


def _one(rows: list[Row]) -> Row:
    if len(rows) != 1:
        raise Failure(Reason.PROTOCOL, f"the target answers with {len(rows)} rows, not one")
    return rows[0]


def _of(source: Row, name: str) -> str | None:
    """A column of how replication stands, whose names have changed."""
    old = name.replace("Replica", "Slave").replace("Source", "Master")
    return source.get(name, source.get(old))


def _runs(source: Row) -> bool:
    return _of(source, "Replica_IO_Running") == "Yes" == _of(source, "Replica_SQL_Running")


def _stands(source: Row) -> str:
    """Say how the following of one source stands; the texts of errors may hold what is stored, so they are left out."""
    said = f"receiving: {_of(source, 'Replica_IO_Running')}, replaying: {_of(source, 'Replica_SQL_Running')}"
    codes = [source.get(name) for name in ("Last_IO_Errno", "Last_SQL_Errno")]
    errors = " and ".join(code for code in codes if code not in {None, "", "0"})
    return f"{said} (error {errors})" if errors else said


def _lag(sources: list[Row]) -> int | None:
    """How far (µs) the source is ahead that is followed worst, or None if nobody can tell."""
    behind = [_of(source, "Seconds_Behind_Source") for source in sources]
    told = [whole(each) for each in behind if each is not None]
    return max(0, *told) * SECOND if told and len(told) == len(behind) else None
