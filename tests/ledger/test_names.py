from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import pytest
from pydantic import BaseModel

from slamon.ledger.codec import Fact, Names, UnreadableFactError
from slamon.ledger.store import Ledger


class Weighed(BaseModel):
    grams: int
    scale: str


@dataclass(frozen=True)
class Sampled:
    """A binary fact; its first byte is a version."""

    values: bytes

    def to_bytes(self) -> bytes:
        return b"\x01" + self.values

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        if payload[:1] != b"\x01":
            message = "a sample of another version"
            raise ValueError(message)
        return cls(payload[1:])


class Nameless(BaseModel):
    pass


def in_grams(state: dict[str, Any]) -> dict[str, Any]:
    return {"grams": state["kilos"] * 1000}


def with_scale(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "scale": "unknown"}


HEAD = b'{"at":7,"by":"ann","cause":null}\n'
WEIGHED = Weighed(grams=5, scale="kitchen")
TODAY = Names(
    {"weighed/3": Weighed, "sampled/1": Sampled},
    {"weighed/1": ("weighed/2", in_grams), "weighed/2": ("weighed/3", with_scale)},
)


@pytest.fixture
def weights(opened: Callable[..., Ledger]) -> Ledger:
    return opened(known=TODAY)


@pytest.fixture
def put(shell: Callable[..., Any], weights: Ledger) -> Callable[[str, bytes], None]:
    """Write a row as an older, newer or broken program would have."""

    def row(name: str, state: bytes) -> None:
        shell("INSERT INTO stored_events VALUES ('scales', 1, ?, ?)", name, state)

    return row


def test_facts_stand_under_their_permanent_names(weights: Ledger) -> None:
    weights.append("scales", [WEIGHED, Sampled(b"\x00\xff")], after=0, actor="ann")

    assert [entry.name for entry in weights.stream("scales")] == ["weighed/3", "sampled/1"]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        pytest.param("weighed/1", b'{"kilos":2}', id="two versions ago, in kilos"),
        pytest.param("weighed/2", b'{"grams":2000}', id="one version ago, without the scale"),
        pytest.param("weighed/3", b'{"grams":2000,"scale":"unknown"}', id="today"),
    ],
)
def test_a_fact_of_an_older_version_is_read_as_todays(
    name: str, payload: bytes, put: Callable[[str, bytes], None], weights: Ledger
) -> None:
    put(name, HEAD + payload)

    (entry,) = weights.stream("scales")

    assert entry.fact == Weighed(grams=2000, scale="unknown")
    assert (entry.name, entry.payload) == (name, payload)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n\n{\n", id="with the byte that ends the envelope"),
        pytest.param(bytes(range(256)) * 80, id="every byte, longer than a page"),
    ],
)
def test_a_binary_payload_comes_back_byte_for_byte(values: bytes, weights: Ledger) -> None:
    weights.append("scales", [Sampled(values)], after=0, actor="ann\nof \N{SNOWMAN}")

    (entry,) = weights.stream("scales")

    assert (entry.fact, entry.payload) == (Sampled(values), b"\x01" + values)
    assert entry.actor == "ann\nof \N{SNOWMAN}"


@pytest.mark.parametrize(
    ("name", "state", "sentence"),
    [
        pytest.param(
            "weighed/4",
            HEAD + b"{}",
            "no fact is named 'weighed/4': it was written by a newer version of slamon",
            id="a name of a newer program",
        ),
        pytest.param("weighed/3", HEAD + b'{"grams":', "Invalid JSON", id="text cut short"),
        pytest.param("weighed/3", HEAD + b'{"grams":5}', "Field required", id="a field missing"),
        pytest.param("weighed/1", HEAD + b"{}", "KeyError: 'kilos'", id="an older one, the same"),
        pytest.param("weighed/1", HEAD + b"[]", "TypeError: ", id="an older one of another shape"),
        pytest.param("weighed/1", HEAD + b"\xff", "'utf-8' codec", id="no text at all"),
        pytest.param("sampled/1", HEAD + b"\x02", "a sample of another version", id="binary"),
        pytest.param("weighed/3", b"\n{}", "its envelope is damaged", id="no envelope"),
        pytest.param("weighed/3", b'{"at":1}\n{}', "its envelope is damaged", id="half of one"),
        pytest.param("weighed/3", b"[]\n{}", "its envelope is damaged", id="a strange envelope"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    name: str, state: bytes, sentence: str, put: Callable[[str, bytes], None], weights: Ledger
) -> None:
    put(name, state)

    with pytest.raises(UnreadableFactError) as by_stream:
        list(weights.stream("scales"))
    with pytest.raises(UnreadableFactError) as by_position:
        weights.since(0, limit=1)

    assert str(by_stream.value).startswith(f"cannot read {name} at scales version 1: ")
    assert sentence in str(by_stream.value)
    assert str(by_stream.value) == str(by_position.value)


def test_a_fact_without_a_name_is_not_recorded(weights: Ledger) -> None:
    facts: list[Fact] = [WEIGHED, Nameless()]

    with pytest.raises(UnreadableFactError, match="Nameless has no permanent name"):
        weights.append("scales", facts, after=0, actor="ann")

    assert weights.position() == 0


@pytest.mark.parametrize(
    ("facts", "upcasters", "sentence"),
    [
        pytest.param(
            {"weighed/1": Weighed, "weighed/2": Weighed},
            {},
            "a fact is written under one name",
            id="two names for one fact",
        ),
        pytest.param(
            {"weighed/3": Weighed},
            {"weighed/1": ("weighed/2", in_grams)},
            "weighed/1 cannot become weighed/2",
            id="an upcaster to a name nobody knows",
        ),
        pytest.param(
            {"weighed/2": Weighed, "sampled/1": Sampled},
            {"weighed/2": ("sampled/1", in_grams)},
            "weighed/2 cannot become sampled/1",
            id="an upcaster from a name of today",
        ),
    ],
)
def test_names_that_contradict_each_other_are_refused(
    facts: dict[str, type[Any]], upcasters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Names(facts, upcasters)
