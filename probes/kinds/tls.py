"""TLS: shake hands, at once or after asking for it, and look at the certificates."""

from __future__ import annotations

from functools import partial

from probes.conditions.reply import Reply
from probes.dialogue import Dialogue, now
from probes.kinds import starttls
from probes.specs.certificates import TlsSpec


async def ask(spec: TlsSpec, dialogue: Dialogue) -> Reply:
    """Shake hands and return the certificates shown; nothing is said after that.

    Raises:
        Failure: no connection, no TLS, or a certificate that is not valid for the name.

    """
    connection = await dialogue.connect(spec.host, spec.port, family=spec.family)
    prelude = None
    if spec.starttls is not None:
        prelude = partial(starttls.begin, spec.starttls)
        with dialogue.timed("starttls") as found:
            found.append(await prelude(connection))
    name = (spec.name or spec.host).strip("[]")
    await dialogue.secure(connection, dialogue.surroundings.tls, name, prelude=prelude)
    return Reply(
        certificates=dialogue.heard.certificates,
        tls_version=connection.tls.version if connection.tls else None,
        at=now(),
    )
