"""Logging in to MySQL and MariaDB: by a hash of the password, or by the password itself where TLS keeps it."""

from __future__ import annotations

from hashlib import sha1, sha256

from probes.conditions.requirement import excerpt
from probes.kinds.databases import Login, no_method
from probes.kinds.mywire import (
    ALWAYS,
    END,
    FINE,
    MORE,
    PACKET_LIMIT,
    TLS,
    UTF8,
    WITH_DATABASE,
    Greeting,
    MyTalk,
    Reader,
    strange,
)

NATIVE, CACHED, SHA256, CLEAR = (
    *("mysql_native_password", "caching_sha2_password"),
    *("sha256_password", "mysql_clear_password"),
)
KNOWN, UNKNOWN = b"\x03", b"\x04"  # whether the server remembers the password


async def ask_for_tls(talk: MyTalk, database: str | None) -> None:
    """Say that TLS begins now."""
    await talk.say(_head(database, TLS))
    talk.require_nothing_left()


async def log_in(
    talk: MyTalk, login: Login, greeting: Greeting, database: str | None, *, safe: bool
) -> str:
    """Log in, and return by which method; `safe` says that TLS keeps what is said.

    Raises:
        Failure: the server refuses, or asks for what cannot or may not be told.

    """
    answers = _Answers(login, safe=safe)
    method = greeting.method if greeting.method in {NATIVE, CACHED} else NATIVE
    word = answers.by(method, greeting.salt)
    await talk.say(
        _head(database, TLS if safe else 0)
        + login.user.encode()
        + b"\0"
        + bytes([len(word)])
        + word
        + (b"" if database is None else database.encode() + b"\0")
        + method.encode()
        + b"\0"
    )
    while (packet := await talk.answer())[0] != FINE:
        if packet[0] == END:
            reader = Reader(packet[1:])
            method, salt = reader.text() or "mysql_old_password", reader.rest()
            await talk.say(answers.by(method, salt[:20]))
        elif packet[0] != MORE or method != CACHED or packet[1:] not in {KNOWN, UNKNOWN}:
            raise strange(packet)
        elif packet[1:] == UNKNOWN:
            await talk.say(answers.by(CLEAR, b""))
    return method


class _Answers:
    """The password as each method takes it."""

    def __init__(self, login: Login, *, safe: bool) -> None:
        self._login = login
        self._safe = safe

    def by(self, method: str, salt: bytes) -> bytes:
        if self._login.password is None and method in {NATIVE, CACHED}:
            return b""  # so says who has none
        match method:
            case "mysql_native_password":
                return native(self._word(), salt)
            case "caching_sha2_password":
                return cached(self._word(), salt)
            case "mysql_clear_password" | "sha256_password":
                return self._word(told=True).encode() + b"\0"
        raise no_method(excerpt(method))

    def _word(self, *, told: bool = False) -> str:
        return self._login.word(told=told, safe=self._safe)


def native(password: str, salt: bytes) -> bytes:
    """Hash a password as `mysql_native_password` does."""
    once = _sha1(password.encode())
    return _xor(once, _sha1(salt + _sha1(once)))


def cached(password: str, salt: bytes) -> bytes:
    """Hash a password as `caching_sha2_password` does."""
    once = _sha256(password.encode())
    return _xor(once, _sha256(_sha256(once) + salt))


def _head(database: str | None, tls: int) -> bytes:
    can = ALWAYS | tls | (0 if database is None else WITH_DATABASE)
    return (
        can.to_bytes(4, "little") + PACKET_LIMIT.to_bytes(4, "little") + bytes([UTF8]) + bytes(23)
    )


def _sha1(said: bytes) -> bytes:
    return sha1(said, usedforsecurity=False).digest()


def _sha256(said: bytes) -> bytes:
    return sha256(said).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
