"""Questions to a real PostgreSQL, and to one that follows it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.databases import PostgresqlSpec
from tests.servers.authority import Authority
from tests.servers.postgres import PASSWORD, Postgres, caught_up

SECOND = 1_000_000
GOOD, DEGRADED, BAD, INCONCLUSIVE = Outcome
See = Callable[..., Observation]


@pytest.fixture
def see(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> See:
    """Ask a server once, as `watcher` who knows the password, under TLS of the tests' root."""
    monkeypatch.setenv("WORD", PASSWORD)
    monkeypatch.setenv("WRONG", "close sesame")
    monkeypatch.setenv("WHO", "watcher")

    def seen(server: Postgres, *conditions: dict[str, Any], **more: Any) -> Observation:
        told = {"host": "127.0.0.1", "port": server.port, "timeout": 5 * SECOND}
        whole = {**told, "user": "watcher", "password": "env:WORD", **more}
        spec = PostgresqlSpec.model_validate({**whole, "conditions": conditions})
        terms = authority.for_probes()
        return asyncio.run(ask(spec, Surroundings(networks("127.0.0.1"), tls=terms)))

    return seen


def verdict(seen: Observation) -> tuple[Outcome, str | None]:
    return seen.outcome, seen.reason


def test_a_server_that_answers_is_up(see: See, postgres_server: Postgres) -> None:
    seen = see(postgres_server)

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert [each.name for each in seen.stages] == [
        *("dns", "guard", "connect", "starttls", "tls", "first_byte"),
        *("login", "login", "login", "login", "query"),
    ]
    assert seen.heard.line.startswith("PostgreSQL ")
    assert seen.evidence().issuer == "CN=Root of the tests"
    assert seen.suspect or 0 < (seen.latency or 0) <= seen.phases["total"]


@pytest.mark.parametrize(
    ("user", "more"),
    [
        pytest.param("watcher", {}, id="by SCRAM"),
        pytest.param("watcher", {"tls": "off"}, id="by SCRAM without TLS"),
        pytest.param("env:WHO", {"tls": "try"}, id="by a user that the agent finds"),
        pytest.param("old", {}, id="by MD5"),
        pytest.param("plain", {}, id="by a password that TLS keeps"),
        pytest.param("guest", {"password": None}, id="without a password"),
        pytest.param("watcher", {"name": "data.cms.example"}, id="at another name"),
        pytest.param("watcher", {"verify": False}, id="whoever answers"),
        pytest.param("watcher", {"database": "catalogue"}, id="to another database"),
    ],
)
def test_a_server_is_logged_in_to(
    see: See, postgres_server: Postgres, user: str, more: dict[str, Any]
) -> None:
    seen = see(postgres_server, user=user, **more)

    assert (seen.outcome, seen.text) == (GOOD, "")


def test_a_server_is_logged_in_to_by_a_certificate(
    see: See, postgres_server: Postgres, authority: Authority
) -> None:
    pair = authority.for_client("shown", "shown")
    shown = {"certificate": f"file:{pair.certificate}", "key": f"file:{pair.key}"}

    seen = see(postgres_server, user="shown", password=None, client_certificate=shown)

    assert (seen.outcome, seen.text) == (GOOD, "")


@pytest.mark.parametrize(
    ("more", "reason", "text"),
    [
        pytest.param(
            {"password": "env:WRONG"},
            "login_refused",
            'password authentication failed for user "watcher" (28P01)',
            id="a wrong password",
        ),
        pytest.param(
            {"user": "nobody-known"},
            "login_refused",
            'password authentication failed for user "nobody-known" (28P01)',
            id="an unknown user",
        ),
        pytest.param(
            {"user": "old", "password": "env:WRONG"},
            "login_refused",
            'password authentication failed for user "old" (28P01)',
            id="a wrong password by MD5",
        ),
        pytest.param(
            {"user": "far"},
            "login_refused",
            'pg_hba.conf rejects connection for host "127.0.0.1", user "far", '
            'database "postgres", SSL encryption (28000)',
            id="a user who may not come from here",
        ),
        pytest.param(
            {"database": "no-such"},
            "unknown_database",
            'database "no-such" does not exist (3D000)',
            id="no such database",
        ),
        pytest.param(
            {"user": "crowded"},
            "too_many_connections",
            'too many connections for role "crowded" (53300)',
            id="every place taken",
        ),
        pytest.param(
            {"name": "other.example"},
            "tls_hostname",
            "Hostname mismatch, certificate is not valid for 'other.example'.",
            id="a certificate of another name",
        ),
    ],
)
def test_a_server_that_lets_nobody_in_is_down(
    see: See, postgres_server: Postgres, more: dict[str, Any], reason: str, text: str
) -> None:
    seen = see(postgres_server, **more)

    assert (*verdict(seen), seen.text) == (BAD, reason, text)
    assert PASSWORD not in repr(seen)


