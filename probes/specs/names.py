"""DNS: which name server is asked for which records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from probes.conditions.names import AnswersNotEmpty
from probes.specs.wire import Host, Microseconds, Port, Wire

DnsCondition = AnswersNotEmpty


class DnsSpec(Wire):
    """Ask the name server at `host`:`port` for `name` and `type`."""

    kind: Literal["dns"] = "dns"
    host: Host
    port: Port = 53
    name: Annotated[str, StringConstraints(min_length=1, max_length=253)]
    type: Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] = "A"
    timeout: Microseconds
    conditions: tuple[DnsCondition, ...] = ()

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.name} {self.type} @{self.host}:{self.port}"
