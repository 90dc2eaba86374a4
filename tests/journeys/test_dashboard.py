"""Each query of the dashboard, asked of a real Prometheus that scrapes slamon, says what the API says."""

from __future__ import annotations

import math
import re
import runpy
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from slamon.grafana.compliance import dashboard

MET = {"met": 1, "on_track": 1, "at_risk": 1, "breached": 0}
CODES = {"unknown": 0, "up": 1, "degraded": 2, "down": 3}
EXPRESSIONS = {
    (panel.title, target.ref_id): re.sub(r"\$\w+", ".*", target.expr)
    for panel in dashboard().panels
    for target in panel.targets
}
OVERDUE = ("Overdue probes", "A")  # its value is an age: asserted apart
BEHIND = ("Views behind the ledger", "A")
ROWS, LOST = "Compliance this period", "Time down and time unknown"
TRIES = 30
STATUSES = ("open", "upheld", "waived", "withdrawn")

Values = dict[str, float]


@dataclass(frozen=True)
class State:
    """What the API says at one moment."""

    agreements: list[Any]
    services: list[Any]
    probes: list[Any]
    breaches: dict[str, int]
    burns: list[Any]
    position: int

    def judgements(self) -> Iterator[tuple[dict[str, str], Any]]:
        """Each objective in its current period, with its labels."""
        for agreement in self.agreements:
            for status in agreement["objectives"]:
                said = status["judgement"]
                names = ("mode", "objective", "service")
                yield {"agreement": agreement["agreement"], **{n: said[n] for n in names}}, said

    def per_objective(
        self, value: Callable[[Any], float | None], *, enforced: bool = False, **more: str
    ) -> Values:
        """A value of each objective that has one, by labels as text."""
        return {
            text({**labels, **more}): found
            for labels, said in self.judgements()
            if (not enforced or said["mode"] == "enforced") and (found := value(said)) is not None
        }


def text(labels: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(labels.items()) if value)


def met(said: Any) -> float | None:
    return MET.get(said["state"])


def percent(said: Any) -> float | None:
    if said["measured"] is None:
        return None
    return math.floor(Fraction(said["measured"]["ratio"]) * 1_000_000) / 10_000


def budget_left(said: Any) -> float | None:
    budget = said["error_budget"]
    if budget is None or not Fraction(budget["allowed_us"]):
        return None
    return math.floor(Fraction(budget["left_us"]) / Fraction(budget["allowed_us"]) * 1000) / 1000


def seconds(prefix: str) -> Callable[[Any], float | None]:
    """The agreed time whose state begins with a word; None where nothing was tallied."""

    def value(said: Any) -> float | None:
        lost = [us for state, us in said["tally"].items() if state.startswith(prefix)]
        return sum(lost) / 1_000_000 if said["tally"] else None

    return value


def positive(value: Callable[[Any], float | None]) -> Callable[[Any], float | None]:
    return lambda said: value(said) or None


def burning(state: State, value: str) -> Values:
    """The rates or thresholds of every window of enforced promises, by labels as text."""
    names = ("agreement", "mode", "objective", "service")
    return {
        text({**{name: line[name] for name in names}, "window": window["window"]}): float(
            Fraction(window[value])
        )
        for line in state.burns
        if line["mode"] == "enforced"
        for window in line["windows"]
        if window[value] is not None
    }


def alarming(state: State) -> Values:
    """The thresholds of long windows of the promises that burn."""
    rates = burning(state, "rate")
    burn = {labels.rpartition(" ")[0] for labels, rate in rates.items() if rate > 0}
    return {
        labels: limit
        for labels, limit in burning(state, "threshold").items()
        if labels.rpartition("=")[2] in {"1h", "6h", "1d", "3d"}
        and labels.rpartition(" ")[0] in burn
    }


def labels_of(probe: Any) -> str:
    return text({name: probe[name] or "" for name in ("location", "probe", "service")})


