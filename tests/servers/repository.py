"""A repository that answers by OAI-PMH 2.0, its errors included (written after the specification of 2002)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from tests.servers.faults import Talk

ALLOWED = {
    "Identify": (set(), set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
}
LENGTHS = {"YYYY-MM-DD": 10, "YYYY-MM-DDThh:mm:ssZ": 20}


@dataclass(frozen=True)
class Item:
    """A record: when it was changed last (as a datestamp), in which set it is, and whether it is deleted."""

    datestamp: str
    set: str = "articles"
    deleted: bool = False


@dataclass
class Repository:
    """Answers requests; `asked` are their arguments. What `identity` has replaces what Identify says."""

    items: tuple[Item, ...] = ()
    granularity: str = "YYYY-MM-DDThh:mm:ssZ"
    page: int = 100
    sets: bool = True
    identity: Mapping[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def answer(self, query: str) -> str:
        """The document for a request."""
        pairs = parse_qsl(query)
        said = dict(pairs)
        self.asked.append(dict(pairs))
        if len(pairs) != len(said):
            return self._error("badArgument", "an argument is repeated")
        verb = said.pop("verb", "")
        if verb not in ALLOWED:
            return self._error("badVerb", "Illegal OAI verb")
        needed, possible = ALLOWED[verb]
        if "resumptionToken" in said and needed:
            return self._page(said)
        if needed - said.keys() or said.keys() - needed - possible:
            return self._error("badArgument", "an argument is missing or illegal")
        return self._identify() if verb == "Identify" else self._list(said)

    def _identify(self) -> str:
        said = {
            "repositoryName": "Proceedings & Papers",
            "baseURL": "http://oai.example/",
            "protocolVersion": "2.0",
            "adminEmail": "oai@oai.example",
            "earliestDatestamp": "2001-01-01T00:00:00Z"[: LENGTHS[self.granularity]],
            "deletedRecord": "persistent",
            "granularity": self.granularity,
        }
        told = {name: text for name, text in (said | dict(self.identity)).items() if text}
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
        return self._document(f"<Identify>{inner}</Identify>")

    def _list(self, said: Mapping[str, str]) -> str:
        if said["metadataPrefix"] != "oai_dc":
            return self._error("cannotDisseminateFormat", "only oai_dc is known here")
        if "set" in said and not self.sets:
            return self._error("noSetHierarchy", "there are no sets")
        for bound in (said.get("from"), said.get("until")):
            if bound is not None and len(bound) != LENGTHS[self.granularity]:
                return self._error("badArgument", f"{bound} is of another granularity")
        return self._page({**said, "resumptionToken": "0"})

    def _page(self, said: Mapping[str, str]) -> str:
        token, _, kept = said["resumptionToken"].partition("|")
        since, _, of = kept.partition("|")
        since, of = said.get("from", since), said.get("set", of)
        if not token.isdecimal():
            return self._error("badResumptionToken", "it is not one of ours")
        found = [i for i in self.items if i.datestamp >= since and of in {"", i.set}]
        if not found:
            return self._error("noRecordsMatch", "")
        start = int(token)
        end = start + self.page
        inner = "".join(map(self._header, found[start:end], range(start, end)))
        if len(found) > self.page:
            left = f"{end}|{since}|{of}" if end < len(found) else ""
            inner += f"<resumptionToken>{left}</resumptionToken>"
        return self._document(f"<ListIdentifiers>{inner}</ListIdentifiers>")

    def _header(self, item: Item, number: int) -> str:
        status = ' status="deleted"' if item.deleted else ""
        name = f"<identifier>oai:oai.example:{number}</identifier>"
        rest = f"<datestamp>{item.datestamp}</datestamp><setSpec>{item.set}</setSpec>"
        return f"<header{status}>{name}{rest}</header>"

    def _error(self, code: str, text: str) -> str:
        return self._document(f'<error code="{code}">{text}</error>')

    def _document(self, inner: str) -> str:
        said = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            f"<responseDate>{said}</responseDate><request>http://oai.example/</request>{inner}"
            "</OAI-PMH>"
        )

    def talk(self) -> Talk:
        """Answer by HTTP, one request a connection."""

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1].decode()
            body = self.answer(urlsplit(path).query).encode()
            kind = "Content-Type: text/xml; charset=utf-8"
            head = f"HTTP/1.1 200 OK\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()

        return talk
