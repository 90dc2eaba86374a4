"""The centre as the agent sees it: where assignments come from, and batches and interruptions go to."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from probes.spec import ProbingInterrupted
from probes.spool import Parcel

TIMEOUT = 10
ANSWER_LIMIT = 64 * 1024 * 1024


class UnreachableError(Exception):
    """The centre did not answer; nothing is known of what it has received."""


@dataclass(frozen=True)
class Answer:
    """What the centre said."""

    status: int
    body: bytes
    etag: str | None


class Centre:
    """Speaks HTTP with the centre; blocking, so used from a thread."""

    def __init__(self, url: str, agent: str, key: str) -> None:
        self._url = urlsplit(url)
        self._root = f"{self._url.path.rstrip('/')}/api/v1/agents/{quote(agent, safe='')}"
        self._key = key

    def assignment(self, known: str | None) -> Answer:
        """Fetch the assignment, 304 if it is still the one of the `known` ETag."""
        return self._ask("GET", "/assignment", {} if known is None else {"If-None-Match": known})

    def push(self, spool: str, parcel: Parcel) -> Answer:
        """Hand over a batch; repeating it changes nothing."""
        path = f"/batches/{spool}/{parcel.day}/{parcel.sequence}"
        return self._ask("POST", path, {"Content-Type": "application/octet-stream"}, parcel.data)

    def report(self, gap: ProbingInterrupted) -> Answer:
        """Explain a gap; repeating it changes nothing."""
        body = gap.model_dump_json().encode()
        return self._ask("POST", "/interruptions", {"Content-Type": "application/json"}, body)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        https = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=TIMEOUT)
        try:
            authorised = headers | {"Authorization": f"Bearer {self._key}"}
            connection.request(method, self._root + path, body, authorised)
            response = connection.getresponse()
            return Answer(response.status, response.read(ANSWER_LIMIT), response.getheader("ETag"))
        except (OSError, http.client.HTTPException) as fault:
            raise UnreachableError(str(fault) or type(fault).__name__) from None
        finally:
            connection.close()
