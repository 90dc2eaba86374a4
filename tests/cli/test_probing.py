"""Asking one probe: what is asked, who says so, and what may not be asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalogue.instants import format_instant
from probes.assembly import Row, assemble
from probes.equipment import Equipment
from probes.outcome import Outcome
from probes.pausing import ProbePaused
from probes.spec import AssignedProbe
from slamon.app import pauses
from slamon.cli.asking import Asker
from slamon.cli.assigning import AGENT, Targets, assign
from slamon.cli.house import House
from slamon.cli.settings import Settings
from slamon.cli.terminal import console
from tests.servers.authority import Authority
from tests.servers.web import Nginx

DOCUMENTS = """
providers:
- {{id: host, role: provider, name: {{en: H, fr: H, es: H}}, prov: {{_: I}}}}
services:
- {{id: svc-web, name: {{en: W, fr: W, es: W}}, provider: host, lifecycle: live, criticality: low,
   measured_by: [probe], funding_source: unspecified, recommendations: [], offerings: [], prov: {{_: I}}}}
defaults: {{interval: PT1M, timeout: PT10S, prov: {{_: I}}}}
probes:
- {{id: prb-web, kind: http, service: svc-web, target: "http://127.0.0.1:{target}/",
   demo_target: "http://127.0.0.1:18080/", prov: {{_: I}}}}
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name that the server calls
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep what tests print readable."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a page on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def stated(empty: Any, tmp_path: Path, port: int) -> Any:
    """The commands in a folder whose catalogue has one probe, of the page on loopback."""
    documents = tmp_path / "one"
    documents.mkdir()
    (documents / "all.yaml").write_text(DOCUMENTS.format(target=port), "utf-8")
    assert empty("catalogue", "apply", documents, "--yes").exit_code == 0
    return empty


def test_a_probe_that_nobody_is_assigned_is_asked_as_the_catalogue_says(
    stated: Any, port: int
) -> None:
    said = stated("probe", "run", "prb-web")

    assert f"prb-web asks http://127.0.0.1:{port}/" in said.stdout
    assert "as the catalogue says" in said.stdout


def test_an_address_that_the_guard_refuses_is_told_with_the_setting_that_opens_it(
    stated: Any,
) -> None:
    said = stated("probe", "run", "prb-web")

    assert said.exit_code == 1
    assert "not_permitted" in said.stdout
    assert "SLAMON_AGENT_ALLOW lists the networks that may be asked" in said.stderr


def test_a_probe_of_a_demonstration_is_asked_where_its_agent_asks(stated: Any, port: int) -> None:
    with House(stated.folder) as house:
        moved = {"127.0.0.1:18080": f"127.0.0.1:{port}"}
        assign(house, AGENT, "loc-bonn", Targets("demo_target", moved))

    found = stated.json("probe", "run", "prb-web")

    assert found["target"] == f"http://127.0.0.1:{port}/"
    assert found["source"] == "as agent-local is assigned, version 1"
    assert found["outcome"] == "good"


def test_the_demo_target_of_the_catalogue_can_be_asked_for(stated: Any) -> None:
    said = stated("probe", "run", "prb-web", "--demo")

    assert "prb-web asks http://127.0.0.1:18080/" in said.stdout
    assert "as the catalogue says, its demo_target" in said.stdout


def test_the_list_says_what_the_slowest_answers_of_the_newest_day_took(stated: Any) -> None:
    with House(stated.folder) as house:
        assigned = assign(house, AGENT, "loc-bonn", Targets("target", {}))
        (probe,) = assigned.probes
        begin = probe.phase
        times = [20_000] * 18 + [400_000] * 2
        rows = [Row(0, at, at, Outcome.GOOD, times[n]) for n, at in enumerate(_dues(probe, 20))]
        batch, _ = assemble(assigned, begin, rows[-1].due + 1, rows, {})
        stream = f"observations:{AGENT}:s:1970-01-01"
        house.ledger.append(stream, [batch], after=0, actor=f"agent:{AGENT}")

    assert "401 ms" in stated("probe", "list").stdout
    (line,) = stated.json("probe", "list")
    assert line["p95_us"] == 401_408  # the middle of 393,216 to 409,600 µs


def _dues(probe: AssignedProbe, count: int) -> list[int]:
    return [probe.phase + n * probe.segments[0].interval for n in range(count)]


