"""Conditions as short texts: `json queue.length < 10`, `header Last-Modified fresher than P7D else degraded`.

Words stand between blanks; a text with a blank, a comma or a quotation mark in it is written as a JSON string, which is
never taken for a word of the language. Each text is read as the condition it was written from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from probes.conditions.certificates import (
    FingerprintIs,
    IssuerMatches,
    MinDaysLeft,
    NamesInclude,
    VersionAtLeast,
)
from probes.conditions.databases import (
    ConnectionsAtMost,
    LagAtMost,
    ReadOnlyIs,
    ReplicasAtLeast,
    ReplicationRuns,
    RoleIs,
    ServerVersionAtLeast,
)
from probes.conditions.documents import (
    HealthPasses,
    JsonCompares,
    JsonCounts,
    JsonEquals,
    JsonExists,
    JsonFresh,
    JsonMatches,
    JsonOneOf,
)
from probes.conditions.echoes import LossAtMost, RoundTripAtMost
from probes.conditions.harvest import RecordsFresh, RepositoryNamed
from probes.conditions.lines import BannerMatches
from probes.conditions.maps import FeaturesCount, MapNotBlank
from probes.conditions.names import (
    AnswersAre,
    AnswersInclude,
    AnswersMatch,
    AnswersNotEmpty,
    IsAuthenticated,
    IsAuthoritative,
    IsSigned,
    RcodeIn,
    SerialsAgree,
    TtlAtLeast,
)
from probes.conditions.requirement import Requirement
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import (
    BodyContains,
    BodyLacks,
    BodyMatches,
    HeaderAbsent,
    HeaderFresh,
    HeaderMatches,
    HttpVersionIn,
    SizeBetween,
    StatusIn,
    UrlMatches,
)
from probes.conditions.words import MISSING, READ, WRITE, TextError, Token, tokens_of

SEVERITIES = ("bad", "degraded")


@dataclass(frozen=True)
class Slot:
    """A place for the value of a field, written in one of the ways below; a list ends the text."""

    field: str
    way: str

    @property
    def many(self) -> bool:
        """Whether it holds a list."""
        return self.way.endswith("s")


@dataclass(frozen=True)
class Form:
    """One way to say a kind of condition."""

    kind: type[Requirement]
    template: str
    parts: tuple[str | Slot, ...]

    @property
    def fields(self) -> set[str]:
        """The fields it says."""
        return {each.field for each in self.parts if isinstance(each, Slot)}


def _form(kind: type[Requirement], template: str) -> Form:
    parts = []
    for word in template.split():
        field, _, way = word.strip("{}").partition(":")
        parts.append(Slot(field, way) if word.startswith("{") else word)
    return Form(kind, template, tuple(parts))


FORMS = (
    _form(StatusIn, "status in {values:statuses}"),
    _form(HttpVersionIn, "http_version in {values:texts}"),
    _form(HeaderMatches, "header {name:text} matches {pattern:text}"),
    _form(HeaderAbsent, "header {name:text} absent"),
    _form(HeaderFresh, "header {name:text} fresher than {within:duration}"),
    _form(UrlMatches, "url matches {pattern:text}"),
    _form(SizeBetween, "size from {minimum:number} to {maximum:number}"),
    _form(SizeBetween, "size from {minimum:number}"),
    _form(SizeBetween, "size to {maximum:number}"),
    _form(BodyContains, "body contains {text:text}"),
    _form(BodyLacks, "body lacks {text:text}"),
    _form(BodyMatches, "body matches {pattern:text}"),
    _form(JsonEquals, "json {path:text} is {value:json}"),
    _form(JsonOneOf, "json {path:text} in {values:jsons}"),
    _form(JsonExists, "json {path:text} exists"),
    _form(JsonCounts, "json {path:text} counts from {minimum:number} to {maximum:number}"),
    _form(JsonCounts, "json {path:text} counts from {minimum:number}"),
    _form(JsonCounts, "json {path:text} counts to {maximum:number}"),
    _form(JsonMatches, "json {path:text} matches {pattern:text}"),
    _form(JsonFresh, "json {path:text} fresher than {within:duration}"),
    _form(JsonCompares, "json {path:text} {sign:sign} {value:decimal}"),
    _form(HealthPasses, "health passes"),
    _form(LatencyAtMost, "latency {phase:text} within {most:duration}"),
    _form(MinDaysLeft, "certificate lasts {days:number} days"),
    _form(IssuerMatches, "certificate issuer matches {pattern:text}"),
    _form(NamesInclude, "certificate names include {names:texts}"),
    _form(FingerprintIs, "certificate fingerprint is {sha256:text}"),
    _form(VersionAtLeast, "tls_version at least {version:text}"),
    _form(BannerMatches, "banner matches {pattern:text}"),
    _form(AnswersNotEmpty, "answers not empty"),
    _form(ServerVersionAtLeast, "version at least {least:text}"),
    _form(RoleIs, "role is {role:text}"),
    _form(ReadOnlyIs, "read_only is {value:json}"),
    _form(ReplicationRuns, "replication running"),
    _form(LagAtMost, "lag within {most:duration}"),
    _form(ReplicasAtLeast, "replicas at least {count:number}"),
    _form(ConnectionsAtMost, "connections at most {percent:number} %"),
    _form(AnswersInclude, "answers include {values:texts}"),
    _form(AnswersAre, "answers are {values:texts}"),
    _form(AnswersMatch, "answers match {pattern:text}"),
    _form(RcodeIn, "rcode in {values:texts}"),
    _form(IsAuthoritative, "authoritative"),
    _form(IsAuthenticated, "authenticated"),
    _form(IsSigned, "signed"),
    _form(TtlAtLeast, "ttl at least {seconds:number} s"),
    _form(SerialsAgree, "serials agree"),
    _form(LossAtMost, "loss at most {percent:number} %"),
    _form(RoundTripAtMost, "round_trip within {us:duration}"),
    _form(RepositoryNamed, "repository named {pattern:text}"),
    _form(RecordsFresh, "records fresher than {within:duration}"),
    _form(MapNotBlank, "map not blank"),
    _form(FeaturesCount, "features from {minimum:number} to {maximum:number}"),
    _form(FeaturesCount, "features from {minimum:number}"),
    _form(FeaturesCount, "features to {maximum:number}"),
)


def said(condition: Requirement) -> str:
    """Write a condition.

    Raises:
        TextError: its kind has no text.

    """
    for form in FORMS:
        if type(condition) is form.kind and _says_all(form, condition):
            words = (_written(part, condition) for part in form.parts)
            text = " ".join(words)
            usual = type(condition).model_fields["severity"].default
            return text if condition.severity == usual else f"{text} else {condition.severity}"
    message = f"a condition on {condition.field} has no text"
    raise TextError(message)


def read(text: str) -> Requirement:
    """Read a condition.

    Raises:
        TextError: it is none.
        ValueError: it is one that can never hold, as the condition says itself.

    """
    tokens = tokens_of(text)
    severity: dict[str, str] = {}
    if len(tokens) > 2 and tokens[-2] == Token("else") and tokens[-1].text in SEVERITIES:  # noqa: PLR2004
        severity = {"severity": tokens[-1].text}
        tokens = tokens[:-2]
    for form in FORMS:
        values = _values(form, tokens)
        if values is not None:
            return form.kind.model_validate(values | severity)
    raise TextError(_unknown(text, tokens))


def _unknown(text: str, tokens: Sequence[Token]) -> str:
    begun = tokens[0].text if tokens else ""
    near = [each.template for each in FORMS if each.parts[0] == begun]
    shown = [re.sub(r":\w+", "", each) for each in near]
    if not shown:
        subjects = dict.fromkeys(str(each.parts[0]) for each in FORMS)
        return f"{text!r} is no condition: one begins with {', '.join(subjects)}"
    return f"{text!r} is no condition; say {' or '.join(shown)}"


def _says_all(form: Form, condition: Requirement) -> bool:
    slots = [each for each in form.parts if isinstance(each, Slot)]
    if any(each.way == "number" and getattr(condition, each.field) is None for each in slots):
        return False
    fields = type(condition).model_fields
    kept = fields.keys() - form.fields - {"severity"}
    return all(getattr(condition, name) == fields[name].default for name in kept)


def _written(part: str | Slot, condition: Requirement) -> str:
    if isinstance(part, str):
        return part
    value = getattr(condition, part.field)
    if part.many:
        return ", ".join(WRITE[part.way](each) for each in value)
    return WRITE[part.way](value)


def _values(form: Form, tokens: Sequence[Token]) -> dict[str, Any] | None:
    """The fields that the tokens give to a form; None where they do not fit."""
    found: dict[str, Any] = {}
    rest = list(tokens)
    for part in form.parts:
        if not rest:
            return None
        if isinstance(part, Slot) and part.many:
            parted, rest = _parted(rest), []
            found[part.field] = parted and [READ[part.way](each) for each in parted]
        elif isinstance(part, Slot):
            found[part.field] = READ[part.way](rest.pop(0))
        elif rest.pop(0) != Token(part):
            return None
    return None if rest or not all(map(_is_whole, found.values())) else found


def _is_whole(found: object) -> bool:
    return MISSING not in found and bool(found) if isinstance(found, list) else found is not MISSING


def _parted(tokens: Sequence[Token]) -> list[Token]:
    """The items of a list; empty where commas are not where they belong."""
    between = tokens[1::2]
    apart = len(tokens) % 2 == 1 and all(each == Token(",") for each in between)
    return list(tokens[::2]) if apart else []
