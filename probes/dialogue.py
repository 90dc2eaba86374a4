"""The dialogue: resolve, guard, connect, secure and talk, each stage timed and each fault named."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from probes import chain
from probes.connection import Connection
from probes.guard import Network, NotPermittedError, require_permitted
from probes.observation import Failure, Heard, Reason, Stage, inconclusive
from probes.resolver import Resolver
from probes.specs.wire import Family
from probes.tls import TlsContext, lenient

Prelude = Callable[[Connection], Awaitable[object]]

LINE_LIMIT = 200
# Headers that explain a reply and tell nothing of people: no cookies, no addresses, no locations.
KEPT = frozenset(
    {
        *("age", "cache-control", "content-length", "content-type", "date", "last-modified"),
        *("retry-after", "server", "via", "x-cache"),
    }
)

HANDSHAKE = frozenset({Reason.TLS_HANDSHAKE, Reason.RESET})
EXPLAINABLE = HANDSHAKE | {each for each in Reason if each.startswith("tls_")}
OUTDATED = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


@dataclass
class Surroundings:
    """What an agent's attempts share: its allow-list, its resolver, its trusted authorities.

    `contact` is an address (URL) at which whoever is asked can learn who asks.
    """

    allow: Sequence[Network] = ()
    resolver: Resolver = field(default_factory=Resolver)
    tls: TlsContext = field(default_factory=TlsContext)
    contact: str = ""


class Timed:
    """A stage of a dialogue under way; written out, as a generator would cost more than some stages take."""

    def __init__(self, dialogue: Dialogue, name: str) -> None:
        self._dialogue = dialogue
        self._name = name
        self._found: list[str] = []
        self._lag = self._begun = 0

    def __enter__(self) -> list[str]:
        self._dialogue.stage = self._name
        self._lag, self._begun = self._dialogue.lag, time.perf_counter_ns()
        return self._found

    def __exit__(self, _: object, fault: BaseException | None, __: object) -> None:
        ended, dialogue = time.perf_counter_ns(), self._dialogue
        if isinstance(fault, asyncio.CancelledError):
            # By the deadline of the attempt, or by the end of the agent.
            self._found.append("cut off")
        elif fault is not None:
            self._found.append(str(fault) or type(fault).__name__)
        # What the loop came late for is ours, not the target's.
        took = max(0, (ended - self._begun) // 1000 - (dialogue.lag - self._lag))
        dialogue.phases[self._name] = dialogue.phases.get(self._name, 0) + took
        dialogue.stages.append(Stage(self._name, took, "; ".join(self._found)))


class Dialogue:
    """The record of one attempt while it runs; it may open several connections (redirects).

    `verdict` is the failure already certain, while more is looked at only to explain it. `status` and `retry_after`
    are what a web server said last, `within` names the step under way, where there are several.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.phases: dict[str, int] = {}
        self.stages: list[Stage] = []
        self.stage = "start"
        self.address: str | None = None
        self.secrets: list[str] = []
        self.heard = Heard()
        self.verdict: Failure | None = None
        self.status: int | None = None
        self.retry_after = ""
        self.within = ""
        self._open: list[Connection] = []

    def timed(self, name: str) -> Timed:
        """Time a stage, also when it fails; what is appended to the list it gives tells what it found."""
        return Timed(self, name)

    def hears(self, line: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep what the target said of itself: its first line, and of its headers those that may be kept."""
        kept = {name: said[:LINE_LIMIT] for name, said in (headers or {}).items() if name in KEPT}
        self.heard = Heard(line[:LINE_LIMIT], kept, self.heard.certificates)

    async def find(self, host: str, family: Family | None = None) -> str:
        """Resolve a host and return the one address that will be dialled, all of them permitted.

        Raises:
            Failure: the name leads nowhere, or not where this agent may go.

        """
        with self.timed("dns") as found:
            addresses = await self.surroundings.resolver.addresses(host, family)
            found.append(", ".join(addresses))
        with self.timed("guard") as found:
            try:
                require_permitted(addresses, self.surroundings.allow)
            except NotPermittedError as refusal:
                raise inconclusive(Reason.NOT_PERMITTED, str(refusal)) from None
            found.append("permitted")
        self.address = addresses[0]
        return addresses[0]

    async def connect(
        self,
        host: str,
        port: int,
        *,
        tls: TlsContext | None = None,
        name: str | None = None,
        family: Family | None = None,
    ) -> Connection:
        """Open a connection to the checked address; with `tls` verify that it is `name`, or else the host.

        Raises:
            Failure: naming what went wrong at which end.

        """
        connection = await self._dialled(await self.find(host, family), port)
        if tls is not None:
            await self.secure(connection, tls, name or host)
        return connection

    async def secure(
        self,
        connection: Connection,
        context: TlsContext,
        name: str,
        *,
        prelude: Prelude | None = None,
    ) -> None:
        """Begin TLS on a connection; where that fails, look once more at what is there, for the evidence.

        `prelude` is what was said before TLS and must be said again for that; without it only a fresh talk is repeated.

        Raises:
            Failure: the handshake or the certificate is wrong, or the connection broke.

        """
        name = name.removesuffix(".")  # as certificates are made out (RFC 6066 §3)
        try:
            with self.timed("tls") as found:
                await connection.secure(context, name)
                self._note_certificates(connection, found)
        except Failure as failure:
            if failure.reason not in EXPLAINABLE or (connection.talked and prelude is None):
                raise
            self.verdict = failure
            raise await self._explained(connection, name, failure, prelude) from None

    async def _explained(
        self, failed: Connection, name: str, failure: Failure, prelude: Prelude | None
    ) -> Failure:
        """Shake hands again with whatever is offered: nothing is sent over it, and nothing believes it."""
        try:
            again = await self._dialled(*failed.peer)
            if prelude is not None:
                await prelude(again)
            with self.timed("second_look") as found:
                await again.secure(lenient(), name)
                self._note_certificates(again, found)
        except (Failure, ValueError):  # it broke again, or what it shows cannot be read
            return failure
        spoken = again.tls.version if again.tls else None
        if failure.reason in HANDSHAKE and spoken in OUTDATED:
            said = f"the target speaks {spoken} at best, which is no longer safe"
            return Failure(Reason.TLS_PROTOCOL, said)
        return failure

    async def _dialled(self, address: str, port: int) -> Connection:
        with self.timed("connect") as found:
            connection = await Connection.dial(address, port)
            self._open.append(connection)
            found.append(f"{address} port {port}")
        return connection

    def _note_certificates(self, connection: Connection, found: list[str]) -> None:
        if connection.tls is None:
            return
        shown = tuple(map(chain.read, connection.tls.certificates))
        self.heard = Heard(self.heard.line, self.heard.headers, shown)
        left = f", {shown[0].days_left(now())} days left" if shown else ""
        found.append(f"{connection.tls.version}{left}")

    @property
    def lag(self) -> int:
        """For how long (µs) what came had lain in the kernel before it was read."""
        lag = 0
        for each in self._open:  # asked for so often that a generator would be felt
            lag += each.lag
        return lag

    @property
    def by_kernel(self) -> bool:
        """Whether the kernel told when things arrived."""
        return bool(self._open) and all(each.by_kernel for each in self._open)

    @property
    def received(self) -> int:
        """Bytes that came on the newest connection."""
        return self._open[-1].received if self._open else 0

    def close(self) -> None:
        """Drop all connections at once; what they still had to say is of no interest."""
        for connection in self._open:
            connection.close()


def now() -> int:
    """The present instant in µs UTC."""
    return time.time_ns() // 1000
