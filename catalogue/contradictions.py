"""Conditions on one answer that exclude each other: no answer fulfils both, or all of several."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from probes.conditions.certificates import FingerprintIs
from probes.conditions.databases import LagAtMost, ReadOnlyIs, ReplicationRuns, RoleIs
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
from probes.conditions.maps import FeaturesCount
from probes.conditions.names import (
    AnswersAre,
    AnswersInclude,
    AnswersMatch,
    AnswersNotEmpty,
    RcodeIn,
)
from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement
from probes.conditions.timing import instant_of
from probes.conditions.web import (
    BodyContains,
    BodyLacks,
    HeaderAbsent,
    HeaderFresh,
    HeaderMatches,
    HttpVersionIn,
    SizeBetween,
    StatusIn,
)

STATUSES = range(100, 600)
_NUMBER, _TEXT, _PARTS = "a number", "a text", "parts"
_HELD = {
    JsonCompares: {_NUMBER},
    JsonMatches: {_TEXT},
    JsonFresh: {_NUMBER, _TEXT},
    JsonCounts: {_PARTS},
}
_OfJson = JsonCompares | JsonCounts | JsonEquals | JsonExists | JsonFresh | JsonMatches | JsonOneOf


def exclusive(one: Requirement, other: Requirement) -> bool:
    """Tell whether no answer fulfils both; where that is hard to say, it is not said. No pattern is looked for."""
    return any(
        isinstance(a, first) and isinstance(b, second) and clash(a, b)
        for a, b in ((one, other), (other, one))
        for first, second, clash in _CLASHES
    )


def leaves_none(before: Sequence[Requirement], newest: Requirement) -> bool:
    """Tell whether no value is left that `newest` and all conditions before it allow, though each two of them may."""
    together = [*before, newest]
    match newest:
        case StatusIn():
            ranges = [each for each in together if isinstance(each, StatusIn)]
            return not any(all(each.covers(one) for each in ranges) for one in STATUSES)
        case RcodeIn():
            codes = (set(each.values) for each in together if isinstance(each, RcodeIn))
            return not set.intersection(*codes)
        case _:
            stated = (each for each in together if isinstance(each, JsonEquals | JsonOneOf))
            return any(_none_lets_all(each, together) for each in stated)


def _none_lets_all(one: JsonEquals | JsonOneOf, together: Sequence[Requirement]) -> bool:
    deeper = [
        each
        for each in together
        if isinstance(each, (*_JSON, HealthPasses)) and _is_within(one.path, each)
    ]
    return not any(all(_lets(value, one.path, each) for each in deeper) for value in _listed(one))


def _statuses(one: StatusIn, other: StatusIn) -> bool:
    return not any(one.covers(each) and other.covers(each) for each in STATUSES)


def _values(one: HttpVersionIn | RcodeIn, other: HttpVersionIn | RcodeIn) -> bool:
    return not set(one.values) & set(other.values)


def _header(one: HeaderAbsent, other: HeaderMatches | HeaderFresh) -> bool:
    return one.name.lower() == other.name.lower()


def _body(one: BodyContains, other: BodyLacks) -> bool:
    return other.text in one.text


def _too_long(one: SizeBetween, other: BodyContains) -> bool:
    return one.maximum is not None and len(other.text.encode()) > one.maximum


def _apart(one: Any, other: Any) -> bool:
    """Tell whether nothing lies between the bounds of both."""
    lows = [each.minimum for each in (one, other) if each.minimum is not None]
    highs = [each.maximum for each in (one, other) if each.maximum is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _parts(one: JsonCounts, other: JsonCounts) -> bool:
    return one.path == other.path and _apart(one, other)


def _numbers(one: JsonCompares, other: JsonCompares) -> bool:
    if one.path != other.path or not (one.sign.startswith("<") and other.sign.startswith(">")):
        return False
    touching = one.sign == "<=" and other.sign == ">="
    return one.value < other.value or (one.value == other.value and not touching)


def _kinds(one: _OfJson, other: _OfJson) -> bool:
    """Tell whether one looks for a number, say, where the other looks for a text, or for what is deeper."""
    mine, theirs = _HELD.get(type(one)), _HELD.get(type(other))
    if mine is None:
        return False
    if other.path.startswith(f"{one.path}."):
        return _PARTS not in mine
    return one.path == other.path and theirs is not None and not mine & theirs


def _stated(one: JsonEquals | JsonOneOf, other: _OfJson | HealthPasses) -> bool:
    """Tell whether none of the values stated at a path lets the other hold."""
    return _is_within(one.path, other) and not any(
        _lets(value, one.path, other) for value in _listed(one)
    )


def _is_within(path: str, other: _OfJson | HealthPasses) -> bool:
    """Tell whether a condition looks at a path, or at what is deeper."""
    looked_at = "status" if isinstance(other, HealthPasses) else other.path
    return looked_at == path or looked_at.startswith(f"{path}.")


def _listed(one: JsonEquals | JsonOneOf) -> tuple[bool | int | str | None, ...]:
    return (one.value,) if isinstance(one, JsonEquals) else one.values


def _lets(value: bool | int | str | None, path: str, other: _OfJson | HealthPasses) -> bool:  # noqa: FBT001
    same = isinstance(other, HealthPasses) or other.path == path
    if same and isinstance(other, JsonFresh):
        return instant_of(value) is not None
    if same and isinstance(other, JsonMatches):
        return isinstance(value, str)
    document: object = value
    for step in reversed(path.split(".")):
        document = {step: document}
    return other.look(Reply(body=json.dumps(document).encode()))[0]


def _answers(one: AnswersAre, other: AnswersAre | AnswersInclude) -> bool:
    return not other.look(Reply(answers=one.values))[0]


def _no_answers(
    one: RcodeIn, _other: AnswersNotEmpty | AnswersInclude | AnswersAre | AnswersMatch
) -> bool:
    return "NOERROR" not in one.values


def _of_two_roles(one: RoleIs, other: RoleIs) -> bool:
    return one.role != other.role


def _of_a_primary(one: RoleIs, _other: ReplicationRuns | LagAtMost) -> bool:
    return one.role == "primary"


def _both_ways(one: ReadOnlyIs, other: ReadOnlyIs) -> bool:
    return one.value != other.value


def _two_certificates(one: FingerprintIs, other: FingerprintIs) -> bool:
    return one.sha256 != other.sha256


_JSON = (JsonCompares, JsonCounts, JsonEquals, JsonExists, JsonFresh, JsonMatches, JsonOneOf)
_Clash = tuple[Any, Any, Callable[[Any, Any], bool]]
_CLASHES: tuple[_Clash, ...] = (
    (StatusIn, StatusIn, _statuses),
    (HttpVersionIn, HttpVersionIn, _values),
    (HeaderAbsent, (HeaderMatches, HeaderFresh), _header),
    (BodyContains, BodyLacks, _body),
    (SizeBetween, BodyContains, _too_long),
    (SizeBetween, SizeBetween, _apart),
    (FeaturesCount, FeaturesCount, _apart),
    (JsonCounts, JsonCounts, _parts),
    (JsonCompares, JsonCompares, _numbers),
    (_JSON, _JSON, _kinds),
    ((JsonEquals, JsonOneOf), (*_JSON, HealthPasses), _stated),
    (AnswersAre, (AnswersAre, AnswersInclude), _answers),
    (RcodeIn, RcodeIn, _values),
    (RcodeIn, (AnswersNotEmpty, AnswersInclude, AnswersAre, AnswersMatch), _no_answers),
    (RoleIs, RoleIs, _of_two_roles),
    (RoleIs, (ReplicationRuns, LagAtMost), _of_a_primary),
    (ReadOnlyIs, ReadOnlyIs, _both_ways),
    (FingerprintIs, FingerprintIs, _two_certificates),
)
