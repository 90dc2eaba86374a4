"""DNS: ask name servers; what they say of the name is the target's, their silence is not."""

from __future__ import annotations

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
from dns.message import Message
from dns.name import Name
from dns.rdatatype import RdataType
from dns.rrset import RRset

from probes.conditions.reply import NameAnswer, Reply
from probes.dialogue import Dialogue
from probes.faults import faults_named
from probes.observation import Failure, Reason, inconclusive
from probes.specs.names import DnsSpec, server


async def ask(spec: DnsSpec, dialogue: Dialogue) -> Reply:
    """Ask for the records and return them as text.

    Raises:
        Failure: bad if the name or the records do not exist, and no condition says that they should not; a silent,
            failing or refusing server is inconclusive (judging rule P1b).

    """
    wanted = dns.rdatatype.from_text(spec.type)
    response = await _asked(spec, dialogue, (spec.host, spec.port), wanted)
    _require_meaning(response, spec)
    serials: dict[str, int] = {}
    if spec.servers:
        serials[f"{spec.host}:{spec.port}"] = await _serial(spec, dialogue, (spec.host, spec.port))
        for each in spec.servers:
            serials[each] = await _serial(spec, dialogue, server(each))
    rrsets = _of_the_name(response, wanted)
    found = tuple(sorted(record.to_text() for rrset in rrsets for record in rrset))
    code = dns.rcode.to_text(response.rcode())
    if not found and code == "NOERROR" and not spec.wanted_codes - {"NOERROR"}:
        raise Failure(Reason.NO_DATA, f"the name {spec.name} has no {spec.type} record")
    named = NameAnswer(
        rcode=code,
        authoritative=bool(response.flags & dns.flags.AA),
        authenticated=bool(response.flags & dns.flags.AD),
        signed=any(each.rdtype == RdataType.RRSIG for each in response.answer),
        ttl=min((each.ttl for each in rrsets), default=None),
        serials=tuple(serials.items()),
    )
    return Reply(answers=found, named=named)


def _of_the_name(response: Message, wanted: RdataType) -> list[RRset]:
    """The records of the name asked for, or of the one that its aliases lead to; those of others answer nothing."""
    name = response.question[0].name if response.question else None
    met: set[Name | None] = {None}
    while name not in met:
        met.add(name)
        own = [each for each in response.answer if each.name == name]
        if found := [each for each in own if each.rdtype == wanted]:
            return found
        name = next((each[0].target for each in own if each.rdtype == RdataType.CNAME), None)
    return []


async def _serial(spec: DnsSpec, dialogue: Dialogue, at: tuple[str, int]) -> int:
    response = await _asked(spec, dialogue, at, RdataType.SOA)
    for rrset in (*response.answer, *response.authority):
        if rrset.rdtype == RdataType.SOA:
            return int(rrset[0].serial)
    code = dns.rcode.to_text(response.rcode())
    said = f"{at[0]}:{at[1]} answers {code} without a serial of {spec.name}"
    raise inconclusive(Reason.RESOLVER, said)


async def _asked(
    spec: DnsSpec, dialogue: Dialogue, at: tuple[str, int], kind: RdataType
) -> Message:
    question = _question(spec, kind)
    address = await dialogue.find(at[0], spec.family)
    with dialogue.timed("first_byte") as found:
        response = await _exchanged(question, address, at[1], spec)
        code = dns.rcode.to_text(response.rcode())
        dialogue.hears(code)
        found.append(code)
    return response


def _question(spec: DnsSpec, kind: RdataType) -> Message:
    try:
        question = dns.message.make_query(spec.name, kind, want_dnssec=spec.dnssec)
    except (dns.exception.DNSException, UnicodeError) as fault:
        said = f"the name {spec.name!r} cannot be asked for: {fault}"
        raise inconclusive(Reason.RESOLVER, said) from None
    if not spec.recursion:
        question.flags &= ~dns.flags.RD
    if spec.dnssec:
        question.flags |= dns.flags.AD  # tell whether it was checked (RFC 6840 §5.7)
    return question


async def _exchanged(question: Message, address: str, port: int, spec: DnsSpec) -> Message:
    try:
        with faults_named:
            if spec.transport == "tcp":
                return await dns.asyncquery.tcp(question, address, port=port)
            # What answers another question, or comes from elsewhere, is not meant for us: wait on.
            response, _ = await dns.asyncquery.udp_with_fallback(
                question, address, port=port, ignore_unexpected=True, ignore_errors=True
            )
            return response
    except dns.exception.DNSException as fault:
        raise inconclusive(Reason.RESOLVER, f"no valid answer: {fault}") from None
    except EOFError:
        raise inconclusive(Reason.RESOLVER, "the name server hung up") from None
    except Failure as failure:
        raise inconclusive(Reason.RESOLVER, f"no answer: {failure.text}") from None


def _require_meaning(response: Message, spec: DnsSpec) -> None:
    code = dns.rcode.to_text(response.rcode())
    if code == "NOERROR" or code in spec.wanted_codes:
        return
    if code != "NXDOMAIN":
        raise inconclusive(Reason.RESOLVER, f"the name server answers {code}")
    if not spec.wanted_codes:
        raise Failure(Reason.NXDOMAIN, f"the name {spec.name} does not exist")
