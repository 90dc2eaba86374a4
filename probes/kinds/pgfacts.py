"""What PostgreSQL tells of itself: each condition knows what must be asked for it, in a transaction that only reads."""

from __future__ import annotations

import asyncio
import re

from probes.conditions.databases import LagAtMost
from probes.conditions.reply import DatabaseAnswer
from probes.dialogue import Dialogue
from probes.kinds.databases import whole
from probes.kinds.pgwire import PgTalk
from probes.specs.databases import PostgresqlSpec

PAUSE = 250_000  # µs
SECOND = 1_000_000
PING = "SELECT 1"
# What each condition must know; replication as of PostgreSQL 10.
FACTS = {
    "replica": "pg_is_in_recovery()",
    "read_only": "pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool",
    "streaming": "(SELECT count(*) > 0 FROM pg_stat_wal_receiver)",
    "paused": "CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END",
    "received": "pg_last_wal_receive_lsn()",
    "replayed": "pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()",
    "age": "(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000000)"
    "::bigint",
    "replicas": "(SELECT count(*) FROM pg_stat_replication"
    " WHERE coalesce(state, 'streaming') IN ('streaming', 'catchup'))",
    "taken": "(SELECT sum(numbackends) FROM pg_stat_database)",
    "most": "current_setting('max_connections')",
}
NEEDED = {
    "role": ("replica",),
    "read_only": ("read_only",),
    "replication": ("replica", "streaming", "paused"),
    "lag": ("replica", "streaming", "received", "replayed", "age"),
    "replicas": ("replicas",),
    "connections": ("taken", "most"),
}
PLACE = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}", re.ASCII)
NOBODY = "it is a primary, and follows nobody"
SILENT = "it is a replica, and receives nothing from its primary"
IDLE = "it is a replica, and has replayed no transaction of what it receives"
PAUSED = "it is a replica, and was told to replay nothing"
STREAMING = "it is a replica, and receives from its primary"


Facts = dict[str, str | None]


async def asked(spec: PostgresqlSpec, talk: PgTalk, dialogue: Dialogue) -> DatabaseAnswer:
    """Ask what the conditions must know; where they need nothing, whether anything is answered.

    Raises:
        Failure: the server does not answer, or not with what was asked for.

    """
    facts = await _facts(spec, talk, dialogue)
    streaming = _true(facts, "streaming")
    taken, most, replicas = (facts.get(name) for name in ("taken", "most", "replicas"))
    lag = await _lag(facts, spec, talk, dialogue) if streaming and "age" in facts else None
    return DatabaseAnswer(
        version=talk.version,
        replica=_true(facts, "replica"),
        read_only=_true(facts, "read_only"),
        following=streaming and facts.get("paused") != "t",
        stands=_stands(facts, lag),
        lag=lag,
        replicas=None if replicas is None else whole(replicas),
        connections=(whole(taken), whole(most)) if taken and most else None,
    )


def _stands(facts: Facts, lag: int | None) -> str:
    if facts.get("replica") != "t":
        return NOBODY
    if facts.get("streaming") != "t":
        return SILENT
    if facts.get("paused") == "t":
        return PAUSED
    return IDLE if "age" in facts and lag is None else STREAMING


async def _facts(spec: PostgresqlSpec, talk: PgTalk, dialogue: Dialogue) -> Facts:
    fields = [each.field for each in spec.conditions]
    names = list(dict.fromkeys(name for field in fields for name in NEEDED.get(field, ())))
    statement = _reading([FACTS[name] for name in names], spec) if names else PING
    with dialogue.timed("query") as found:
        row = await talk.row(statement)
        said = dict(zip(names, row, strict=False))
        found.append(", ".join(f"{name} {value}" for name, value in said.items()) or "answered")
    return said


def _reading(expressions: list[str], spec: PostgresqlSpec) -> str:
    """Ask in a transaction that cannot write, finds no functions but the server's own, and gives up as we do."""
    asked = ", ".join(expressions)
    return (
        "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog; "
        f"SET LOCAL statement_timeout = {spec.timeout // 1000 + 1}; SELECT {asked}; COMMIT"
    )


async def _lag(facts: Facts, spec: PostgresqlSpec, talk: PgTalk, dialogue: Dialogue) -> int | None:
    """How far (µs), at most, a replica is behind what it has received; None if nobody can tell.

    The newest transaction replayed may be old only because no other was made since. So where that would be too long,
    what is on its way at the first look is given a moment to be replayed.
    """
    limit = min((each.most for each in spec.conditions if isinstance(each, LagAtMost)), default=0)
    received, age = facts.get("received") or "", _age(facts.get("age"))
    if facts.get("replayed") == "t":
        return 0
    if not PLACE.fullmatch(received) or (age is not None and age <= limit):
        return age
    await asyncio.sleep(PAUSE / SECOND)
    reached = f"pg_last_wal_replay_lsn() >= '{received}'::pg_lsn"
    with dialogue.timed("query") as found:
        caught_up, later = await talk.row(_reading([reached, FACTS["age"]], spec))
        found.append(f"replayed {caught_up}, age {later}")
    if caught_up == "t":
        return PAUSE if age is None else min(PAUSE, age)
    return _age(later)


def _age(said: str | None) -> int | None:
    return None if said is None else max(0, whole(said))


def _true(facts: Facts, name: str) -> bool | None:
    said = facts.get(name)
    return None if said is None else said == "t"
