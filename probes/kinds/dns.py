"""DNS: ask one name server; what it says of the name is the target's, its silence is not."""

from __future__ import annotations

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype
from dns.message import Message

from probes.conditions.reply import Reply
from probes.connection import faults_named
from probes.dialogue import Dialogue
from probes.observation import Failure, Reason, inconclusive
from probes.specs.names import DnsSpec


async def ask(spec: DnsSpec, dialogue: Dialogue) -> Reply:
    """Ask for the records and return them as text.

    Raises:
        Failure: bad if the name or the records do not exist; a silent, failing or refusing server
            is inconclusive (judging rule P1b).

    """
    address = await dialogue.find(spec.host)
    question = dns.message.make_query(spec.name, spec.type)
    with dialogue.timed("first_byte") as found:
        response = await _exchanged(question, address, spec)
        found.append(dns.rcode.to_text(response.rcode()))
    return Reply(answers=_answers(response, spec))


async def _exchanged(question: Message, address: str, spec: DnsSpec) -> Message:
    try:
        with faults_named():
            response, _ = await dns.asyncquery.udp_with_fallback(question, address, port=spec.port)
    except dns.exception.DNSException as fault:
        raise inconclusive(Reason.RESOLVER, f"no valid answer: {fault}") from None
    return response


def _answers(response: Message, spec: DnsSpec) -> tuple[str, ...]:
    code = response.rcode()
    if code == dns.rcode.NXDOMAIN:
        raise Failure(Reason.NXDOMAIN, f"the name {spec.name} does not exist")
    if code != dns.rcode.NOERROR:
        raise inconclusive(Reason.RESOLVER, f"the name server answers {dns.rcode.to_text(code)}")
    wanted = dns.rdatatype.from_text(spec.type)
    found = tuple(
        record.to_text() for rrset in response.answer if rrset.rdtype == wanted for record in rrset
    )
    if not found:
        raise Failure(Reason.NO_DATA, f"the name {spec.name} has no {spec.type} record")
    return tuple(sorted(found))