@pytest.mark.parametrize(
    ("more", "reason", "text"),
    [
        pytest.param(
            {"password": "env:NOT_SET"},
            "secret_missing",
            "env:NOT_SET cannot be read: it is not set where the agent runs",
            id="its password is nowhere",
        ),
        pytest.param(
            {"password": None},
            "secret_missing",
            "the target asks for a password, and none is stated",
            id="nobody stated a password",
        ),
        pytest.param(
            {"user": "plain", "tls": "off"},
            "not_measurable",
            "the target asks for the password itself, and without TLS anybody could hear it",
            id="anybody could hear the password",
        ),
    ],
)
def test_what_we_cannot_say_is_no_fault_of_the_server(
    see: See, postgres_server: Postgres, more: dict[str, Any], reason: str, text: str
) -> None:
    seen = see(postgres_server, **more)

    assert (*verdict(seen), seen.text) == (INCONCLUSIVE, reason, text)


def test_a_server_without_tls_is_asked_only_where_that_is_allowed(
    see: See, postgres_server: Postgres, postgres_following: Postgres
) -> None:
    refused = see(postgres_following)

    assert (*verdict(refused), refused.text) == (BAD, "tls_not_offered", "the target offers no TLS")
    assert see(postgres_following, tls="try").outcome is GOOD


