"""The tables of the read side. All of them can be dropped and folded anew from the ledger."""

from __future__ import annotations

import hashlib

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from slamon.views import filetables

FOLD_VERSION = 7  # raise it when the same tables are filled in another way

metadata = filetables.metadata

view_state = Table(
    "view_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("catalogue", String, nullable=False),
    Column("state", JSON, nullable=False),
    Column("position", BigInteger, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("agent", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("location", String, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("body", String, nullable=False),
    Column("position", BigInteger, nullable=False),
)

covered = Table(
    "covered",
    metadata,
    Column("agent", String, primary_key=True),
    Column("spool", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("assignment", Integer, nullable=False),
    Column("outcomes", JSON, nullable=False),  # the last outcome of each probe, in plan order
)

spool_day = Table(
    "spool_day",
    metadata,
    Column("agent", String, primary_key=True),
    Column("spool", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC: that of the stream
    Column("position", BigInteger, nullable=False),  # of the first fact of that day's stream
    Column("until", BigInteger, nullable=False),  # this and the rest: as `covered` was before it
    Column("assignment", Integer, nullable=False),
    Column("outcomes", JSON, nullable=False),
)

interruption = Table(
    "interruption",
    metadata,
    Column("agent", String, primary_key=True),
    Column("begin", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
)

alarm = Table(
    "alarm",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("spool", String, nullable=False),
    Column("day", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),  # when the centre noticed
    Column("reason", String, nullable=False),
    Column("content_hash", String, nullable=False),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was recorded
    Column("location", String),  # none: it was revoked
    Column("reason", String),  # of a revocation
)

pause = Table(
    "pause",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", String, nullable=False),
    Column("probe", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it began, or ended
    Column("until", BigInteger),
    Column("began", Integer, nullable=False),  # 0: the probe is asked again
    Column("reason", String, nullable=False),
)

heartbeat_key = Table(
    "heartbeat_key",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("probe", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was recorded
    Column("key_sha256", String),  # none: it was revoked
)

probe_day = Table(
    "probe_day",
    metadata,
    Column("check", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("runs", LargeBinary, nullable=False),
    Column("basis", String, nullable=False),
    Column("since", BigInteger, nullable=False),  # position of the first fact that told of a result
    Column("position", BigInteger, nullable=False),  # of the newest, or of a correction
    sqlite_with_rowid=False,
)

corrected_day = Table(
    "corrected_day",
    metadata,
    Column("check", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("position", BigInteger, primary_key=True),  # of a fact that corrected results of it
)

latency_day = Table(
    "latency_day",
    metadata,
    Column("check", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("counts", LargeBinary, nullable=False),  # of attempts by bucket (`probes.latency`)
    Column("position", BigInteger, nullable=False),  # of the newest fact in it
    sqlite_with_rowid=False,
)

latency_state = Table(
    "latency_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),  # up to which latencies were counted
    Column("day", Integer, nullable=False),  # the newest that has a row
)

pace_bound = Table(
    "pace_bound",
    metadata,
    Column("check", String, primary_key=True),
    Column("bound", BigInteger, primary_key=True),  # µs
)

pace_day = Table(
    "pace_day",
    metadata,
    Column("check", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("bound", BigInteger, primary_key=True),  # µs: slower results are bad
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("runs", LargeBinary, nullable=False),
    Column("basis", String, nullable=False),
    Column("since", BigInteger, nullable=False),  # position of the first fact that told of a result
    Column("position", BigInteger, nullable=False),  # of the newest, or of a correction
    sqlite_with_rowid=False,
)

probe_last = Table(
    "probe_last",
    metadata,
    Column("check", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("outcome", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the fact that holds the newest result
    Column("good", BigInteger, nullable=False),
    Column("degraded", BigInteger, nullable=False),
    Column("bad", BigInteger, nullable=False),
    Column("inconclusive", BigInteger, nullable=False),
)

period = Table(
    "period",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("closed", JSON, nullable=False),
    Column("newest", JSON, nullable=False),  # as closed, with the figures of the newest restatement
    Column("known", BigInteger, nullable=False),  # the position that the newest figures rest on
    Column("restatements", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
)

period_restatement = Table(
    "period_restatement",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("restated", JSON, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
)

period_touched = Table(
    "period_touched",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("label", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),  # of a fact that may change the period
)

breach = Table(
    "breach",
    metadata,
    Column("breach", String, primary_key=True),
    Column("agreement", String, nullable=False),
    Column("objective", String, nullable=False),
    Column("label", String, nullable=False),
    Column("status", String, nullable=False),
    Column("found", JSON, nullable=False),
    Column("figure", JSON),  # as it was found
)

breach_step = Table(
    "breach_step",
    metadata,
    Column("breach", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("decision", String, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("reason", String),
    Column("position", BigInteger, nullable=False),
)

exclusion = Table(
    "exclusion",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("clause", String, nullable=False),
    Column("services", JSON, nullable=False),  # none: all of the agreement
    Column("begin", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("evidence", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("ruling", String),
    Column("ruling_reason", String, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("withdrawn_reason", String, nullable=False),
    Column("positions", JSON, nullable=False),  # of all its facts
    Column("position", BigInteger, nullable=False),  # of the newest
)

declaration = Table(
    "declaration",
    metadata,
    Column("service", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("begin", BigInteger, nullable=False),
    Column("end", BigInteger),  # none: it lasts
    Column("status", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("because", String),  # of the end or the withdrawal
    Column("recorded_at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the declaration itself
    Column("changed", BigInteger, nullable=False),  # of its newest fact
)

objective_day = Table(
    "objective_day",
    metadata,
    Column("agreement", String, primary_key=True),
    Column("objective", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # of the agreement's terms, from 1
    Column("part", Integer, primary_key=True),  # 1 inside the window that tightens the target
    Column("day", String, primary_key=True),  # local date in the agreement's zone
    Column("figures", String, nullable=False),  # JSON, in one spelling
    Column("basis", String, nullable=False),
    Column("good", BigInteger),  # of `total`; none of what is no sum of days
    Column("total", BigInteger),
    Column("unit", String),  # µs or cases
    Column("known", BigInteger, nullable=False),  # µs of `agreed` time
    Column("agreed", BigInteger, nullable=False),
)

seal = Table(
    "seal",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("position", BigInteger, nullable=False),  # of the seal itself
    Column("recorded_at", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("previous", String, nullable=False),
    Column("root", String, nullable=False),
    Column("hash", String, nullable=False),
)

Index("seal_by_last", seal.c.last)
Index("seal_by_position", seal.c.position)
Index("probe_day_told", probe_day.c.position, probe_day.c.since)
Index("pace_day_told", pace_day.c.position, pace_day.c.since)
Index("breach_by_status", breach.c.status, breach.c.agreement)


def schema_hash() -> str:
    """Twelve hex digits that change with any table or with the way it is filled."""
    dialect = sqlite.dialect()
    ddl = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    return hashlib.sha256(f"{FOLD_VERSION}{ddl}".encode()).hexdigest()[:12]
