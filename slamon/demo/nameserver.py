"""The name server of the demonstration: what it answers for the one zone it knows."""

from __future__ import annotations

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

ZONE = dns.name.from_text("cms.example.")
NAME = dns.name.from_text("www.cms.example.")
ADDRESS = "192.0.2.10"  # RFC 5737: an address for documentation, nobody's
TTL = 60


def answer(wire: bytes) -> bytes | None:
    """Answer a query in wire form; None where the bytes are no query that can be answered."""
    try:
        query = dns.message.from_wire(wire)
        response = dns.message.make_response(query)
    except (dns.exception.DNSException, ValueError):
        return None
    if len(query.question) != 1:
        response.set_rcode(dns.rcode.FORMERR)
        return response.to_wire()
    question = query.question[0]
    if not question.name.is_subdomain(ZONE):
        response.set_rcode(dns.rcode.REFUSED)
        return response.to_wire()
    response.flags |= dns.flags.AA
    if question.name not in (ZONE, NAME):
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif question.name == NAME and question.rdtype == dns.rdatatype.A:
        response.answer.append(dns.rrset.from_text(NAME, TTL, "IN", "A", ADDRESS))
    return response.to_wire()
