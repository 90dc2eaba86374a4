"""`slamon ledger show POSITION`: one fact in full, and a batch as a person reads it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.batch import NO_LATENCY, Missing, ObservationsRecorded
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from probes.specs.web import HttpSpec
from slamon.app import agents
from slamon.cli import sheet, terminal
from slamon.cli.house import House

DAY = "2026-03-02"
BEGIN = parse_instant(f"{DAY}T10:00:00Z")
WEB, MAIL = "prb-web", "prb-mail"
STREAM = f"observations:bonn:8f:{DAY}"

TOLD = Evidence(
    reason="bad_status",
    text="503 Service Unavailable",
    address="192.0.2.7",
    phases={"dns": 400, "connect": 1_100, "first_byte": 40_000},
    checked=("status is 200: 503", "expected: body contains 'x'; found: 'y'"),
    headers={"server": "nginx"},
    line="HTTP/1.1 503 Service Unavailable",
    certificate_until=parse_instant("2026-04-01T00:00:00Z"),
)


def _probe(name: str, interval: int) -> AssignedProbe:
    spec = (
        HttpSpec(url="https://www.unv.example/", timeout=10_000_000)
        if name == WEB
        else TcpSpec(host="mail.unv.example", port=25, timeout=10_000_000)
    )
    return AssignedProbe(probe=name, spec=spec, phase=0, segments=(Segment(interval=interval),))


def _batch(
    assigned: AgentAssigned, minutes: int, before: dict[int, Outcome]
) -> tuple[ObservationsRecorded, dict[int, Outcome]]:
    """Ten minutes: the web is bad in minutes 3 and 4 of the second ten, mail misses its second slot there."""
    start = BEGIN + minutes * MINUTE
    rows: list[Row] = []
    for due, index in assigned.plan(start, start + 10 * MINUTE):
        minute = (due - BEGIN) // MINUTE
        if (index, minute) == (1, 15):
            continue
        bad = index == 0 and minute in {13, 14}
        outcome = Outcome.BAD if bad else Outcome.GOOD
        started = due + 9_000_000 if (index, minute) == (0, 17) else due
        took = 40_000 + minute * 1_000
        rows.append(Row(index, due, started, outcome, took, TOLD if minute == 13 and bad else None))
    return assemble(assigned, start, start + 10 * MINUTE, rows, before)


@pytest.fixture(scope="module")
def made(filled: Path, commands: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two probes: a batch of ten minutes, another that begins as the first ended, a seal, and one that is none."""
    folder = tmp_path_factory.mktemp("shown") / "var"
    shutil.copytree(filled, folder)
    with House(folder) as house:
        probes = [_probe(WEB, MINUTE), _probe(MAIL, 5 * MINUTE)]
        assigned = agents.assign(house.ledger, "bonn", probes, location="loc-bonn", actor="rita")
        before: dict[int, Outcome] = {}
        for number, minutes in ((1, 0), (2, 10)):
            batch, before = _batch(assigned, minutes, before)
            now = BEGIN + (minutes + 10) * MINUTE
            agents.take_batch(house.ledger, "bonn", "8f", DAY, number, batch.to_bytes(), now=now)
        assert commands(folder)("ledger", "seal").exit_code == 0
        late = BEGIN + 30 * MINUTE
        agents.take_batch(house.ledger, "bonn", "8f", DAY, 3, b"\x02nothing", now=late)
    return folder


@pytest.fixture(scope="module")
def reader(made: Path, commands: Any) -> Any:
    """The commands in that folder; nobody writes to it."""
    return commands(made)


@pytest.fixture
def probed(made: Path, commands: Any, tmp_path: Path) -> Any:
    """The commands in a copy of it."""
    folder = tmp_path / "var"
    shutil.copytree(made, folder)
    return commands(folder)


@pytest.fixture(scope="module")
def positions(reader: Any) -> list[int]:
    """Those of the batches."""
    return [each["position"] for each in reader.json("ledger", "show", "--stream", STREAM)]