def _recorded(stated: Any) -> tuple[int, int]:
    """Two good results and one that is bad: when the first was due, and where they stand."""
    with House(stated.folder) as house:
        assigned = assign(house, AGENT, "loc-bonn", Targets("target", {}))
        (probe,) = assigned.probes
        dues = _dues(probe, 3)
        outcomes = (Outcome.GOOD, Outcome.BAD, Outcome.GOOD)
        rows = [Row(0, at, at, outcomes[n], 20_000) for n, at in enumerate(dues)]
        batch, _ = assemble(assigned, dues[0], dues[-1] + 1, rows, {})
        stream = f"observations:{AGENT}:s:1970-01-01"
        position = house.ledger.append(stream, [batch], after=0, actor=f"agent:{AGENT}")
    assert position is not None
    return dues[0], position


def test_a_slot_is_explained_with_the_facts_behind_it(stated: Any) -> None:
    first, position = _recorded(stated)
    at = format_instant(first + 90_000_000)

    told = stated("probe", "explain", "prb-web", "--at", at)
    (place,) = stated.json("probe", "explain", "prb-web", "--at", at)["places"]

    assert "loc-bonn, agent-local: recorded" in told.stdout
    assert "the result is bad" in told.stdout
    assert (place["due"], place["outcome"]) == (format_instant(first + 60_000_000), "bad")
    assert position in place["facts"]


