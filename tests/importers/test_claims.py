"""A provider's log of its own downtime: each row a claim, or faults with their line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.instants import parse_instant
from slamon.app.imports import Claim
from slamon.importers.claims import Layout, read
from slamon.importers.rows import Reading

NAMES = {"web": "svc-web", "mail": "svc-mail"}
LAYOUT = Layout(
    columns={"service": "what", "start": "down_from", "end": "down_to", "cause": "cause"},
    tz="Europe/Berlin",
    service_of=NAMES.get,
    services=frozenset({"svc-web"}),
    now=parse_instant("2026-05-01T00:00:00Z"),
)
HEADER = "what,down_from,down_to,cause\n"
GOOD = "web,2026-03-02T10:00,2026-03-02T10:20,disk full\n"


def _read(tmp_path: Path, text: str) -> Reading[Claim]:
    file = tmp_path / "log.csv"
    file.write_text(text, "utf-8")
    return read(file, LAYOUT)


def test_a_row_is_a_claim_in_the_zone_of_its_record(tmp_path: Path) -> None:
    found = _read(tmp_path, HEADER + GOOD + GOOD)

    begin, end = parse_instant("2026-03-02T09:00:00Z"), parse_instant("2026-03-02T09:20:00Z")
    assert found.bad == []
    assert found.results == [Claim("svc-web", begin, end, "disk full")] * 2


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        pytest.param(
            "web,2026-03-02T10:00,2026-03-02T09:00,",
            "down_to: '2026-03-02T09:00' is not after the start at 2026-03-02T10:00",
            id="an end before the start",
        ),
        pytest.param(
            "web,2026-03-02T10:00,2026-03-02T10:00,",
            "down_to: '2026-03-02T10:00' is not after the start at 2026-03-02T10:00",
            id="no time at all",
        ),
        pytest.param(
            "web,2026-03-02T10:00,,",
            "down_to: no instant ''; write like 2026-02-01T08:00:00Z",
            id="without an end",
        ),
        pytest.param(
            "web,2026-03-02,2026-03-03,",
            "down_from: '2026-03-02' has no time of day; write like 2026-03-02T08:00",
            id="a day is no instant",
        ),
        pytest.param(
            "fax,2026-03-02T10:00,2026-03-02T10:20,",
            "what: 'fax' stands for no service",
            id="an unknown word",
        ),
        pytest.param(
            "mail,2026-03-02T10:00,2026-03-02T10:20,",
            "what: the catalogue has no service 'svc-mail'",
            id="a service that is not there",
        ),
        pytest.param(
            "web,2026-03-02T10:00,2026-03-02T10:30,disk full",
            "down_from: '2026-03-02T10:00' stands otherwise in line 2",
            id="two ends of one outage",
        ),
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(tmp_path: Path, row: str, fault: str) -> None:
    found = _read(tmp_path, f"{HEADER}{GOOD}{row}\n")

    assert str(found.bad[0]) == f"3:{fault}"
