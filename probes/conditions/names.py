"""Conditions on what a name server answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from probes.conditions.patterns import searched
from probes.conditions.reply import NameAnswer, Reply
from probes.conditions.requirement import Pattern, Requirement, Text, excerpt, op_or

Rcode = Literal["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"]
NO_ANSWER = NameAnswer("no answer")


class AnswersNotEmpty(Requirement):
    """The name server answers with at least one record of the asked type."""

    field: Literal["answers"] = "answers"
    op: Literal["not_empty"] = "not_empty"

    def expectation(self) -> str:  # noqa: D102
        return "answers are not empty"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        return bool(reply.answers), _told(reply)


class AnswersInclude(Requirement):
    """All of `values` are among the records, written as in a zone; names in whatever case, with or without a dot."""

    field: Literal["answers"] = "answers"
    op: Literal["include"] = "include"
    values: tuple[Text, ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"answers include {', '.join(self.values)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        return _compared(self.values) <= _compared(reply.answers or ()), _told(reply)


class AnswersAre(Requirement):
    """The records are `values` and no others, in whatever order."""

    field: Literal["answers"] = "answers"
    op: Literal["are"] = "are"
    values: tuple[Text, ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"answers are {', '.join(self.values)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        return _compared(self.values) == _compared(reply.answers or ()), _told(reply)


class AnswersMatch(Requirement):
    """The pattern is found in at least one of the records."""

    field: Literal["answers"] = "answers"
    op: Literal["match"] = "match"
    pattern: Pattern

    def expectation(self) -> str:  # noqa: D102
        return f"an answer matches {self.pattern}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = any(searched(self.pattern, each) for each in reply.answers or ())
        return found, _told(reply)


class RcodeIn(Requirement):
    """The name server answers with one of these codes: so a name can be expected not to be there."""

    field: Literal["rcode"] = "rcode"
    op: Literal["in"] = "in"
    values: tuple[Rcode, ...] = Field(min_length=1)

    def expectation(self) -> str:  # noqa: D102
        return f"the name server answers {' or '.join(self.values)}"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        code = _of(reply).rcode
        return code in self.values, code


class IsAuthoritative(Requirement):
    """The name server is responsible for the zone (flag AA)."""

    field: Literal["authoritative"] = "authoritative"
    op: Literal["set"] = "set"

    def expectation(self) -> str:  # noqa: D102
        return "the answer is authoritative"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = _of(reply).authoritative
        return found, "AA" if found else "not AA"


class IsAuthenticated(Requirement):
    """The resolver has checked the signatures of DNSSEC (flag AD); that is its word, on the way to it unprotected."""

    field: Literal["authenticated"] = "authenticated"
    op: Literal["set"] = "set"

    def expectation(self) -> str:  # noqa: D102
        return "the answer is authenticated by DNSSEC"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = _of(reply).authenticated
        return found, "AD" if found else "not AD"


class IsSigned(Requirement):
    """Signatures of DNSSEC come with the records; nobody has checked them."""

    field: Literal["signed"] = "signed"
    op: Literal["set"] = "set"

    def expectation(self) -> str:  # noqa: D102
        return "the answer carries signatures"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        found = _of(reply).signed
        return found, "signed" if found else "not signed"


class TtlAtLeast(Requirement):
    """Each record may be kept for at least `seconds`."""

    field: Literal["ttl"] = "ttl"
    op: Literal["at_least"] = "at_least"
    seconds: Annotated[int, Field(gt=0, lt=2**31)]

    def expectation(self) -> str:  # noqa: D102
        return f"TTL is at least {self.seconds} s"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        ttl = _of(reply).ttl
        return (False, "no records") if ttl is None else (ttl >= self.seconds, f"{ttl} s")


class SerialsAgree(Requirement):
    """All servers that are asked have the zone in the same version; those that differ from the first are named."""

    field: Literal["serials"] = "serials"
    op: Literal["agree"] = "agree"

    def expectation(self) -> str:  # noqa: D102
        return "all servers have the same serial"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        serials = dict(_of(reply).serials)
        if not serials:
            return False, "no serials"
        first = next(iter(serials.values()))
        others = {where: found for where, found in serials.items() if found != first}
        if not others:
            return True, f"{first} at {len(serials)}"
        named = ", ".join(f"{where} has {found}" for where, found in others.items())
        return False, excerpt(f"{named}, while {next(iter(serials))} has {first}")


AnswerCondition = Annotated[
    Annotated[AnswersNotEmpty, Tag("not_empty")]
    | Annotated[AnswersInclude, Tag("include")]
    | Annotated[AnswersAre, Tag("are")]
    | Annotated[AnswersMatch, Tag("match")],
    Discriminator(op_or("not_empty")),
]


def _of(reply: Reply) -> NameAnswer:
    return reply.named or NO_ANSWER


def _told(reply: Reply) -> str:
    return excerpt(", ".join(reply.answers or ())) or "no answers"


def _compared(answers: Sequence[str]) -> set[str]:
    """The answers as they are compared: names of the DNS know no case, text does."""
    return {
        each[1:-1] if each.startswith('"') and each.endswith('"') else _name(each)
        for each in answers
    }


def _name(answer: str) -> str:
    return answer.lower().removesuffix(".")
