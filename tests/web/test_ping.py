"""`/ping/{key}`: who has a key says how a run went; nobody else learns anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from slamon.web import ping, problems
from slamon.web.ping import USAGE, Body, Ping

KEY = "a-key-that-was-made-up-for-this"
RUN = "4b8f6f9e-3f0e-4f55-9d0c-0a6c1b1f7b11"
NOTHING = Body(b"", 0)


@dataclass
class Notebook:
    """Ears that write down what they hear."""

    heard: list[Ping] = field(default_factory=list)
    now: int = 0

    def knows(self, key: str) -> bool:
        return key == KEY

    def hear(self, key: str, ping: Ping) -> bool:
        self.heard.append(ping)
        return key == KEY


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def job(notebook: Notebook) -> Iterator[TestClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(ping.build(notebook, lambda: notebook.now))
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("", Ping("success", None, None, NOTHING), id="the key alone is a success"),
        pytest.param("/success", Ping("success", None, None, NOTHING), id="which may be said"),
        pytest.param("/start", Ping("start", None, None, NOTHING), id="a run begins"),
        pytest.param("/fail", Ping("fail", None, None, NOTHING), id="a run failed"),
        pytest.param("/log", Ping("log", None, None, NOTHING), id="a run says something"),
        pytest.param(
            "/0", Ping("success", None, 0, NOTHING), id="an exit status of 0 is a success"
        ),
        pytest.param("/255", Ping("fail", None, 255, NOTHING), id="any other is a failure"),
        pytest.param(
            f"/start?rid={RUN}", Ping("start", RUN, None, NOTHING), id="a run may have an id"
        ),
    ],
)
def test_a_signal_is_heard(
    job: TestClient, notebook: Notebook, method: str, path: str, said: Ping
) -> None:
    answer = job.request(method, f"/ping/{KEY}{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    assert answer.text == ("" if method == "HEAD" else "OK")
    assert notebook.heard == [said]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/ping/guessed", 404, id="an unknown key opens nothing"),
        pytest.param("/ping/guessed/start", 404, id="whatever is said with it"),
        pytest.param(f"/ping/{KEY}/stop", 422, id="there is no such word"),
        pytest.param(f"/ping/{KEY}/256", 422, id="there is no such exit status"),
        pytest.param(f"/ping/{KEY}?rid=7", 422, id="the id of a run is a UUID"),
    ],
)
def test_what_is_no_signal_is_refused(
    job: TestClient, notebook: Notebook, path: str, status: int
) -> None:
    assert job.post(path).status_code == status
    assert notebook.heard == []


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        pytest.param("GET", "/ping/guessed", "This key opens nothing.", id="an unknown key"),
        pytest.param("GET", f"/ping/{KEY}/stop", f"There is no signal stop. {USAGE}", id="a word"),
        pytest.param("POST", f"/ping/{KEY}/256", f"256 is no exit status. {USAGE}", id="a status"),
        pytest.param("GET", f"/ping/{KEY}?rid=7", f"No run has the id 7. {USAGE}", id="a run"),
        pytest.param("PUT", f"/ping/{KEY}", f"Method Not Allowed. {USAGE}", id="a method"),
        pytest.param("GET", f"/ping/{KEY}/start/now", f"Not Found. {USAGE}", id="a longer path"),
    ],
)
def test_a_job_reads_in_one_line_what_it_said_wrong(
    job: TestClient, method: str, path: str, said: str
) -> None:
    answer = job.request(method, path, headers={"Accept": "*/*"})

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == f"{said}\n"


def test_what_is_said_back_stays_one_line(job: TestClient) -> None:
    answer = job.get(f"/ping/{KEY}/a%0Ab{'c' * 500}")

    assert answer.text.count("\n") == 1
    assert len(answer.text) < 400


def test_of_a_long_output_the_beginning_is_passed_on(job: TestClient, notebook: Notebook) -> None:
    answer = job.post(f"/ping/{KEY}/fail", content=b"x" * 12_000)

    assert answer.status_code == 200
    assert notebook.heard[0].body == Body(b"x" * 10_000, 12_000)


def test_five_signals_a_second_are_enough(job: TestClient, notebook: Notebook) -> None:
    answers = [job.get(f"/ping/{KEY}") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    notebook.now = 1_000_000
    assert job.get(f"/ping/{KEY}").status_code == 200
    assert len(notebook.heard) == 6
