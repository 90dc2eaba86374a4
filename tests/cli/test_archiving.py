"""Archiving at the command line: what leaves, what stays, and what is said of it wherever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import HOUR, MINUTE, parse_instant
from probes.assembly import Row, assemble
from probes.evidence import Evidence
from probes.outcome import Outcome
from probes.spec import AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.cli.house import House, now
from slamon.ledger.archives import ColdPartsBroughtBack

DAYS = ("2026-03-02", "2026-03-03")
CHECK = "prb-parzival"


@pytest.fixture
def probed(slamon: Any) -> Any:
    """Two days of a probe in the ledger, three hours of each, and a seal over the first."""
    spec = TcpSpec(host="target.example", port=25, timeout=1_000_000)
    probe = AssignedProbe(probe=CHECK, spec=spec, phase=0, segments=(Segment(interval=MINUTE),))
    with House(slamon.folder) as house:
        assigned = agents.assign(house.ledger, "bonn", [probe], location="loc-bonn", actor="rita")
        for day in DAYS:
            begin = parse_instant(f"{day}T10:00:00Z")
            for hour in range(3):
                start = begin + hour * HOUR
                rows = [
                    Row(0, due, due, Outcome.BAD, 1_000 + due % 977, Evidence(reason="refused"))
                    for due, _ in assigned.plan(start, start + HOUR)
                ]
                batch, _ = assemble(assigned, start, start + HOUR, rows, {})
                taken = (day, hour + 1, batch.to_bytes())
                agents.take_batch(house.ledger, "bonn", "8f", *taken, now=start + 2 * HOUR)
            if day == DAYS[0]:
                assert slamon("ledger", "seal").exit_code == 0
    return slamon


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cold-2026.slamon"


@pytest.fixture
def archived(probed: Any, file: Path) -> Any:
    done = probed("ledger", "archive", "--older-than", "1d", file, "--yes")
    assert done.exit_code == 0, done.output
    return probed


def batches(slamon: Any, day: str) -> list[dict[str, Any]]:
    return [
        each["content"]
        for each in slamon.json("ledger", "show", "--stream", f"observations:bonn:8f:{day}")
    ]


def test_sealed_batches_leave_and_others_stay(probed: Any, file: Path) -> None:
    first = probed("ledger", "archive", "--older-than", "1d", file, "--yes")
    again = probed("ledger", "archive", "--older-than", "1d", file, "--yes")

    assert "3 batches have left" in first.stdout
    assert "keep it with the backups" in first.stdout
    assert "3 had done so before" in again.stdout
    assert ["archived" in each for each in batches(probed, DAYS[0])] == [True] * 3
    assert ["archived" in each for each in batches(probed, DAYS[1])] == [False] * 3


def test_it_asks_before_anything_is_moved(probed: Any, file: Path) -> None:
    done = probed("ledger", "archive", "--older-than", "1d", file, answer="n\n")

    assert done.exit_code == 1
    assert "Move the single results of 3 batches" in done.stdout
    assert not file.exists()


@pytest.mark.parametrize("age", ["400", "0d", "P400D", "a year", "-3d"])
def test_an_age_that_is_no_number_of_days_is_refused(probed: Any, file: Path, age: str) -> None:
    done = probed("ledger", "archive", f"--older-than={age}", file, "--yes")

    assert done.exit_code == 2
    assert f"--older-than: {age!r} is no number of days: write 400d" in done.stderr


def test_what_is_not_old_enough_stays(probed: Any, file: Path) -> None:
    done = probed("ledger", "archive", "--older-than", "90000d", file, "--yes")

    assert "nothing was moved, and no file was written" in done.stdout
    assert "3 sealed batches are not older than " in done.stdout
    assert "the oldest that is here is of 2026-03-02T11:00:00Z, " in done.stdout
    assert not file.exists()


def test_stats_leave_out_what_was_brought_back(archived: Any, file: Path) -> None:
    (away,) = archived.json("ledger", "stats")["archives"]
    middle = away["first"] + 1
    assert archived("ledger", "bring-back", file, "--last", middle).exit_code == 0

    (left,) = archived.json("ledger", "stats")["archives"]
    assert "MiB of 1 batch: cold-2026.slamon" in archived("ledger", "stats").stdout
    assert archived("ledger", "bring-back", file).exit_code == 0
    none = archived.json("ledger", "stats")

    assert (away["count"], left["count"]) == (3, 1)
    assert 0 < left["size"] < away["size"]
    assert (none["archives"], none["archived_bytes"]) == ([], 0)


def test_stats_tell_what_is_away_where_bringing_back_was_killed_before_it_began(
    archived: Any, file: Path
) -> None:
    before = archived.json("ledger", "stats")["archives"]
    with House(archived.folder) as house:
        fact = ColdPartsBroughtBack(**before[0])
        house.ledger.append("ledger:archives", [fact], after=1, actor="rita")

    assert archived.json("ledger", "stats")["archives"] == before
    assert f"of 3 batches: {file.name}" in archived("ledger", "stats").stdout


def test_a_folder_that_is_not_there_is_named(probed: Any, tmp_path: Path) -> None:
    done = probed("ledger", "archive", "--older-than", "1d", tmp_path / "no" / "file", "--yes")

    assert done.exit_code == 1
    assert f"there is no folder {tmp_path / 'no'}" in done.stderr


def test_showing_says_where_evidence_is(archived: Any) -> None:
    (told, *_) = batches(archived, DAYS[0])

    text = archived("ledger", "show", "--stream", f"observations:bonn:8f:{DAYS[0]}").stdout

    assert "evidence" not in told
    assert "are in the archive cold-2026.slamon: `slamon ledger bring-back`" in told["archived"]
    assert "single results in an archive" in text


def test_stats_and_verify_tell_of_it(archived: Any, file: Path) -> None:
    stats = archived.json("ledger", "stats")
    found, wholly = (
        archived.json("ledger", "verify"),
        archived.json("ledger", "verify", "--archive", file),
    )

    assert stats["archives"][0]["name"] == file.name
    assert stats["archived_bytes"] == stats["archives"][0]["size"] > 0
    assert "3 batches: cold-2026.slamon" in archived("ledger", "stats").stdout
    assert (found["holds"], found["by_digest_only"], found["from_archives"]) == (True, 3, 0)
    assert (wholly["holds"], wholly["by_digest_only"], wholly["from_archives"]) == (True, 0, 3)
    assert "--archive FILE reads it" in archived("ledger", "verify").stdout


def test_a_changed_archive_is_found_with_exit_code_1(archived: Any, file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    verified = archived("ledger", "verify", "--archive", file)
    back = archived("ledger", "bring-back", file)

    assert (verified.exit_code, back.exit_code) == (1, 1)
    assert "the archive holds other results" in verified.stderr
    assert f"{file} is not as it was written" in back.stderr


def test_brought_back_it_is_told_as_before(probed: Any, file: Path) -> None:
    before = batches(probed, DAYS[0])
    probed("ledger", "archive", "--older-than", "1d", file, "--yes")

    first, again = probed("ledger", "bring-back", file), probed("ledger", "bring-back", file)

    assert "3 batches have their single results again" in first.stdout
    assert "3 had them" in again.stdout
    assert batches(probed, DAYS[0]) == before


def test_bringing_back_is_recorded_and_the_past_is_as_it_was(archived: Any, file: Path) -> None:
    at = archived.position()
    known = ("judge", "--agreement", "sla-digital-editions", "--period", "2026-02")
    before = archived.json(*known, "--as-known-at", f"@{at}", code=1)
    archived("ledger", "bring-back", file)

    (_, back) = archived.json("ledger", "show", "--stream", "ledger:archives")

    assert (back["fact"], back["actor"]) == ("cold-parts-brought-back/1", "rita")
    assert (back["content"]["name"], back["content"]["count"]) == (file.name, 3)
    assert archived.json(*known, "--as-known-at", f"@{at}", code=1) == before
    assert archived.json("ledger", "verify")["holds"]


def test_results_in_an_archive_are_corrected_after_they_came_back(
    archived: Any, file: Path
) -> None:
    arguments = [
        "observations",
        "void",
        "--check",
        CHECK,
        "--location",
        "loc-bonn",
        "--reason",
        "our fault",
    ]
    arguments += ["--from", f"{DAYS[0]}T10:00:00Z", "--to", f"{DAYS[0]}T11:00:00Z", "--yes"]

    refused = archived(*arguments)
    archived("ledger", "bring-back", file)
    done = archived(*arguments)

    assert refused.exit_code == 1
    assert "are in the archive cold-2026.slamon" in refused.stderr
    assert "60 results voided" in done.stdout, done.output


def test_a_batch_that_is_handed_in_again_is_known(archived: Any, file: Path) -> None:
    stream = f"observations:bonn:8f:{DAYS[0]}"
    with House(archived.folder) as house:
        archived("ledger", "bring-back", file)
        payload = next(house.ledger.stream(stream)).payload
        archived("ledger", "archive", "--older-than", "1d", file, "--yes")
        stored = next(house.ledger.stream(stream)).payload

        taken = agents.take_batch(house.ledger, "bonn", "8f", DAYS[0], 1, payload, now=now())
        other = payload[:-1] + bytes([payload[-1] ^ 1])
        with pytest.raises(agents.BatchConflictError):
            agents.take_batch(house.ledger, "bonn", "8f", DAYS[0], 1, other, now=now())

    assert len(stored) < len(payload)
    assert taken.sequence == 1


@pytest.fixture
def visitor(archived: Any, signed_in: Any) -> Iterator[Callable[[str], Any]]:
    """Ask a page or the API."""
    with signed_in(archived) as web:
        yield web.get


def test_pages_and_the_api_say_where_it_is(visitor: Callable[[str], Any], archived: Any) -> None:
    shown = archived.json("ledger", "show", "--stream", f"observations:bonn:8f:{DAYS[0]}")
    position = shown[0]["position"]

    page = visitor(f"/ledger/{position}")
    api = visitor(f"/api/v1/ledger/facts/{position}/proof")
    others = [
        visitor(path).status_code for path in ("/probes", f"/observations?check={CHECK}", "/ledger")
    ]

    assert "in the archive cold-2026.slamon" in page.text
    assert json.loads(api.text)["fact"]["cold"] is None
    assert (page.status_code, api.status_code) == (200, 200)
    assert others == [200, 200, 200]
