"""SCRAM-SHA-256 (RFC 5802, RFC 7677): each end proves to know the password, and neither tells it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from functools import partial

from probes.observation import Failure, Reason

MECHANISM = "SCRAM-SHA-256"
NO_BINDING = "n,,"  # RFC 5802 §7: the client does without channel binding
# The usual number is 4096; a target must not be able to keep this machine at work for minutes.
ROUNDS_LIMIT = 1_000_000
SALT_LIMIT = 1_024  # bytes; 16 are usual
SALTED_LIMIT = 1_000
_SALTED: dict[tuple[str, bytes, int], bytes] = {}

PROHIBITED = (
    *(stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3),
    *(stringprep.in_table_c4, stringprep.in_table_c5, stringprep.in_table_c6),
    *(stringprep.in_table_c7, stringprep.in_table_c8, stringprep.in_table_c9),
)


class Scram:
    """One exchange; PostgreSQL takes the user from its own start, so that none is named here.

    `proven` is whether the target has shown that it knows the password itself.
    """

    def __init__(self, password: str, nonce: str | None = None, user: str = "") -> None:
        self._password = prepared(password)
        self._nonce = nonce or secrets.token_urlsafe(18)
        self._bare = f"n={user},r={self._nonce}"
        self._expected = b""
        self.proven = False

    def first(self) -> str:
        """What the client says first."""
        return NO_BINDING + self._bare

    async def final(self, challenge: str) -> str:
        """Answer the challenge.

        Raises:
            Failure: it is none, or asks for too much work.

        """
        nonce, salt, rounds = self._understood(challenge)
        bare = f"c={b64encode(NO_BINDING.encode()).decode()},r={nonce}"
        signed = f"{self._bare},{challenge},{bare}".encode()
        salted = await _salted(self._password, salt, rounds)
        key = _keyed(salted, b"Client Key")
        proof = _xor(key, _keyed(hashlib.sha256(key).digest(), signed))
        self._expected = _keyed(_keyed(salted, b"Server Key"), signed)
        return f"{bare},p={b64encode(proof).decode()}"

    def require_proof(self, said: str) -> None:
        """Hold the target's proof against the password.

        Raises:
            Failure: it does not know the password itself, so that it is somebody else.

        """
        told = _attributes(said).get("v", "")
        if not self._expected or not hmac.compare_digest(told.encode(), b64encode(self._expected)):
            message = "the target does not prove that it knows the password itself"
            raise Failure(Reason.PROTOCOL, message)
        self.proven = True

    def _understood(self, challenge: str) -> tuple[str, bytes, int]:
        told = _attributes(challenge)
        nonce, rounds = told.get("r", ""), told.get("i", "")
        try:
            salt = b64decode(told.get("s", ""), validate=True)
        except ValueError:
            salt = b""
        new = nonce.startswith(self._nonce) and nonce != self._nonce and not self._expected
        if not (new and 0 < len(salt) <= SALT_LIMIT and rounds.isascii() and rounds.isdigit()):
            raise Failure(Reason.PROTOCOL, "the target's challenge of the login is none")
        if len(rounds) > len(str(ROUNDS_LIMIT)) or not 0 < int(rounds) <= ROUNDS_LIMIT:
            said = f"the target asks for {rounds[:20]} rounds of work to log in"
            raise Failure(Reason.PROTOCOL, said)
        return nonce, salt, int(rounds)


async def _salted(password: str, salt: bytes, rounds: int) -> bytes:
    """The salted password; it is the same each time, and takes longer than all the rest (RFC 5802 §5.1)."""
    asked = (password, salt, rounds)
    found = _SALTED.get(asked)
    if found is None:
        work = partial(hashlib.pbkdf2_hmac, "sha256", password.encode(), salt, rounds)
        found = await asyncio.to_thread(work)
        if len(_SALTED) >= SALTED_LIMIT:  # a target may choose another salt each time
            _SALTED.clear()
        _SALTED[asked] = found
    return found


def prepared(password: str) -> str:
    """Write a password as both ends agreed to compare it (SASLprep, RFC 4013); one that cannot be so stays as it is."""
    mapped = "".join(
        " " if stringprep.in_table_c12(each) else each
        for each in password
        if not stringprep.in_table_b1(each)
    )
    normal = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    refused = any(table(each) for each in normal for table in PROHIBITED)
    return password if refused or not normal else normal


def _attributes(said: str) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in said.split(","))}


def _keyed(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
