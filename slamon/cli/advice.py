"""What to do where an attempt says nothing about its target, for who asked by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from probes.observation import Reason
from slamon.cli.terminal import errors
from slamon.web.asking import AskedNow

AUTHORITIES = (
    "SLAMON_AGENT_CA is a file (PEM) of authorities that are trusted besides those of the system"
)
ADVICE: Mapping[str, str] = {
    Reason.NOT_PERMITTED: "SLAMON_AGENT_ALLOW lists the networks that may be asked though they are not public, e.g. "
    "SLAMON_AGENT_ALLOW=10.0.0.0/8; no list opens the addresses at which clouds give out metadata",
    Reason.SECRET_MISSING: "a secret is looked up where the agent runs: here, set the variable for this command, "
    "or let its user read the file",
    Reason.RESOLVER: "the name servers of this machine, in /etc/resolv.conf, are asked",
    Reason.TLS_CHAIN: AUTHORITIES,
    Reason.TLS_UNTRUSTED: AUTHORITIES,
    Reason.TLS_SELF_SIGNED: AUTHORITIES,
}


def advise(asked: Iterable[AskedNow]) -> None:
    """Print on standard error what helps, each once."""
    found = (ADVICE.get(each.reason or "") for each in asked)
    for line in dict.fromkeys(each for each in found if each):
        errors.print(line, style="yellow", highlight=False, soft_wrap=True)
