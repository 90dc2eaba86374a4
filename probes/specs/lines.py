"""TCP: a port, what is said to it, and what is expected to be heard."""

from __future__ import annotations

from typing import Literal

from probes.conditions.lines import BannerMatches
from probes.specs.wire import Host, Microseconds, Port, Wire

TcpCondition = BannerMatches


class TcpSpec(Wire):
    """Connect, send `send` if given, and read the first line if a banner is expected."""

    kind: Literal["tcp"] = "tcp"
    host: Host
    port: Port
    timeout: Microseconds
    send: str | None = None
    conditions: tuple[TcpCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.host}:{self.port}"