def test_a_certificate_that_nobody_vouches_for_is_evidence(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", PASSWORD)
    told = {"host": "127.0.0.1", "port": postgres_server.port, "timeout": 5 * SECOND}
    spec = PostgresqlSpec.model_validate({**told, "user": "watcher", "password": "env:WORD"})

    seen = asyncio.run(ask(spec, Surroundings(networks("127.0.0.1"))))

    assert verdict(seen) == (BAD, "tls_untrusted")
    assert seen.evidence().issuer == "CN=Root of the tests"


CONDITIONS = [
    pytest.param({"field": "version", "least": "12"}, GOOD, None, id="its version"),
    pytest.param({"field": "version", "least": "99"}, BAD, None, id="a version of later days"),
    pytest.param({"field": "role", "role": "primary"}, GOOD, None, id="a primary"),
    pytest.param({"field": "role", "role": "replica"}, BAD, "it is a primary", id="no replica"),
    pytest.param({"field": "read_only", "value": False}, GOOD, None, id="it takes writes"),
    pytest.param({"field": "read_only", "value": True}, BAD, "it takes writes", id="it should not"),
    pytest.param(
        {"field": "replication"}, BAD, "it is a primary, and follows nobody", id="no following"
    ),
    pytest.param(
        {"field": "lag", "most": SECOND}, BAD, "it is a primary, and follows nobody", id="no lag"
    ),
    pytest.param({"field": "connections", "percent": 90}, GOOD, None, id="places left"),
    pytest.param({"field": "connections", "percent": 0}, DEGRADED, None, id="too few places left"),
    pytest.param({"field": "latency", "phase": "login", "most": SECOND}, GOOD, None, id="quick"),
    pytest.param({"field": "certificate", "days": 21}, GOOD, None, id="its certificate lasts"),
    pytest.param({"field": "tls_version", "version": "TLSv1.3"}, GOOD, None, id="new TLS"),
]


@pytest.mark.parametrize(("condition", "outcome", "actual"), CONDITIONS)
def test_a_primary_is_held_against_conditions(
    see: See,
    postgres_server: Postgres,
    condition: dict[str, Any],
    outcome: Outcome,
    actual: str | None,
) -> None:
    seen = see(postgres_server, condition)

    assert seen.outcome is outcome, seen.text
    assert len(seen.checked) == 1
    assert actual is None or seen.checked[0].actual == actual


def following(lag: int) -> tuple[dict[str, Any], ...]:
    return (
        {"field": "role", "role": "replica"},
        {"field": "read_only", "value": True},
        {"field": "replication"},
        {"field": "lag", "most": lag},
    )


def test_a_replica_that_follows_is_up_and_its_primary_knows_it(
    see: See, postgres_server: Postgres, postgres_following: Postgres
) -> None:
    caught_up(postgres_server, postgres_following)

    seen = see(postgres_following, *following(SECOND), tls="off")
    known = see(postgres_server, {"field": "replicas", "count": 1})
    two = see(postgres_server, {"field": "replicas", "count": 2})

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert seen.checked[-1].actual == "PT0S behind"
    assert known.outcome is GOOD
    assert (verdict(two), two.checked[0].actual) == ((BAD, "bad_replicas"), "1 follow it")


def test_a_replica_that_does_not_replay_falls_behind(
    see: See, postgres_server: Postgres, postgres_following: Postgres
) -> None:
    postgres_server.say("CREATE TABLE IF NOT EXISTS news (said text)")
    caught_up(postgres_server, postgres_following)
    postgres_following.say("SELECT pg_wal_replay_pause()")
    try:
        postgres_server.say("INSERT INTO news VALUES ('late')")
        received = "SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"
        while postgres_following.say(received) != "True":
            pass
        strict = see(postgres_following, {"field": "lag", "most": 1}, tls="off")
        lenient = see(postgres_following, {"field": "lag", "most": 3600 * SECOND}, tls="off")
        stands = see(postgres_following, {"field": "replication"}, tls="off")
    finally:
        postgres_following.say("SELECT pg_wal_replay_resume()")

    assert verdict(strict) == (BAD, "bad_lag")
    assert strict.text.startswith("expected: replication lags by at most PT0.000001S; found: PT")
    assert strict.text.endswith(" behind")
    assert [each.name for each in strict.stages][-2:] == ["query", "query"]
    # The moment that was given is none of the target's.
    assert strict.phases["query"] < 200_000
    assert lenient.outcome is GOOD
    assert verdict(stands) == (BAD, "bad_replication")
    assert stands.checked[0].actual == "it is a replica, and was told to replay nothing"
    caught_up(postgres_server, postgres_following)
    assert see(postgres_following, *following(SECOND), tls="off").outcome is GOOD


def test_a_replica_without_its_primary_does_not_follow(
    see: See, postgres_server: Postgres, postgres_following: Postgres
) -> None:
    postgres_server.cluster.stop()
    try:
        seen = see(postgres_following, *following(SECOND), tls="off")
        alone = see(postgres_following, tls="off")
        gone = see(postgres_server)
    finally:
        postgres_server.cluster.start()

    assert verdict(seen) == (BAD, "bad_replication")
    assert seen.checked[2].actual == "it is a replica, and receives nothing from its primary"
    assert seen.checked[3].actual == seen.checked[2].actual
    assert alone.outcome is GOOD
    assert verdict(gone) == (BAD, "refused")
    caught_up(postgres_server, postgres_following)


def test_a_question_leaves_nothing_in_the_log(see: See, postgres_server: Postgres) -> None:
    log = postgres_server.cluster.folder / "log"
    before = len(log.read_text())

    see(postgres_server, *following(SECOND))

    assert log.read_text()[before:] == ""


def test_a_server_that_shuts_down_accepts_nobody(see: See, postgres_following: Postgres) -> None:
    server = postgres_following.cluster._server
    assert server is not None
    with psycopg.connect(postgres_following.cluster.url("postgres")):
        os.kill(server.pid, signal.SIGTERM)  # it waits for those that are there
        while (seen := see(postgres_following, tls="off")).outcome is GOOD:
            pass
    server.wait(10)
    postgres_following.cluster.start()

    assert (*verdict(seen), seen.text) == (
        *(BAD, "not_accepting"),
        "the database system is shutting down (57P03)",
    )


def test_a_server_that_hangs_runs_out_of_time(see: See, postgres_server: Postgres) -> None:
    server = postgres_server.cluster._server
    assert server is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        seen = see(postgres_server, timeout=300_000)
    finally:
        os.kill(server.pid, signal.SIGCONT)

    assert (*verdict(seen), seen.text) == (
        *(BAD, "timeout"),
        "no reply within 0.3 s, at stage starttls",
    )
    left = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'watcher'"
    while postgres_server.say(left) != "0":
        pass
