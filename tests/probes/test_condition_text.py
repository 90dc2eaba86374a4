"""Conditions as short texts: each is read as the condition it was written from, whatever stands in it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from probes.conditions.certificates import NamesInclude, VersionAtLeast
from probes.conditions.databases import LagAtMost, ReadOnlyIs, ServerVersionAtLeast
from probes.conditions.documents import JsonCompares, JsonCounts, JsonEquals, JsonFresh, JsonOneOf
from probes.conditions.durations import duration_said, read_duration
from probes.conditions.echoes import LossAtMost, RoundTripAtMost
from probes.conditions.names import (
    AnswersAre,
    AnswersInclude,
    IsAuthoritative,
    RcodeIn,
    TtlAtLeast,
)
from probes.conditions.requirement import Requirement
from probes.conditions.text import FORMS, read, said
from probes.conditions.timing import LatencyAtMost
from probes.conditions.web import (
    BodyContains,
    HeaderFresh,
    HeaderMatches,
    HttpVersionIn,
    SizeBetween,
    StatusIn,
)
from probes.conditions.words import TextError
from probes.specs.certificates import TlsCondition
from probes.specs.echoes import IcmpCondition
from probes.specs.lines import TcpCondition
from probes.specs.names import DnsCondition
from probes.specs.web import HttpCondition

WEEK = 7 * 86_400_000_000
TEXTS = st.text(min_size=1, max_size=20)
NAMES = st.from_regex(r"\A[A-Za-z][A-Za-z0-9-]{0,10}\Z")
PATHS = st.from_regex(r"\A[^.\s]{1,5}(\.[^.\s]{1,5}){0,2}\Z")
PATTERNS = st.sampled_from(
    ["^fr", "a b", 'say "x"', r"\d+, \d+", "else", "bad", "[,]", "é\u2028", "="]
)
COUNTS = st.integers(0, 10**12)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=10)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
STATUSES = st.integers(100, 599) | st.sampled_from(["2xx", "5xx", "200-204"])
BOUNDS = (
    st.tuples(COUNTS, COUNTS)
    .map(sorted)
    .flatmap(
        lambda both: st.sampled_from(
            [
                {"minimum": both[0], "maximum": both[1]},
                {"minimum": both[0]},
                {"maximum": both[1]},
            ]
        )
    )
)
WAYS: dict[str, st.SearchStrategy[Any]] = {
    "name": NAMES,
    "pattern": PATTERNS,
    "path": PATHS,
    "text": TEXTS,
    "within": st.integers(1, 10**15),
    "most": st.integers(1, 10**15),
    "phase": st.sampled_from(["total", "first_byte", "step.log-in"]),
    "days": st.integers(0, 400),
    "names": st.lists(NAMES, min_size=1, max_size=3),
    "sha256": st.from_regex(r"\A[0-9a-f]{64}\Z"),
    "version": st.sampled_from(["TLSv1.2", "TLSv1.3"]),
    "seconds": st.integers(1, 2**31 - 1),
    "us": st.integers(1, 10**9),
    "least": st.sampled_from(["15", "10.11.6", "8.0"]),
    "role": st.sampled_from(["primary", "replica"]),
    "count": st.integers(1, 1000),
    "percent": st.integers(0, 100),
    "sign": st.sampled_from(["<", "<=", ">", ">=", "!="]),
}


VALUES: dict[type[Requirement], st.SearchStrategy[Any]] = {
    StatusIn: STATUSES,
    HttpVersionIn: st.sampled_from(["1.0", "1.1"]),
    RcodeIn: st.sampled_from(["NOERROR", "NXDOMAIN", "REFUSED"]),
    AnswersAre: TEXTS,
    AnswersInclude: TEXTS,
    JsonCompares: DECIMALS,
    ReadOnlyIs: st.booleans(),
}


def built(kind: type[Requirement]) -> st.SearchStrategy[Requirement]:
    """All conditions of a kind."""
    fields = kind.model_fields.keys() - {"field", "op", "severity", "minimum", "maximum"}
    ways = WAYS | {
        "value": VALUES.get(kind, SCALARS),
        "values": st.lists(VALUES.get(kind, SCALARS), min_size=1, max_size=4),
    }
    told = st.fixed_dictionaries({name: ways[name] for name in sorted(fields)})
    severity = st.sampled_from([{}, {"severity": "bad"}, {"severity": "degraded"}])
    limits = BOUNDS if "minimum" in kind.model_fields else st.just({})
    return st.builds(
        lambda *parts: kind.model_validate(parts[0] | parts[1] | parts[2]), told, severity, limits
    )


KINDS = sorted({form.kind for form in FORMS}, key=lambda each: each.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.__name__)
@given(data=st.data())
def test_what_is_written_is_read_as_what_it_was(
    kind: type[Requirement], data: st.DataObject
) -> None:
    condition = data.draw(built(kind))
    assert read(said(condition)) == condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        pytest.param("status in 200, 2xx", StatusIn(values=(200, "2xx")), id="several status"),
        pytest.param(
            "status in 503 else degraded", StatusIn(values=(503,), severity="degraded"), id="so bad"
        ),
        pytest.param("body contains else", BodyContains(text="else"), id="a word as text"),
        pytest.param('body contains "else bad"', BodyContains(text="else bad"), id="several words"),
        pytest.param('json a is "5"', JsonEquals(path="a", value="5"), id="a text of digits"),
        pytest.param("json a is 5", JsonEquals(path="a", value=5), id="a number"),
        pytest.param("json a is null", JsonEquals(path="a", value=None), id="nothing"),
        pytest.param(
            'json a in 1, "b, c"', JsonOneOf(path="a", values=(1, "b, c")), id="one of two"
        ),
        pytest.param(
            "json a >= 0.50",
            JsonCompares(path="a", sign=">=", value=Decimal("0.50")),
            id="a comparison",
        ),
        pytest.param("json a counts from 1", JsonCounts(path="a", minimum=1), id="at least one"),
        pytest.param(
            "json data.0.date fresher than P7D",
            JsonFresh(path="data.0.date", within=WEEK),
            id="fresh",
        ),
        pytest.param(
            "header Date fresher than PT0.5S",
            HeaderFresh(name="Date", within=500_000),
            id="very fresh",
        ),
        pytest.param(
            'header X matches "a == b"',
            HeaderMatches(name="X", pattern="a == b"),
            id="an operator in a value",
        ),
        pytest.param("size to 100", SizeBetween(maximum=100), id="at most"),
        pytest.param("version at least 15", ServerVersionAtLeast(least="15"), id="a version"),
        pytest.param("read_only is false", ReadOnlyIs(value=False), id="a server that is written"),
        pytest.param("lag within PT30S", LagAtMost(most=30_000_000), id="a replica that follows"),
        pytest.param("latency total within PT2S", LatencyAtMost(most=2_000_000), id="fast enough"),
        pytest.param("http_version in 1.1", HttpVersionIn(values=("1.1",)), id="a version of HTTP"),
        pytest.param("tls_version at least TLSv1.3", VersionAtLeast(version="TLSv1.3"), id="TLS"),
        pytest.param(
            "certificate names include a.example, *.b.example",
            NamesInclude(names=("a.example", "*.b.example")),
            id="names of a certificate",
        ),
        pytest.param("rcode in NXDOMAIN", RcodeIn(values=("NXDOMAIN",)), id="no such name"),
        pytest.param(
            'answers are "10 mail.example", "v=spf1 -all"',
            AnswersAre(values=("10 mail.example", "v=spf1 -all")),
            id="records",
        ),
        pytest.param("authoritative", IsAuthoritative(), id="a flag"),
        pytest.param("ttl at least 300 s", TtlAtLeast(seconds=300), id="a TTL"),
        pytest.param(
            "loss at most 20 % else degraded",
            LossAtMost(percent=20, severity="degraded"),
            id="some loss",
        ),
        pytest.param(
            "round_trip within PT0.15S else bad",
            RoundTripAtMost(us=150_000, severity="bad"),
            id="a round trip",
        ),
    ],
)
def test_a_condition_is_said_in_a_line(text: str, condition: Requirement) -> None:
    assert said(condition) == text
    assert read(text) == condition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "begins with status, http_version", id="nothing"),
        pytest.param(
            "weather is fine", "begins with status, http_version", id="what nobody looks at"
        ),
        pytest.param("status is 200", r"say status in \{values\}", id="another word"),
        pytest.param("status in 200,", "say status in", id="a comma too many"),
        pytest.param("status in 200 204", "say status in", id="a comma too few"),
        pytest.param('body contains "x', "quotation mark", id="an open quotation"),
        pytest.param('body contains a"b"', "quotation mark", id="a quotation in a word"),
        pytest.param(r'body contains "\x"', "no JSON string", id="an escape there is not"),
        pytest.param("body contains a b", "say body contains", id="blanks without quotation"),
        pytest.param("json a is fine", "say json", id="a text without quotation"),
        pytest.param("json a < much", "say json", id="no number"),
        pytest.param('"json" a exists', "say json", id="a subject in quotation"),
        pytest.param("json a fresher than 7d", "no duration", id="no duration"),
        pytest.param("size from 5 to 1", "nothing is at least 5", id="what can never hold"),
        pytest.param("status in 9xx", "match", id="a class there is not"),
        pytest.param("header X matches (", "regular expression", id="a pattern that is none"),
    ],
)
def test_what_is_no_condition_says_what_would_be(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(text)


def test_whatever_is_read_is_a_condition_or_refused() -> None:
    @given(
        st.text(max_size=40)
        | st.lists(st.sampled_from(["json", "a", ",", "in", '"', "<", "else", "bad"])).map(" ".join)
    )
    def holds(text: str) -> None:
        try:
            condition = read(text)
        except ValueError:
            return
        assert read(said(condition)) == condition

    holds()


@pytest.mark.parametrize(
    "union",
    [
        pytest.param(HttpCondition, id="http"),
        pytest.param(TcpCondition, id="tcp"),
        pytest.param(TlsCondition, id="tls"),
        pytest.param(DnsCondition, id="dns"),
        pytest.param(IcmpCondition, id="icmp"),
    ],
)
def test_every_condition_of_a_kind_of_probe_has_a_text(union: Any) -> None:
    known = {
        (kind.model_fields["field"].default, kind.model_fields["op"].default) for kind in KINDS
    }
    schema = TypeAdapter(union).json_schema()["$defs"].values()
    stated = {
        (each["properties"]["field"]["const"], each["properties"]["op"]["const"]) for each in schema
    }
    assert stated <= known


def test_a_condition_without_a_text_says_so() -> None:
    class Unsayable(StatusIn):
        pass

    with pytest.raises(TextError, match="has no text"):
        said(Unsayable(values=(200,)))


@given(st.integers(0, 10**16))
def test_a_duration_is_read_as_it_is_written(length: int) -> None:
    assert read_duration(duration_said(length)) == length
