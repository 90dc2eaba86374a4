"""Interviews: one service asked one thing after another by HTTP, each a step that is timed by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit
from xml.etree.ElementTree import Element

from probes.conditions.reply import Reply
from probes.dialogue import Dialogue
from probes.kinds.browsing import Browsing, page
from probes.kinds.markup import document
from probes.observation import Failure, Reason, inconclusive
from probes.specs.interviews import InterviewSpec

OK = 200

ErrorOf = Callable[[Element], str | None]
"""What a document says of an error, in words; None where it tells of none."""


class Interview:
    """The steps of one attempt: they share cookies and credentials."""

    def __init__(self, spec: InterviewSpec, dialogue: Dialogue) -> None:
        self._spec = spec
        self._dialogue = dialogue
        self._url = urlsplit(spec.url)
        self._browsing = Browsing(spec, dialogue, self._url)
        self._steps: dict[str, Reply] = {}
        self._last = Reply()

    async def ask(self, step: str, arguments: Mapping[str, str], error_of: ErrorOf) -> Reply | None:
        """Take a step and return its reply; None where its status is not 200.

        Raises:
            Failure: no complete reply was had, or one that tells beside its status of an error.

        """
        said = urlencode(arguments, quote_via=quote, safe=":/,;")
        query = f"{self._url.query}&{said}" if self._url.query else said
        url = self._url._replace(query=query, fragment="").geturl()
        asked = page(urlsplit(url), self._spec, (), self._dialogue.secrets)
        self._dialogue.within = f"step {step}: "
        with self._dialogue.timed(f"step.{step}"):
            self._last = await self._browsing.visit(replace(asked, whole=True))
        self._steps[step] = self._last
        if self._last.status == OK:
            return self._last
        await self._explain(self._last, error_of)
        return None

    async def document(
        self, step: str, arguments: Mapping[str, str], error_of: ErrorOf, *, doctype: bool = False
    ) -> Element | None:
        """Take a step and read its document; None where its status is not 200.

        Raises:
            Failure: no complete reply was had, it is no document, or it tells of an error.

        """
        reply = await self.ask(step, arguments, error_of)
        return None if reply is None else await self.read(reply, error_of, doctype=doctype)

    async def read(self, reply: Reply, error_of: ErrorOf, *, doctype: bool = False) -> Element:
        """Read the document of a reply.

        Raises:
            Failure: it is none, or it tells of an error.

        """
        with self.reading():
            said = reply.headers.get("content-type", "")
            root = await document(reply.body or b"", said, doctype=doctype)
        if told := error_of(root):
            raise Failure(Reason.SERVICE_ERROR, told)
        return root

    async def _explain(self, reply: Reply, error_of: ErrorOf) -> None:
        try:
            with self.reading():
                told = error_of(await document(reply.body or b"", doctype=True))
        except Failure:
            self._dialogue.verdict = None
            return  # the status says enough
        if told:
            raise Failure(Reason.SERVICE_ERROR, f"status {reply.status}: {told}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What takes too long in here is our own slowness, and says nothing about the target."""
        late = "there was no time left to read what had come"
        self._dialogue.verdict = inconclusive(Reason.BODY_LIMIT, late)
        yield
        self._dialogue.verdict = None

    def reply(self) -> Reply:
        """Return the last reply, with those of all steps; it took as long as they did, without our reading."""
        self._dialogue.within = ""
        phases = self._dialogue.phases.items()
        took = sum(us for name, us in phases if name.startswith("step."))
        return replace(self._last, steps=self._steps, lag=self._dialogue.lag, took=took)
