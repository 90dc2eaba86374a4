"""The tables of what files and people tell: tickets, levels, claims, signatures, answers."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, MetaData, String, Table

metadata = MetaData()
"""What all tables of the read side stand in."""

ticket = Table(
    "ticket",
    metadata,
    Column("source", String, primary_key=True),
    Column("ticket", String, primary_key=True),
    Column("opened", BigInteger, nullable=False),
    Column("responded", BigInteger),
    Column("resolved", BigInteger),
    Column("priority", String, nullable=False),
    Column("paused_us", BigInteger, nullable=False),
    Column("pauses", JSON, nullable=False),  # their spans, where these are known
    Column("priorities", JSON, nullable=False),  # from when it had which, where that changed
    Column("sha256", String, nullable=False),  # of the file
    Column("position", BigInteger, nullable=False),  # of the fact that said so last
)

file_signature = Table(
    "file_signature",
    metadata,
    Column("source", String, primary_key=True),
    Column("sha256", String, primary_key=True),
    Column("side", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

level = Table(
    "level",
    metadata,
    Column("source", String, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("value", String, nullable=False),  # an exact decimal number
    Column("position", BigInteger, nullable=False),
)

claimed_outage = Table(
    "claimed_outage",
    metadata,
    Column("source", String, primary_key=True),
    Column("service", String, primary_key=True),
    Column("begin", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("cause", String, nullable=False),
    Column("position", BigInteger, nullable=False),  # of the fact that said so last
)

attestation_answer = Table(
    "attestation_answer",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("attestation", String, nullable=False),
    Column("period", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("party", String, nullable=False),
    Column("note", String, nullable=False),
    Column("because", String),  # of an answer that took an earlier one back
    Column("actor", String, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
)

Index("ticket_by_opening", ticket.c.source, ticket.c.opened)
