"""What asking a database takes, whichever it is: who logs in, and TLS as its protocol begins it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from probes.conditions.requirement import excerpt
from probes.connection import Connection
from probes.dialogue import Dialogue, Prelude
from probes.kinds.contexts import context_of
from probes.observation import Failure, Reason, inconclusive
from probes.secret import resolved
from probes.specs.databases import DatabaseAccess

REFERENCES = ("env:", "file:/")


@dataclass(frozen=True)
class Login:
    """Who logs in; without a `password` the target has to do without one."""

    user: str
    password: str | None

    def word(self, *, told: bool, safe: bool) -> str:
        """The password where it is needed; `told` says that the target hears it as it is, `safe` that nobody else does.

        Raises:
            Failure: inconclusive, there is none, or anybody could listen.

        """
        if self.password is None:
            said = "the target asks for a password, and none is stated"
            raise inconclusive(Reason.SECRET_MISSING, said)
        if told and not safe:
            said = "the target asks for the password itself, and without TLS anybody could hear it"
            raise inconclusive(Reason.NOT_MEASURABLE, said)
        return self.password


def login_of(spec: DatabaseAccess, dialogue: Dialogue) -> Login:
    """Resolve who logs in.

    Raises:
        Failure: inconclusive, a reference leads nowhere.

    """
    user, password = spec.user, None
    if spec.password is not None:
        password = resolved(spec.password)
        dialogue.secrets.append(password)
    if user.startswith(REFERENCES):
        user = resolved(user)
        dialogue.secrets.append(user)
    return Login(user, password)


def no_method(name: str) -> Failure:
    """What is seen where the target asks for a login of a kind that the prober does not know."""
    said = f"the target asks for a login by {name}, which this prober does not know"
    return inconclusive(Reason.NOT_MEASURABLE, said)


def may_begin_tls(spec: DatabaseAccess, *, offered: bool) -> bool:
    """Whether TLS is begun.

    Raises:
        Failure: it is required, and the target has none.

    """
    if spec.tls == "required" and not offered:
        raise Failure(Reason.TLS_NOT_OFFERED, "the target offers no TLS")
    return offered and spec.tls != "off"


async def secured(
    connection: Connection, spec: DatabaseAccess, dialogue: Dialogue, prelude: Prelude
) -> None:
    """Begin TLS; `prelude` is what was said before, should it have to be said again.

    Raises:
        Failure: the handshake or the certificate is wrong, or the connection broke.

    """
    context = context_of(spec, dialogue.surroundings.tls)
    name = (spec.name or spec.host).strip("[]")
    await dialogue.secure(connection, context, name, prelude=prelude)


def whole(said: str) -> int:
    """Read a whole number.

    Raises:
        Failure: it is none.

    """
    if not re.fullmatch(r"-?\d{1,18}", said, re.ASCII):
        raise Failure(Reason.PROTOCOL, f"the target answers {excerpt(said)!r} instead of a number")
    return int(said)