def test_a_slot_of_now_is_waited_for_and_told_as_neither_up_nor_down(stated: Any) -> None:
    _recorded(stated)

    (place,) = stated.json("probe", "explain", "prb-web")["places"]

    assert (place["cause"], place["outcome"]) == ("not_reported", None)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("prb-none",), 1, "known are prb-web", id="an unknown probe"),
        pytest.param(("prb-web", "--at", "noon"), 2, "--at", id="an instant that is none"),
        pytest.param(
            ("prb-web", "--location", "loc-x"), 1, "never asked at 'loc-x'", id="another place"
        ),
    ],
)
def test_a_slot_that_cannot_be_named_is_told_with_what_to_do(
    stated: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    _recorded(stated)

    done = stated("probe", "explain", *arguments)

    assert done.exit_code == code
    assert said in done.stderr


def test_the_list_is_a_table_on_a_screen_of_120_columns(
    stated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _recorded(stated)
    monkeypatch.setattr(console, "_width", 120)

    shown = stated("probe", "list").stdout.splitlines()

    assert max(map(len, shown)) <= 120
    assert any(line.split()[:2] == ["probe", "kind"] for line in shown)
    assert sum("prb-web" in line for line in shown) == 1


def test_the_list_says_until_when_a_probe_is_left_in_peace(stated: Any) -> None:
    _recorded(stated)
    paused = ProbePaused(probe="prb-web", from_=0, until=None, reason="401")
    with House(stated.folder) as house:
        pauses.paused(house.ledger, AGENT, paused)

    assert "paused until it is resumed" in stated("probe", "list").stdout
    (line,) = stated.json("probe", "list")
    assert line["pause"] == {"since": "1970-01-01T00:00:00Z", "until": None, "reason": "401"}


def test_the_list_can_be_asked_for_what_must_be_looked_at(stated: Any) -> None:
    _recorded(stated)

    every = stated.json("probe", "list")

    assert [line["attention"] for line in every] == [["overdue"]]
    assert stated.json("probe", "list", "--overdue", "--bad") == every
    assert stated.json("probe", "list", "--suspect") == []
    assert "no probe just now" in stated("probe", "list", "--paused").stdout
    assert "overdue" in stated("probe", "list").stdout


@pytest.mark.parametrize(
    ("allow", "reason"),
    [
        pytest.param("", "not_permitted", id="nowhere that this machine may not look"),
        pytest.param("127.0.0.0/8", None, id="where it may"),
    ],
)
def test_the_button_asks_where_this_machine_may_and_leaves_a_line_in_the_log(
    stated: Any, caplog: pytest.LogCaptureFixture, port: int, allow: str, reason: str | None
) -> None:
    with House(stated.folder) as house:
        assign(house, AGENT, "loc-bonn", Targets("target", {}))
        before = house.ledger.position()
        told = Asker(house, Equipment(agent_allow=allow))("prb-web", "rita")

        assert (told.reason, house.ledger.position()) == (reason, before)
    assert caplog.messages == [f"rita asks probe prb-web at http://127.0.0.1:{port}/"]


@pytest.mark.parametrize(
    ("known", "outcome"),
    [pytest.param(True, "good", id="known"), pytest.param(False, "bad", id="unknown")],
)
def test_who_asks_by_hand_trusts_the_authorities_that_the_agent_is_told_of(
    empty: Any,
    tmp_path: Path,
    nginx: Nginx,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    known: bool,  # noqa: FBT001
    outcome: str,
) -> None:
    documents = tmp_path / "one"
    documents.mkdir()
    text = DOCUMENTS.format(target=1).replace("http://127.0.0.1:1/", nginx.tls_url())
    (documents / "all.yaml").write_text(text, "utf-8")
    monkeypatch.setenv("SLAMON_AGENT_ALLOW", "127.0.0.0/8")
    if known:
        monkeypatch.setenv("SLAMON_AGENT_CA", str(authority.certificate))
    tried = empty.json("catalogue", "plan", documents, "--try", code=0 if known else 1)["tried"]
    advice = empty("catalogue", "plan", documents, "--try").stderr
    assert ("SLAMON_AGENT_CA is a file" in advice) is not known
    assert empty("catalogue", "apply", documents, "--yes").exit_code == 0
    told = empty.json("probe", "run", "prb-web", code=0 if known else 1)
    with House(empty.folder) as house:
        pressed = Asker(house, Settings())("prb-web", "rita")

    assert {tried[0]["outcome"], told["outcome"], pressed.outcome} == {outcome}


@pytest.fixture
def changed(stated: Any, tmp_path: Path, port: int) -> Path:
    """Documents in which the probe wants another status and asks twice as often, and a second one is new."""
    with House(stated.folder) as house:
        assign(house, AGENT, "loc-bonn", Targets("target", {}))
    folder = tmp_path / "changed" / "one"  # a set is known by the name of its folder
    folder.mkdir(parents=True)
    text = DOCUMENTS.format(target=port)
    probe = text[text.index("- {id: prb-web") :]
    other = probe.replace("prb-web", "prb-other")
    mended = probe.replace("prov:", "interval: PT30S, expect: {status: [204]}, prov:")
    (folder / "all.yaml").write_text(text.replace(probe, mended) + other, "utf-8")
    return folder


def test_a_proposed_probe_is_asked_before_it_is_applied_and_told_beside_what_is_assigned(
    stated: Any, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAMON_AGENT_ALLOW", "127.0.0.0/8")
    before = stated.position()

    told = stated.json("probe", "run", "prb-web", "--documents", changed, code=1)
    shown = stated("probe", "run", "prb-web", "--documents", changed).stdout

    assert (told["outcome"], told["source"]) == ("bad", "as the documents propose")
    assert "spec.conditions[0].values[0]: 200 -> 204" in told["differences"]
    assert "segments[0].interval: 60000000 -> 30000000" in shown
    assert stated.position() == before


def test_a_plan_asks_every_probe_that_would_be_asked_otherwise(
    stated: Any, changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLAMON_AGENT_ALLOW", "127.0.0.0/8")
    before = stated.position()

    found = stated.json("catalogue", "plan", changed, "--try", code=1)["tried"]
    shown = stated("catalogue", "plan", changed, "--try")

    assert [(each["probe"], each["outcome"]) for each in found] == [
        ("prb-other", "good"),
        ("prb-web", "bad"),
    ]
    assert "bad_status" in shown.stdout
    assert stated.position() == before


def test_a_plan_that_tries_what_it_may_not_ask_says_once_what_to_do(
    stated: Any, changed: Path
) -> None:
    said = stated("catalogue", "plan", changed, "--try")

    assert said.stdout.count("not_permitted") == 2
    assert "guard " in said.stdout
    assert said.stderr.count("SLAMON_AGENT_ALLOW lists the networks that may be asked") == 1


def test_a_plan_that_asks_no_probe_otherwise_says_so_and_is_fine(
    stated: Any, tmp_path: Path
) -> None:
    done = stated("catalogue", "plan", tmp_path / "one", "--try")

    assert done.exit_code == 0
    assert "no probe would be asked otherwise" in done.stdout


def test_of_documents_that_leave_no_such_probe_the_others_are_named(
    stated: Any, changed: Path
) -> None:
    done = stated("probe", "run", "prb-none", "--documents", changed)

    assert done.exit_code == 1
    assert "the documents leave no probe 'prb-none'; known are prb-other, prb-web" in done.stderr
