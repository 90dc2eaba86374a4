"""Who may decide: one-time sign-in links and the sessions they open, kept only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

LINK_LIFE = 30 * 60 * 1_000_000
SESSION_LIFE = 12 * 60 * 60 * 1_000_000

LinkState = Literal["good", "used", "expired", "unknown"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_in_link (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, actor TEXT NOT NULL,
  expires_at INTEGER NOT NULL, used_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, actor TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
"""


class LinkRefused(Exception):  # noqa: N818 - a link is refused, nothing failed
    """A sign-in link that opens no session; `state` says why."""

    def __init__(self, state: LinkState) -> None:
        """Keep why the link was refused."""
        super().__init__(state)
        self.state = state


class Access:
    """Links and sessions in one SQLite file, or in memory where no file is given.

    Several processes may open the same file: a command mints, the running web redeems.
    """

    def __init__(self, store: Path | None, clock: Callable[[], int]) -> None:
        """Open the store; `clock` tells the instant now in µs."""
        self._clock = clock
        self._lock = threading.Lock()
        if store is not None:
            store.parent.mkdir(parents=True, exist_ok=True)
            store.touch(mode=0o600)
        self._rows = sqlite3.connect(
            store or ":memory:", timeout=10, isolation_level=None, check_same_thread=False
        )
        self._rows.executescript(SCHEMA)

    def mint(self, actor: str) -> str:
        """Make a one-time token for `actor`; this is the only time it can be read."""
        now = self._clock()
        identity, secret = _new_key()
        with self._lock, self._rows:
            self._rows.execute("DELETE FROM sign_in_link WHERE expires_at < ?", (now - LINK_LIFE,))
            self._rows.execute("DELETE FROM session WHERE expires_at <= ?", (now,))
            self._rows.execute(
                "INSERT INTO sign_in_link VALUES (?, ?, ?, ?, NULL)",
                (identity, _hash(secret), actor, now + LINK_LIFE),
            )
        return f"{identity}.{secret}"

    def link(self, token: str) -> tuple[LinkState, str | None]:
        """Say how a sign-in link stands, and for whom it is; looking does not use it up."""
        identity, _, secret = token.partition(".")
        with self._lock:
            row = self._rows.execute(
                "SELECT hash, actor, expires_at, used_at FROM sign_in_link WHERE id = ?",
                (identity,),
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], _hash(secret)):
            return "unknown", None
        if row[3] is not None:
            return "used", row[1]
        return ("good" if self._clock() < row[2] else "expired"), row[1]

    def redeem(self, token: str) -> str:
        """Use up a link and open a session; returns the session's key for the cookie.

        Raises: LinkRefused for a link that is unknown, used or expired.
        """
        state, actor = self.link(token)
        if state != "good" or actor is None:
            raise LinkRefused(state)
        now = self._clock()
        identity, secret = _new_key()
        with self._lock, self._rows:
            used = self._rows.execute(
                "UPDATE sign_in_link SET used_at = ? WHERE id = ? AND used_at IS NULL",
                (now, token.partition(".")[0]),
            )
            if used.rowcount != 1:  # another request was faster
                raise LinkRefused("used")
            self._rows.execute(
                "INSERT INTO session VALUES (?, ?, ?, ?)",
                (identity, _hash(secret), actor, now + SESSION_LIFE),
            )
        return f"{identity}.{secret}"

    def actor(self, session: str | None) -> str | None:
        """Name the actor of a session, or None where it is unknown or over."""
        identity, _, secret = (session or "").partition(".")
        with self._lock:
            row = self._rows.execute(
                "SELECT hash, actor, expires_at FROM session WHERE id = ?", (identity,)
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], _hash(secret)):
            return None
        return str(row[1]) if self._clock() < row[2] else None

    def sign_out(self, session: str) -> None:
        """End a session; an unknown one is already ended."""
        if self.actor(session) is not None:
            with self._lock, self._rows:
                self._rows.execute("DELETE FROM session WHERE id = ?", (session.partition(".")[0],))

    def close(self) -> None:
        """Close the store."""
        with self._lock:
            self._rows.close()


def form_token(key: str) -> str:
    """Derive the token that forms carry from the key in the visitor's cookie."""
    return hmac.new(key.encode(), b"slamon form", hashlib.sha256).hexdigest()


def form_token_fits(key: str | None, given: str) -> bool:
    """Tell whether a form was made for the visitor who sends it."""
    return bool(key) and hmac.compare_digest(form_token(key or "").encode(), given.encode())


def _new_key() -> tuple[str, str]:
    return secrets.token_hex(8), secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
