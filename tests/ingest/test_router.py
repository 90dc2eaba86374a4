"""What agents ask for and hand in, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from catalogue.instants import MINUTE, format_instant, parse_instant
from probes.assembly import Row, assemble
from probes.centre import OTHER_CONTENT, OUT_OF_ORDER
from probes.outcome import Outcome
from probes.spec import AgentAssigned, AssignedProbe, Segment
from probes.specs.lines import TcpSpec
from slamon.app import agents
from slamon.history import NAMES
from slamon.ingest import router
from slamon.ingest.contacts import Contacts
from slamon.ingest.contacts import router as contacts_router
from slamon.ingest.healths import Healths
from slamon.ledger.store import Ledger
from slamon.sla.intake import SpoolConflictFound

KEY = "a-key-that-was-made-up"
BEGIN = parse_instant("2026-03-02T10:00:00Z")
BATCHES = "/api/v1/agents/bonn/batches/spool/2026-03-02"
PROBE = AssignedProbe(
    probe="prb-mail",
    spec=TcpSpec(host="target.example", port=25, timeout=1_000_000),
    phase=0,
    segments=(Segment(interval=MINUTE),),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.db", NAMES, lambda: BEGIN)
    yield opened
    opened.close()


@pytest.fixture
def assigned(ledger: Ledger) -> AgentAssigned:
    return agents.assign(ledger, "bonn", [PROBE], location="loc-bonn", actor="us")


@pytest.fixture
def agent(ledger: Ledger) -> Iterator[TestClient]:
    """The agent of Bonn with its key; the one of Geneva has the same, and no assignment."""
    app = FastAPI()
    keys = dict.fromkeys(("bonn", "geneva"), sha256(KEY.encode()).hexdigest())
    app.include_router(router.build(ledger, keys.get, lambda: BEGIN + 60 * MINUTE))
    with TestClient(app, headers={"Authorization": f"Bearer {KEY}"}) as client:
        yield client


def _batch(
    assigned: AgentAssigned, outcome: Outcome = Outcome.GOOD, *, begin: int = BEGIN
) -> bytes:
    end = begin + 3 * MINUTE
    rows = [Row(index, due, due, outcome, 900) for due, index in assigned.plan(begin, end)]
    return assemble(assigned, begin, end, rows, {})[0].to_bytes()


@pytest.mark.parametrize(
    ("name", "header"),
    [
        pytest.param("bonn", "Bearer another", id="another key"),
        pytest.param("bonn", "", id="no key"),
        pytest.param("paris", f"Bearer {KEY}", id="an agent nobody knows"),
    ],
)
def test_without_the_key_of_the_agent_nothing_is_told_or_taken(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger, name: str, header: str
) -> None:
    headers = {"Authorization": header}
    before = ledger.position()
    path = f"/api/v1/agents/{name}"

    answers = [
        agent.get(f"{path}/assignment", headers=headers),
        agent.post(f"{path}/batches/s/2026-03-02/1", content=_batch(assigned), headers=headers),
        agent.post(f"{path}/interruptions", json={}, headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert ledger.position() == before


def test_who_knocks_with_a_key_that_opens_nothing_is_told_of_until_let_in(
    ledger: Ledger, assigned: AgentAssigned
) -> None:
    time, contacts, healths = [BEGIN], Contacts(), Healths()
    app = FastAPI()
    keys = {"bonn": sha256(KEY.encode()).hexdigest()}
    app.include_router(router.build(ledger, keys.get, lambda: time[0], contacts, healths))
    app.include_router(contacts_router(contacts, healths))

    def knock(key: str) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {key}"}
        client.get("/api/v1/agents/bonn/assignment", headers=headers)
        (line,) = client.get("/api/v1/contacts").json()
        return {name: line[name] for name in ("agent", "at", "turned_away_at")}

    with TestClient(app) as client:
        first, second = format_instant(BEGIN), format_instant(BEGIN + MINUTE)
        assert knock("old") == {"agent": "bonn", "at": None, "turned_away_at": first}
        time[0] += MINUTE
        both = knock(KEY)
        time[0] += 10 * MINUTE
        later = knock(KEY)

    assert both == {"agent": "bonn", "at": second, "turned_away_at": first}
    assert later["turned_away_at"] is None


def test_of_those_that_knock_in_vain_the_last_hundred_are_remembered() -> None:
    contacts = Contacts()
    for number in range(150):
        contacts.turned_away(f"agent-{number}", number)

    assert list(contacts.knocked()) == [f"agent-{number}" for number in range(50, 150)]


def test_an_assignment_is_told_with_its_version_as_etag(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    answer = agent.get("/api/v1/agents/bonn/assignment")

    assert AgentAssigned.model_validate_json(answer.content) == assigned
    assert answer.headers["etag"] == '"1"'


def test_an_assignment_that_is_known_is_not_told_again(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    answer = agent.get("/api/v1/agents/bonn/assignment", headers={"If-None-Match": '"1"'})

    assert (answer.status_code, answer.content) == (304, b"")


def test_an_agent_without_an_assignment_is_told_so(agent: TestClient) -> None:
    assert agent.get("/api/v1/agents/geneva/assignment").status_code == 404


def test_a_batch_is_acknowledged_with_its_place(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger
) -> None:
    answer = agent.post(f"{BATCHES}/1", content=_batch(assigned))

    assert answer.status_code == 200
    assert answer.json() == {"acknowledged": 1, "position": ledger.position()}


def test_a_batch_sent_again_is_acknowledged_again_and_stands_once(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger
) -> None:
    first = agent.post(f"{BATCHES}/1", content=_batch(assigned))
    again = agent.post(f"{BATCHES}/1", content=_batch(assigned))

    assert again.json() == first.json()
    assert ledger.version("observations:bonn:spool:2026-03-02") == 1


def test_a_batch_out_of_order_is_answered_by_the_one_expected(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    answer = agent.post(f"{BATCHES}/2", content=_batch(assigned))

    assert (answer.status_code, answer.json()["detail"]) == (409, "expected 1")


def test_other_content_under_a_number_is_a_conflict(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    agent.post(f"{BATCHES}/1", content=_batch(assigned))

    answer = agent.post(f"{BATCHES}/1", content=_batch(assigned, Outcome.BAD))

    assert answer.status_code == 409
    assert answer.json()["detail"].startswith("conflict: ")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"nonsense", id="bytes that are no batch"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_batch_is_set_aside_and_holds_up_nothing(
    agent: TestClient, assigned: AgentAssigned, content: bytes
) -> None:
    answer = agent.post(f"{BATCHES}/1", content=content)

    assert answer.status_code == 200
    assert answer.json()["quarantined"]
    assert "quarantined" not in agent.post(f"{BATCHES}/2", content=_batch(assigned)).json()


def test_a_batch_of_another_day_is_set_aside(agent: TestClient, assigned: AgentAssigned) -> None:
    later = _batch(assigned, begin=BEGIN + 24 * 60 * MINUTE)

    answer = agent.post(f"{BATCHES}/1", content=later)

    assert "does not lie within 2026-03-02" in answer.json()["quarantined"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("assignment", 200, id="to an assignment"),
        pytest.param("batches/spool/2026-03-02", 200, id="to a question"),
        pytest.param("batches/spool/2026-03-02/x", 405, id="not to a path that is none"),
    ],
)
def test_each_answer_tells_whose_ledger_it_is_and_what_time(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger, path: str, status: int
) -> None:
    founded = ledger.founded()
    assert founded is not None

    answer = agent.get(f"/api/v1/agents/bonn/{path}")

    assert answer.status_code == status
    if status == 200:
        assert answer.headers["slamon-ledger"] == f"{founded.ledger_id}/1"
        assert answer.headers["slamon-received-at"] == str(BEGIN + 60 * MINUTE)


def test_a_refusal_says_to_programs_what_to_do(agent: TestClient, assigned: AgentAssigned) -> None:
    early = agent.post(f"{BATCHES}/3", content=_batch(assigned))
    agent.post(f"{BATCHES}/1", content=_batch(assigned))
    other = agent.post(f"{BATCHES}/1", content=_batch(assigned, Outcome.BAD))

    assert early.headers["content-type"] == "application/problem+json"
    assert early.json()["type"] == OUT_OF_ORDER
    assert early.json()["expected"] == 1
    assert other.json()["type"] == OTHER_CONTENT


def test_an_agent_learns_how_far_the_ledger_stands(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    agent.post(f"{BATCHES}/1", content=_batch(assigned))

    assert agent.get(BATCHES).json() == {"recorded": 1}
    assert agent.get(BATCHES.replace("02", "03")).json() == {"recorded": 0}


@pytest.mark.parametrize(
    ("runs", "alarms"),
    [
        pytest.param("AAABBBCCC", 0, id="one agent, started three times"),
        pytest.param("AAABAB", 1, id="two by turns"),
        pytest.param("ABAAA", 0, id="one request that came late"),
        pytest.param("ABABABAB", 1, id="two by turns for long: told once a day"),
    ],
)
def test_two_that_use_one_key_are_noticed_by_their_turns(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger, runs: str, alarms: int
) -> None:
    for run in runs:
        agent.get("/api/v1/agents/bonn/assignment", headers={"Slamon-Run": run})

    found = [entry.fact for entry in ledger.stream("spools:bonn")]
    assert [type(each) for each in found] == [SpoolConflictFound] * alarms


def test_a_ledger_that_was_never_restored_is_not_told_assignments(
    agent: TestClient, assigned: AgentAssigned
) -> None:
    other = assigned.model_copy(update={"version": 2})

    answers = [
        agent.post("/api/v1/agents/bonn/assignments", json=each.model_dump(mode="json"))
        for each in (other, assigned)
    ]

    assert [answer.status_code for answer in answers] == [409, 204]


def test_a_batch_beyond_all_measure_is_refused(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger
) -> None:
    before = ledger.position()

    answer = agent.post(f"{BATCHES}/1", content=bytes(router.BATCH_LIMIT + 1))

    assert answer.status_code == 413
    assert ledger.position() == before


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("spool/2026-03-02/0", id="no number counts from zero"),
        pytest.param("spool/yesterday/1", id="a day is a date"),
        pytest.param("sp:ool/2026-03-02/1", id="a spool has a plain name"),
    ],
)
def test_a_batch_at_an_impossible_place_is_refused(
    agent: TestClient, assigned: AgentAssigned, path: str
) -> None:
    answer = agent.post(f"/api/v1/agents/bonn/batches/{path}", content=_batch(assigned))

    assert answer.status_code == 422


def test_a_gap_is_recorded_once(agent: TestClient, assigned: AgentAssigned, ledger: Ledger) -> None:
    gap = {"from": BEGIN, "to": BEGIN + MINUTE, "reason": "restarted"}

    answers = [agent.post("/api/v1/agents/bonn/interruptions", json=gap) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert [e.name for e in ledger.since(0, limit=9)].count("probing-interrupted/1") == 1


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param(BEGIN + 61 * MINUTE, 204, id="as far ahead as clocks may be apart"),
        pytest.param(BEGIN + 61 * MINUTE + 1, 422, id="in what has not come"),
    ],
)
def test_a_gap_is_recorded_when_it_is_over(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger, end: int, status: int
) -> None:
    gap = {"from": BEGIN, "to": end, "reason": "its clock was set forward by 3600 s"}

    answer = agent.post("/api/v1/agents/bonn/interruptions", json=gap)

    assert answer.status_code == status
    recorded = [e.name for e in ledger.since(0, limit=9)].count("probing-interrupted/1")
    assert recorded == (status == 204)
    assert (status == 204) or "report it when it is over" in answer.json()["detail"]


def test_an_agent_that_names_no_wire_speaks_the_first_and_is_told_in_its_words(
    ledger: Ledger, assigned: AgentAssigned
) -> None:
    contacts = Contacts()
    app = FastAPI()
    key = {"bonn": sha256(KEY.encode()).hexdigest()}
    app.include_router(router.build(ledger, key.get, lambda: BEGIN, contacts))
    app.include_router(contacts_router(contacts, Healths()))
    with TestClient(app, headers={"Authorization": f"Bearer {KEY}"}) as agent:
        old = agent.get("/api/v1/agents/bonn/assignment")
        told = agent.get("/api/v1/contacts").json()
        named = {"Slamon-Wire": "2", "User-Agent": "slamon/2.1.0"}
        agent.get("/api/v1/agents/bonn/assignment", headers=named)
        (new,) = agent.get("/api/v1/contacts").json()

    assert AgentAssigned.model_validate_json(old.content) == assigned
    (line,) = told
    assert (line["agent"], line["at"], line["wire"]) == ("bonn", "2026-03-02T10:00:00Z", 1)
    assert (line["clock_ahead_us"], line["undelivered"], line["program"]) == (None, None, None)
    assert (new["wire"], new["program"]) == (2, "slamon/2.1.0")
    assert (contacts.wire("bonn"), contacts.wire("geneva")) == (2, None)


def test_an_agent_of_a_later_wire_is_told_to_wait_for_the_centre(
    agent: TestClient, assigned: AgentAssigned, ledger: Ledger
) -> None:
    before = ledger.position()

    answers = [
        agent.get("/api/v1/agents/bonn/assignment", headers={"Slamon-Wire": "3"}),
        agent.post(f"{BATCHES}/1", content=_batch(assigned), headers={"Slamon-Wire": "3"}),
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert "this agent speaks wire 3, and this centre knows wires up to 2" in answers[0].text
    assert "upgrade the centre first" in answers[0].text
    assert ledger.position() == before