def show(slamon: Any, position: int, width: int = 150, zone: str = "Europe/Berlin") -> str:
    """What is printed on a screen of so many columns, of a machine that stands in a zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        patch.setattr(terminal.console, "_width", width)
        done = slamon("ledger", "show", position)
    time.tzset()
    assert done.exit_code == 0, done.output
    return str(done.stdout).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def second(reader: Any, positions: list[int]) -> str:
    """The second batch, as it is told."""
    return words(show(reader, positions[1]))


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("observations-recorded/1, 20", id="which fact it is, and when"),
        pytest.param(f"stream {STREAM}, version 2", id="where it stands"),
        pytest.param("recorded by agent:bonn", id="who recorded it"),
        pytest.param("seal 1 at position ", id="the seal it is under"),
        pytest.param("agent bonn at loc-bonn", id="whose it is and from where"),
        pytest.param("spool 8f, batch 2 of its UTC day", id="its number in the spool"),
        pytest.param("assignment version 1", id="what it was made under"),
        pytest.param(
            "span 2026-03-02 11:10:00 CET to 11:20:00"
            " (UTC 2026-03-02T10:10:00Z to 2026-03-02T10:20:00Z)",
            id="its span by the clock of the machine, and in UTC",
        ),
        pytest.param(
            "times are those of this machine, CET (UTC+01:00); --json has UTC",
            id="the zone of the machine is named",
        ),
        pytest.param("rows 11, and 1 slot without a result", id="how many rows"),
        pytest.param("layout version 2, ", id="the version of its layout"),
        pytest.param("cold part here, ", id="that its cold part is here"),
        pytest.param("probe good bad missing first last measured min", id="no outcome nobody has"),
        pytest.param(
            "prb-web 8 2 0 11:10:00 11:19:00 10 50.0 ms 54.0 ms 59.0 ms 59.0 ms",
            id="a probe that began as the batch before ended",
        ),
        pytest.param(
            "prb-mail 1 0 1 11:10:00 11:10:00 1 50.0 ms 50.0 ms", id="a probe that missed a slot"
        ),
        pytest.param("11:13:00 prb-web good bad 11:15:00 prb-web bad good", id="what changed"),
        pytest.param("11:17:09 prb-web good good, begun late", id="a result that came late"),
        pytest.param("prb-mail 1 11:15:00 11:15:00", id="the slots without a result"),
        pytest.param(
            "11:13:00 prb-web bad, 53.0 ms wrong status: 503 Service Unavailable; asked 192.0.2.7;"
            " took: name 0.4 ms, connection 1.1 ms, first byte 40.0 ms;"
            " not fulfilled: status is 200: 503; expected: body contains 'x'; found: 'y';"
            " first line: HTTP/1.1 503 Service Unavailable;"
            " headers: server: nginx; certificate ends 2026-04-01 02:00:00 CEST",
            id="what was kept of a failure, in words",
        ),
    ],
)
def test_a_batch_is_told_for_people(second: str, said: str) -> None:
    assert said in second


def test_a_machine_whose_clock_shows_utc_says_it_once(reader: Any, positions: list[int]) -> None:
    said = words(show(reader, positions[1], zone="UTC"))

    assert " times are UTC stream " in said
    assert "span 2026-03-02 10:10:00 UTC to 10:20:00 rows " in said


@pytest.mark.parametrize("width", [80, 100, 118, 150, 240])
def test_no_line_is_wider_than_the_screen_and_no_row_is_broken(
    reader: Any, positions: list[int], width: int
) -> None:
    lines = show(reader, positions[1], width).splitlines()

    assert max(len(line.rstrip()) for line in lines) <= min(width, sheet.WIDTH)
    rows = [line.split() for line in lines if line.startswith((WEB, MAIL))]
    assert {len(row) for row in rows if row[0] == WEB} <= {6, 8, 10, 15}
    assert rows[0][:6] == [WEB, "8", "2", "0", "11:10:00", "11:19:00"]


def test_a_batch_that_was_set_aside_says_why(reader: Any, positions: list[int]) -> None:
    said = words(show(reader, positions[2]))

    assert "batch-quarantined/1" in said
    assert "because: unreadable" in said
    assert "reason: the batch is cut short" in said
    assert "received at: 1772447400000000 µs, 2026-03-02 11:30:00 CET" in said
    assert "not under a seal yet" in said


def test_a_batch_of_the_future_is_set_aside_and_told_all_the_same(probed: Any) -> None:
    with House(probed.folder) as house:
        assigned = agents.assignment(house.ledger, "bonn")
        assert assigned is not None
        batch, _ = _batch(assigned, 30, {})
        taken = agents.take_batch(
            house.ledger, "bonn", "8f", DAY, 4, batch.to_bytes(), now=BEGIN + 10 * MINUTE
        )
    said = words(show(probed, taken.position))

    assert "set aside the batch ends at 2026-03-02T10:40:00Z, which had not come" in said
    assert "; nothing of it counts" in said
    assert "prb-web 10 11:30:00 11:39:00" in said


def test_a_batch_in_an_archive_has_latencies_by_its_histogram(
    probed: Any, positions: list[int], tmp_path: Path
) -> None:
    file = tmp_path / "cold.slamon"
    assert probed("ledger", "archive", "--older-than", "1d", file, "--yes").exit_code == 0
    said = words(show(probed, positions[1]))

    assert "cold part its single results are in the archive cold.slamon" in said
    assert "latency within 3 %, the exact one is in the archive" in said
    assert "prb-web 8 2 0 11:10:00 11:19:00 10 49.1 ms 54.2 ms 58.3 ms 59.3 ms" in said
    assert "hash" not in said


def test_programs_get_the_same_in_utc_and_exactly(reader: Any, positions: list[int]) -> None:
    found = reader.json("ledger", "show", positions[1])
    batch = found["batch"]

    assert (found["position"], found["seal"]["number"]) == (positions[1], 1)
    assert (batch["agent"], batch["spool"], batch["sequence"]) == ("bonn", "8f", 2)
    assert (batch["rows"], batch["missing"], batch["content_hash"]) == (
        11,
        1,
        found["content"]["content_hash"],
    )
    (web, mail) = batch["probes"]
    assert web["outcomes"] == {"good": 8, "degraded": 0, "bad": 2, "inconclusive": 0}
    assert web["took"] == {
        "count": 10,
        "min_us": 50_000,
        "median_us": 54_000,
        "p95_us": 59_000,
        "max_us": 59_000,
        "exact": True,
    }
    assert (mail["first_at"], mail["last_at"], mail["missing"]) == (
        f"{DAY}T10:10:00Z",
        f"{DAY}T10:10:00Z",
        1,
    )
    assert batch["edges"][0] == {
        "probe": WEB,
        "at": f"{DAY}T10:13:00Z",
        "before": "good",
        "outcome": "bad",
    }


def test_another_fact_is_told_line_by_line(reader: Any) -> None:
    (assigned,) = reader.json("ledger", "show", "--stream", "assignment:bonn")
    said = show(reader, assigned["position"], 80)

    assert "agent-assigned/1" in said
    assert "\nlocation: loc-bonn\n" in said
    assert "url: https://www.unv.example/" in said


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param((9_999,), 1, "there is no fact at position 9999: the ledger's last is", id="beyond the last"),
        pytest.param((0,), 2, "POSITION", id="before the first"),
        pytest.param((1, "--stream", "ledger"), 2, "a position names one fact: leave out", id="two ways at once"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(
    reader: Any, arguments: tuple[object, ...], code: int, sentence: str
) -> None:
    done = reader("ledger", "show", *arguments)

    assert done.exit_code == code
    assert sentence in words(done.stderr)


def test_rows_without_their_assignment_are_not_guessed(probed: Any) -> None:
    stray = ObservationsRecorded.of(
        7,
        BEGIN,
        BEGIN + MINUTE,
        edges=(),
        missing=(Missing(0, BEGIN),),
        latency=[NO_LATENCY],
        lateness=[0],
        evidence={},
    )
    with House(probed.folder) as house:
        taken = agents.take_batch(
            house.ledger, "bonn", "8f", DAY, 4, stray.to_bytes(), now=BEGIN + MINUTE
        )

    said = words(show(probed, taken.position))
    assert "its rows cannot be told probe by probe: the ledger has no assignment 7" in said