def expected(state: State) -> dict[tuple[str, str], Values]:
    """What each query must return at a state."""
    verdicts = list(state.per_objective(met, enforced=True).values())
    failing = sum(probe["outcome"] == "bad" for probe in state.probes)
    bases = {text({**labels, "basis": said["basis"]}): 1.0 for labels, said in state.judgements()}
    latencies = {labels_of(p): p["latency_us"] / 1_000_000 for p in state.probes if p["latency_us"]}
    return {
        ("Objectives met", "A"): {"": sum(verdicts)},
        ("Objectives met", "B"): {"": len(verdicts)},
        ("Objectives breached", "A"): {"": verdicts.count(0)},
        ("Breaches by review status", "A"): {
            f"review_status={status}": count for status, count in state.breaches.items()
        },
        ("Failing probes", "A"): {"": failing},
        BEHIND: {"": 0},
        (ROWS, "A"): state.per_objective(percent),
        (ROWS, "B"): state.per_objective(lambda said: float(said["target"].split()[0])),
        (ROWS, "C"): state.per_objective(met),
        (ROWS, "D"): state.per_objective(seconds("down_us")),
        (ROWS, "E"): state.per_objective(seconds("unknown_us")),
        (ROWS, "F"): state.per_objective(seconds("excused_")),
        (ROWS, "G"): bases,
        ("Error budget left", "A"): state.per_objective(budget_left, enforced=True, period="month"),
        (LOST, "A"): state.per_objective(
            positive(seconds("down_us")), enforced=True, period="month"
        ),
        (LOST, "B"): state.per_objective(
            positive(seconds("unknown_us")), enforced=True, period="month"
        ),
        ("Burn rate", "A"): {k: v for k, v in burning(state, "rate").items() if v > 0},
        ("Burn rate", "B"): alarming(state),
        ("Time excluded", "A"): state.per_objective(
            positive(seconds("excused_")), enforced=True, period="month"
        ),
        ("Services excluded now", "A"): {
            "": sum(s["excluded"] for s in state.services if s["measured"])
        },
        ("Service state", "A"): {
            f"service={s['service']}": CODES[s["state"]] for s in state.services if s["measured"]
        },
        ("Probe duration", "A"): latencies,
    }


@dataclass(frozen=True)
class Seen:
    """What all queries returned, and what the API said before and after, at one position of the ledger."""

    before: State
    returned: dict[tuple[str, str], Values]
    after: State
    at: float


@pytest.fixture(scope="session")
def seen(
    demo: Any,
    tree: Path,
    program: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Seen]:
    """Ask the API, wait for a scrape, ask all queries, ask the API; until nothing was recorded meanwhile."""
    started = runpy.run_path(str(tree / "tests/dashboards/prometheus.py"))["Prometheus"]
    address = demo.url.removeprefix("http://")
    server = started(program("prometheus"), tmp_path_factory.mktemp("prometheus"), address)
    try:
        yield next(same for _ in range(TRIES) if (same := at_one_position(demo, server)))
    finally:
        server.stop()


def at_one_position(demo: Any, server: Any) -> Seen | None:
    before = state_of(demo)
    server.wait_for_a_scrape(time.time())
    returned = {query: server.ask(expr) for query, expr in EXPRESSIONS.items()}
    after, at = state_of(demo), time.time()
    still = before.position == after.position and not any(returned[BEHIND].values())
    return Seen(before, returned, after, at) if still else None


def state_of(demo: Any) -> State:
    many = {"limit": "200"}
    position = demo.api("/ledger")["view_position"]
    return State(
        demo.api("/agreements", **many)["items"],
        demo.api("/services", **many)["items"],
        demo.api("/probes", **many)["items"],
        {status: len(demo.api("/breaches", status=status, **many)["items"]) for status in STATUSES},
        demo.api("/burn", **many)["items"],
        position,
    )


def test_every_query_has_an_expectation(seen: Seen) -> None:
    assert {*expected(seen.before), OVERDUE} == set(EXPRESSIONS)


@pytest.mark.parametrize(
    ("panel", "ref"),
    [
        pytest.param(*query, id=f"{query[0]}, query {query[1]}")
        for query in EXPRESSIONS
        if query != OVERDUE
    ],
)
def test_a_query_returns_what_the_api_says(panel: str, ref: str, seen: Seen) -> None:
    returned = seen.returned[panel, ref]
    before, after = (expected(state)[panel, ref] for state in (seen.before, seen.after))

    # Between two answers only time goes on: what it moves lies between them.
    assert set(returned) in (set(before), set(after))
    for labels in set(before) & set(after) & set(returned):
        low, high = sorted((before[labels], after[labels]))
        assert low - 1e-9 <= returned[labels] <= high + 1e-9


def test_the_promises_and_the_open_breach_are_those_of_the_starter_set(seen: Seen) -> None:
    targets = seen.returned[ROWS, "B"]

    promise = "agreement=sla-unv-2026 mode=enforced objective={} service={}".format
    assert targets[promise("o1", "svc-campus-network")] == 99.5
    assert targets[promise("o2", "svc-it-support")] == 99
    assert seen.before.breaches["open"] >= 1


def test_a_probe_is_overdue_after_three_intervals(seen: Seen) -> None:
    silent = {
        labels_of(probe): seen.at - datetime.fromisoformat(probe["last_at"]).timestamp()
        for probe in seen.before.probes
        if probe["last_at"] and probe["interval_us"]
    }
    intervals = {labels_of(p): (p["interval_us"] or 0) / 1_000_000 for p in seen.before.probes}

    returned = seen.returned[OVERDUE]

    surely = {labels for labels, age in silent.items() if age > 3 * intervals[labels] + 10}
    perhaps = {labels for labels, age in silent.items() if age > 3 * intervals[labels] - 10}
    assert surely <= set(returned) <= perhaps
    for labels, age in returned.items():
        assert age == pytest.approx(silent[labels], abs=10)
