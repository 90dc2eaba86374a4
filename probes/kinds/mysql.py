"""MySQL and MariaDB: log in, ask a question that only reads, and have it answered."""

from __future__ import annotations

from functools import partial

from probes.conditions.reply import Reply
from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.dialogue import Dialogue, now
from probes.kinds import myfacts
from probes.kinds.databases import login_of, may_begin_tls, secured
from probes.kinds.mylogin import ask_for_tls, log_in
from probes.kinds.mywire import TLS, Greeting, MyTalk
from probes.specs.databases import MysqlSpec


async def ask(spec: MysqlSpec, dialogue: Dialogue) -> Reply:
    """Log in, ask what the conditions need to know, and take leave.

    Raises:
        Failure: no connection, no TLS, no login, or no answer.

    """
    login = login_of(spec, dialogue)
    connection = await dialogue.connect(spec.host, spec.port, family=spec.family)
    talk = MyTalk(connection)
    with dialogue.timed("first_byte") as found:
        greeting = await talk.greeting()
        found.append(excerpt(greeting.version))
    dialogue.hears(f"MySQL {excerpt(greeting.version)}")
    await _secured(connection, talk, greeting, spec, dialogue)
    with dialogue.timed("login") as found:
        safe = connection.tls is not None
        found.append(await log_in(talk, login, greeting, spec.database, safe=safe))
    answer = await myfacts.asked(spec, talk, greeting.version, dialogue)
    await talk.leave()
    return Reply(
        database=answer,
        certificates=dialogue.heard.certificates,
        tls_version=connection.tls.version if connection.tls else None,
        at=now(),
        phases=dialogue.phases,
        lag=dialogue.lag,
    )


async def _secured(
    connection: Connection, talk: MyTalk, greeting: Greeting, spec: MysqlSpec, dialogue: Dialogue
) -> None:
    if not may_begin_tls(spec, offered=bool(greeting.can & TLS)):
        return
    await ask_for_tls(talk, spec.database)
    await secured(connection, spec, dialogue, partial(_asked_again, spec.database))


async def _asked_again(database: str | None, connection: Connection) -> None:
    talk = MyTalk(connection)
    await talk.greeting()
    await ask_for_tls(talk, database)
