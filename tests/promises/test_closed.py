"""What closed periods rest on: whoever renames, removes or amends it is refused, or leaves them as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalogue.instants import moment_of
from catalogue.plan import plan
from catalogue.problems import DocumentsRefused
from catalogue.reader import read
from slamon.app import catalogue as applying
from slamon.app.refused import Refused

AGREEMENT = "sla-shop"
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
CLOSED = ("2026-01", "2026-02")
SEEN = ("2025-12-01T00:00Z up", "2026-01-10T00:00Z down", "2026-01-11T00:00Z up",
        "2026-02-03T00:00Z down", "2026-02-05T00:00Z up")  # fmt: skip
DAYS = st.dates(date(2025, 12, 1), date(2026, 6, 30))
MARKS = ("none", "amended", "correction")
CHANGES: dict[str, Any] = {
    "target": "95.00",
    "service_hours": "office",
    "data": ["imp-b"],
    "period": "calendar_quarter",
    "indicator": "reliability",
    "id": "o9",
    "unit": "percent",
    "remedy": {"kind": "review_item", "after_periods": 2},
}
RECORDS = ("agreements", "services", "service_hours", "imports", "locations", "providers")
EDITS = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(sorted(CHANGES)), st.sampled_from(MARKS), DAYS),
    st.tuples(st.just("rename"), st.sampled_from(RECORDS), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.sampled_from(RECORDS), st.integers(0, 3)),
    st.tuples(st.just("drop objective"), st.sampled_from(MARKS), DAYS),
    st.tuples(st.just("end"), DAYS, st.sampled_from(MARKS), DAYS),
    st.tuples(st.just("zone"), st.sampled_from(MARKS), DAYS),
    st.tuples(st.just("unsign")),
)


@pytest.fixture
def closed(
    tmp_path: Path, promised: Any, new_house: Callable[[Path], Any]
) -> Callable[[], AbstractContextManager[Any]]:
    """Open a shop with two closed months, one of them bad."""
    numbers = count()

    @contextmanager
    def opened() -> Iterator[Any]:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        house = new_house(folder)
        try:
            house.promise(promised("o1", target='"97.00"'), promised("o2", target='"90.00"'))
            house.at("2026-03-20T00:00Z").saw(*SEEN)
            for label in CLOSED:
                house.close(label)
            yield house
        finally:
            house.shut()

    return opened


def mark(kind: str, day: date) -> dict[str, Any]:
    if kind == "amended":
        return {"amended": {"from": day.isoformat(), "reason": f"agreed {day}"}}
    return {"correction": {"reason": f"typed wrong {day}"}} if kind == "correction" else {}


def edited(documents: Any, edit: tuple[Any, ...]) -> None:
    """Change documents as somebody might."""
    agreement = (documents["agreements"] or [{"objectives": [{}]}])[0]
    match edit:
        case "change", name, kind, day:
            agreement["objectives"][0] |= {name: CHANGES[name], **mark(kind, day)}
        case "rename", section, number:
            records = documents.get(section) or []
            if records:
                record = records[number % len(records)]
                renamed(documents, record["id"], f"{record['id']}-anew")
        case "remove", section, number:
            records = documents.get(section) or []
            if records:
                del records[number % len(records)]
        case "drop objective", kind, day:
            del agreement["objectives"][1:]
            agreement |= mark(kind, day)
        case "end", last, kind, day:
            agreement |= {"in_force": {"from": "2026-01-01", "to": last.isoformat()}}
            agreement |= mark(kind, day)
        case "zone", kind, day:
            agreement |= {"tz": "Asia/Tokyo", **mark(kind, day)}
        case _:
            agreement["state"] = "negotiating"


def renamed(node: Any, old: str, new: str) -> None:
    """Give a record another id, wherever it is named."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        if value == old:
            node[key] = new
        elif isinstance(value, dict | list):
            renamed(value, old, new)


def apply(house: Any, documents: Any) -> bool:
    """Apply documents; whether they were not refused."""
    folder: Path = house.folder / "shop"
    (folder / "shop.yaml").write_text("", encoding="utf-8")
    with (folder / "shop.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(documents, file)
    known = house.reading.catalogue().states()
    try:
        today = moment_of(house.clock).date()
        made = plan(read([folder]), known, today, house.reading.closed())
        applying.apply(house.ledger, made, known, actor="tester", reason="edited")
    except (DocumentsRefused, Refused):
        return False
    house.fold()
    return True


def books(house: Any) -> Iterator[Any]:
    """Everything that is told of the closed months."""
    for label in CLOSED:
        yield house.judge(label), house.reading.history(AGREEMENT, label)
    yield house.reading.breaches(None)


def corrects(edits: list[tuple[Any, ...]]) -> bool:
    return any("correction" in edit for edit in edits)


@settings(
    max_examples=40,
    phases=FOUND,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(edits=st.lists(EDITS, min_size=1, max_size=3))
def test_closed_periods_stay_as_they_were(
    closed: Callable[[], AbstractContextManager[Any]], edits: list[tuple[Any, ...]]
) -> None:
    # Given two closed months
    with closed() as house:
        before, position = list(books(house)), house.ledger.position()
        text = (house.folder / "shop" / "shop.yaml").read_text(encoding="utf-8")
        documents: Any = YAML(typ="safe").load(text)

        # When anything they rest on is renamed, removed or put otherwise
        for edit in edits:
            edited(documents, edit)
        done = apply(house, documents)
        restated = house.restate()

        # Then nothing was recorded, or the closed months are what they were
        if not done:
            assert house.ledger.position() == position
        if not corrects(edits):
            assert restated == []
            assert list(books(house)) == before
        # And even a correction keeps what was closed readable beside what is now known
        for label, (_, history) in zip(CLOSED, before[:2], strict=True):
            now = house.reading.history(AGREEMENT, label)
            assert (now.position, now.figures) == (history.position, history.figures)
