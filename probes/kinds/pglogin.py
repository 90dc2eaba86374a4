"""Logging in to PostgreSQL: by SCRAM-SHA-256, by MD5, or by the password itself where TLS keeps it."""

from __future__ import annotations

from enum import IntEnum
from hashlib import md5

from probes.conditions.requirement import excerpt
from probes.dialogue import Dialogue
from probes.kinds.databases import Login, no_method
from probes.kinds.pgwire import PgTalk
from probes.kinds.scram import MECHANISM, Scram
from probes.observation import Failure, Reason


class Asked(IntEnum):
    """What a server asks for to log in."""

    NOTHING = 0
    CLEAR = 3
    MD5 = 5
    SASL = 10
    SASL_CONTINUE = 11
    SASL_FINAL = 12


OTHERS = {2: "Kerberos", 6: "SCM credentials", 7: "GSSAPI", 9: "SSPI"}


async def log_in(
    talk: PgTalk, login: Login, database: str, dialogue: Dialogue, *, safe: bool
) -> None:
    """Log in; `safe` says that TLS keeps what is said.

    Raises:
        Failure: the server refuses, or asks for what cannot or may not be told.

    """
    with dialogue.timed("first_byte"):
        await talk.start(login.user, database)
        code, asked = await talk.authentication()
    answers = _Answers(login, safe=safe)
    while code != Asked.NOTHING:
        answer = await answers.to(code, asked)  # takes time of ours, so outside of any stage
        with dialogue.timed("login") as found:
            if answer is not None:
                await talk.say(b"p", answer)
            code, asked = await talk.authentication()
            found.append(answers.method)
    answers.require_end()
    with dialogue.timed("login") as found:
        await talk.ready()
        found.append("accepted")


class _Answers:
    """What the client answers step by step; `method` is how it logs in."""

    def __init__(self, login: Login, *, safe: bool) -> None:
        self._login = login
        self._safe = safe
        self._scram: Scram | None = None
        self.method = ""

    async def to(self, code: int, asked: bytes) -> bytes | None:
        match code:
            case Asked.CLEAR:
                self.method = "password"
                return self._word(told=True).encode() + b"\0"
            case Asked.MD5:
                self.method = "MD5"
                return _hashed(self._login.user, self._word(), asked)
            case Asked.SASL:
                return self._begun(asked)
            case Asked.SASL_CONTINUE if self._scram is not None:
                return (await self._scram.final(_text(asked))).encode()
            case Asked.SASL_FINAL if self._scram is not None:
                self._scram.require_proof(_text(asked))
                return None
        raise no_method(OTHERS.get(code, f"method {code}"))

    def require_end(self) -> None:
        if self._scram is not None and not self._scram.proven:
            said = "the target lets in without proving that it knows the password itself"
            raise Failure(Reason.PROTOCOL, said)

    def _begun(self, asked: bytes) -> bytes:
        offered = [_text(each) for each in asked.split(b"\0") if each]
        if MECHANISM not in offered:
            raise no_method(excerpt(" or ".join(offered)))
        self.method = MECHANISM
        self._scram = Scram(self._word())
        first = self._scram.first().encode()
        return MECHANISM.encode() + b"\0" + len(first).to_bytes(4, "big") + first

    def _word(self, *, told: bool = False) -> str:
        return self._login.word(told=told, safe=self._safe)


def _hashed(user: str, password: str, salt: bytes) -> bytes:
    inner = md5(f"{password}{user}".encode(), usedforsecurity=False).hexdigest()
    return b"md5" + md5(inner.encode() + salt, usedforsecurity=False).hexdigest().encode() + b"\0"


def _text(said: bytes) -> str:
    return said.decode(errors="replace")
