"""PostgreSQL: log in, ask a question that only reads, and have it answered."""

from __future__ import annotations

from functools import partial

from probes.conditions.reply import Reply
from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.dialogue import Dialogue, now
from probes.kinds import pgfacts, starttls
from probes.kinds.databases import login_of, may_begin_tls, secured
from probes.kinds.pglogin import log_in
from probes.kinds.pgwire import PgTalk
from probes.observation import Failure, Reason
from probes.specs.databases import PostgresqlSpec


async def ask(spec: PostgresqlSpec, dialogue: Dialogue) -> Reply:
    """Log in, ask what the conditions need to know, and take leave.

    Raises:
        Failure: no connection, no TLS, no login, or no answer.

    """
    login = login_of(spec, dialogue)
    connection = await dialogue.connect(spec.host, spec.port, family=spec.family)
    await _secured(connection, spec, dialogue)
    talk = PgTalk(connection)
    await log_in(talk, login, spec.database, dialogue, safe=connection.tls is not None)
    dialogue.hears(f"PostgreSQL {excerpt(talk.version)}")
    answer = await pgfacts.asked(spec, talk, dialogue)
    # An end without a word would stand in the server's log as a fault.
    await talk.say(b"X")
    return Reply(
        database=answer,
        certificates=dialogue.heard.certificates,
        tls_version=connection.tls.version if connection.tls else None,
        at=now(),
        phases=dialogue.phases,
        lag=dialogue.lag,
        took=sum(dialogue.phases.values()),
    )


async def _secured(connection: Connection, spec: PostgresqlSpec, dialogue: Dialogue) -> None:
    if spec.tls == "off":
        return
    with dialogue.timed("starttls") as found:
        await connection.send(starttls.SSL_REQUEST)
        answer = await connection.receive()
        found.append(excerpt(answer.decode("latin-1")))
    if not answer:
        raise Failure(Reason.CLOSED, "the target hung up before TLS began")
    if answer not in {b"S", b"N"}:
        said = f"the target answers {found[0]!r} where it should agree to TLS"
        raise Failure(Reason.PROTOCOL, said)
    if may_begin_tls(spec, offered=answer == b"S"):
        await secured(connection, spec, dialogue, partial(starttls.begin, "postgresql"))
