"""The provider's own log beside what was measured: shown with every figure, and changing none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NO_BREAK = "\N{NO-BREAK SPACE}"
HOUR = 3_600_000_000
AGREEMENT = "sla-digital-editions"
FEBRUARY = ("judge", "--agreement", AGREEMENT, "--period", "2026-02")
CLOSE = ("close", "--agreement", AGREEMENT, "--period", "2026-02")
BREACH = f"{AGREEMENT}.o9.2026-02"
LOG = """\
imports:
- {id: imp-log, service: any, kind: csv, use: counter_evidence, tz: Europe/Zurich,
   columns: {start: down_from, end: down_to, cause: cause}, prov: {_: I}}
"""
HEADER = "down_from,down_to,cause\n"
LONGER = "2026-02-10T10:30,2026-02-10T16:00,disk full\n"
BY_NIGHT = "2026-02-10T20:00,2026-02-10T22:00,backup\n"


@pytest.fixture
def log(slamon: Any, starter: Path, tmp_path: Path) -> Path:
    """A log: of the outage from 10:00 to 15:00, and of a night that no promise covers."""
    (starter / "log.yaml").write_text(LOG, "utf-8")
    assert slamon("catalogue", "apply", starter, "--yes").exit_code == 0
    file = tmp_path / "log.csv"
    file.write_text(HEADER + LONGER + BY_NIGHT, "utf-8")
    return file


def _import(slamon: Any, log: Path, *more: str) -> Any:
    return slamon("import", "counter-evidence", log, "--service", "svc-parzival", *more)


def _explained(slamon: Any, *more: str) -> Any:
    told = slamon.json(*FEBRUARY, "--explain", "--objective", "o9", *more)
    return told["objectives"][0]["counter_evidence"]


def test_claims_stand_beside_the_figure_and_change_nothing(slamon: Any, log: Path) -> None:
    before = slamon.json(*FEBRUARY, code=1)["objectives"]

    done = _import(slamon, log)

    assert "2 claims recorded, 0 were known already" in done.stdout, done.output
    assert slamon.json(*FEBRUARY, code=1)["objectives"] == before
    found = _explained(slamon)
    assert (found["measured_us"], found["claimed_us"]) == (5 * HOUR, 5.5 * HOUR)
    assert found["disputed_us"] == 1.5 * HOUR  # half an hour before, an hour after
    (outage,) = found["outages"]
    assert (outage["from"], outage["to"]) == ("2026-02-10T09:00:00Z", "2026-02-10T15:00:00Z")
    assert outage["causes"] == ["disk full"]
    (fact,) = outage["facts"]
    shown = slamon.json("ledger", "show", "--stream", "counter-evidence:imp-log")
    assert [each["position"] for each in shown] == [fact]


def test_a_log_is_imported_once_and_a_changed_row_as_its_correction(slamon: Any, log: Path) -> None:
    _import(slamon, log)
    again = _import(slamon, log, "--source", "imp-log")
    log.write_text(HEADER + LONGER.replace("16:00", "15:00"), "utf-8")
    later = _import(slamon, log)

    assert "0 claims recorded, 2 were known already" in again.stdout, again.output
    assert "1 claim recorded" in later.stdout, later.output
    assert _explained(slamon)["disputed_us"] == 0.5 * HOUR
    known = slamon.json("ledger", "show", "--stream", "counter-evidence:imp-log")[0]["position"]
    assert _explained(slamon, "--as-known-at", f"@{known}")["disputed_us"] == 1.5 * HOUR


def test_a_breach_is_shown_beside_the_providers_log(slamon: Any, log: Path, signed_in: Any) -> None:
    assert slamon(*CLOSE).exit_code == 0
    position = slamon.position()
    _import(slamon, log)

    shown = slamon("breaches", "show", BREACH)

    said = "counter-evidence of imp-log: measured 5:00:00, claimed by the provider 5:30:00, in dispute 1:30:00"
    assert said in shown.stdout, shown.output
    detail = slamon.json("breaches", "show", BREACH)
    assert detail["counter_evidence"]["disputed_us"] == 1.5 * HOUR
    then = slamon.json("breaches", "show", BREACH, "--as-known-at", f"@{position}")
    assert then["counter_evidence"] is None
    with signed_in(slamon) as client:
        page = client.get(f"/breaches/{BREACH}").text
        api = client.get(f"/api/v1/breaches/{BREACH}").json()
        why = client.get(f"/agreements/{AGREEMENT}/periods/2026-02/o9/explained").text
    assert "in dispute 1 h 30 min" in page.replace(NO_BREAK, " ")
    assert "disk full" in page
    assert "By the provider" in why
    assert api["counter_evidence"] == detail["counter_evidence"]


def test_claims_restate_no_closed_period(slamon: Any, log: Path) -> None:
    slamon(*CLOSE)

    done = _import(slamon, log)

    assert "restated" not in done.output
    assert slamon.json("ledger", "show", "--stream", f"period:{AGREEMENT}:2026-02")[1:] == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        pytest.param(
            (),
            'imp-log names no column for "service": its record must say it, or give --service',
            id="nobody says which service",
        ),
        pytest.param(
            ("--service", "svc-fax"),
            "the catalogue has no service 'svc-fax'",
            id="a service that is not there",
        ),
    ],
)
def test_a_log_that_is_about_no_service_is_refused(
    slamon: Any, log: Path, more: tuple[str, ...], fault: str
) -> None:
    said = slamon("import", "counter-evidence", log, *more)

    assert said.exit_code == 1
    assert fault in said.stderr


def test_a_bad_row_refuses_the_log_or_is_put_aside(slamon: Any, log: Path) -> None:
    log.write_text(HEADER + LONGER.replace("16:00", "09:00") + BY_NIGHT, "utf-8")

    whole, others = _import(slamon, log), _import(slamon, log, "--skip-bad")

    said = f"{log}:2:down_to: '2026-02-10T09:00' is not after the start at 2026-02-10T10:30"
    assert whole.stderr.startswith(said), whole.output
    assert "1 claim recorded" in others.stdout, others.output
    assert "not after the start" in log.with_suffix(".rejected.csv").read_text("utf-8")
