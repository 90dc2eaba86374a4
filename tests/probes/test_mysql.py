"""Questions to a real MariaDB, to one that follows it, and to what says the words of a MySQL."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager
from typing import Any

import pytest

from probes.dialogue import Surroundings
from probes.guard import networks
from probes.kinds.myfacts import _replication
from probes.kinds.mylogin import cached
from probes.observation import Observation
from probes.outcome import Outcome
from probes.prober import ask
from probes.specs.databases import MysqlSpec
from tests.servers.authority import Authority, Pair
from tests.servers.running import standing_still
from tests.servers.sql import DATABASE, PASSWORD, USER, MariaDb

SECOND = 1_000_000
GOOD, DEGRADED, BAD, INCONCLUSIVE = Outcome
See = Callable[..., Observation]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., AbstractAsyncContextManager[int]]

OTHERS = f"""
CREATE OR REPLACE USER locked@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' ACCOUNT LOCK;
CREATE OR REPLACE USER guest@'127.0.0.1';
CREATE OR REPLACE USER blind@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
"""


@pytest.fixture
def see(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> See:
    """Ask a server once, as `watcher` who knows the password, under TLS of the tests' root."""
    monkeypatch.setenv("WORD", PASSWORD)
    monkeypatch.setenv("WRONG", "close sesame")

    def seen(port: int, *conditions: dict[str, Any], **more: Any) -> Observation:
        told = {"host": "127.0.0.1", "port": port, "timeout": 5 * SECOND}
        whole = {**told, "user": USER, "password": "env:WORD", **more}
        spec = MysqlSpec.model_validate({**whole, "conditions": conditions})
        terms = authority.for_probes()
        return asyncio.run(ask(spec, Surroundings(networks("127.0.0.1"), tls=terms)))

    return seen


@pytest.fixture(scope="module")
def peopled(mariadb: MariaDb) -> MariaDb:
    """The MariaDB, with more users."""
    mariadb.say(OTHERS)
    return mariadb


def verdict(seen: Observation) -> tuple[Outcome, str | None]:
    return seen.outcome, seen.reason


def test_a_server_that_answers_is_up(see: See, mariadb: MariaDb) -> None:
    seen = see(mariadb.port)

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert [each.name for each in seen.stages] == [
        *("dns", "guard", "connect", "first_byte", "tls", "login", "query"),
    ]
    assert "MariaDB" in seen.heard.line
    assert seen.evidence().issuer == "CN=Root of the tests"
    assert seen.suspect or seen.latency == seen.phases["total"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"tls": "off"}, id="without TLS"),
        pytest.param({"tls": "try"}, id="with TLS where there is some"),
        pytest.param({"database": DATABASE}, id="to a database"),
        pytest.param({"name": "data.cms.example"}, id="at another name"),
        pytest.param({"verify": False}, id="whoever answers"),
        pytest.param({"user": "guest", "password": None}, id="without a password"),
    ],
)
def test_a_server_is_logged_in_to(see: See, peopled: MariaDb, more: dict[str, Any]) -> None:
    seen = see(peopled.port, **more)

    assert (seen.outcome, seen.text) == (GOOD, "")


@pytest.mark.parametrize(
    ("more", "reason", "text"),
    [
        pytest.param(
            {"password": "env:WRONG"},
            "login_refused",
            "Access denied for user 'watcher'@'127.0.0.1' (using password: YES) (1045)",
            id="a wrong password",
        ),
        pytest.param(
            {"password": None},
            "login_refused",
            "Access denied for user 'watcher'@'127.0.0.1' (using password: NO) (1045)",
            id="no password",
        ),
        pytest.param(
            {"user": "locked"},
            "login_refused",
            "Access denied, this account is locked (4151)",
            id="a locked account",
        ),
        pytest.param(
            {"database": "mysql"},
            "login_refused",
            "Access denied for user 'watcher'@'127.0.0.1' to database 'mysql' (1044)",
            id="a database that is not its",
        ),
        pytest.param(
            {"user": "root", "database": "missing"},
            "login_refused",
            "Access denied for user 'root'@'127.0.0.1' (using password: YES) (1045)",
            id="root from afar",
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
    see: See, peopled: MariaDb, more: dict[str, Any], reason: str, text: str
) -> None:
    seen = see(peopled.port, **more)

    assert (*verdict(seen), seen.text) == (BAD, reason, text)
    assert PASSWORD not in repr(seen)


def test_a_database_that_is_not_there_is_named(see: See, peopled: MariaDb) -> None:
    peopled.say("GRANT SELECT ON `gone`.* TO guest@'127.0.0.1'")

    seen = see(peopled.port, user="guest", password=None, database="gone")

    assert (*verdict(seen), seen.text) == (
        BAD,
        "unknown_database",
        "Unknown database 'gone' (1049)",
    )


@contextmanager
def every_place_taken(server: MariaDb) -> Iterator[None]:
    before = server.say("SELECT @@global.max_connections").split()[-1]
    server.say("SET GLOBAL max_connections = 10")
    with ExitStack() as guests:
        for _ in range(12):
            guest = guests.enter_context(socket.create_connection((server.host, server.port)))
            assert guest.recv(1)  # it is greeted, or sent away
        yield
    while "many" in (said := _said(server, f"SET GLOBAL max_connections = {before}")):
        time.sleep(0.01)
    assert said == ""


def _said(server: MariaDb, statement: str) -> str:
    try:
        return server.say(statement)
    except subprocess.CalledProcessError as refused:
        return str(refused.stderr)


def test_a_server_whose_places_are_all_taken_is_down(see: See, mariadb: MariaDb) -> None:
    with every_place_taken(mariadb):
        seen = see(mariadb.port)

    assert (*verdict(seen), seen.text) == (
        *(BAD, "too_many_connections"),
        "Too many connections (1040)",
    )
    assert see(mariadb.port).outcome is GOOD


@pytest.mark.parametrize(
    ("more", "condition", "reason", "text"),
    [
        pytest.param(
            {"password": "env:NOT_SET"},
            {"field": "role", "role": "primary"},
            "secret_missing",
            "env:NOT_SET cannot be read: it is not set where the agent runs",
            id="its password is nowhere",
        ),
        pytest.param(
            {"user": "blind"},
            {"field": "replication"},
            "not_measurable",
            "Access denied; you need (at least one of) the SUPER, SLAVE MONITOR "
            "privilege(s) for this operation (1227)",
            id="a user who may not see how replication stands",
        ),
    ],
)
def test_what_we_cannot_say_is_no_fault_of_the_server(
    see: See,
    peopled: MariaDb,
    more: dict[str, Any],
    condition: dict[str, Any],
    reason: str,
    text: str,
) -> None:
    seen = see(peopled.port, condition, **more)

    assert (*verdict(seen), seen.text) == (INCONCLUSIVE, reason, text)


def test_a_server_without_tls_is_asked_only_where_that_is_allowed(
    see: See, mariadb_following: MariaDb
) -> None:
    refused = see(mariadb_following.port)

    assert (*verdict(refused), refused.text) == (BAD, "tls_not_offered", "the target offers no TLS")
    assert see(mariadb_following.port, tls="try").outcome is GOOD


def test_a_certificate_that_nobody_vouches_for_is_evidence(
    mariadb: MariaDb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", PASSWORD)
    told = {"host": "127.0.0.1", "port": mariadb.port, "timeout": 5 * SECOND}
    spec = MysqlSpec.model_validate({**told, "user": USER, "password": "env:WORD"})

    seen = asyncio.run(ask(spec, Surroundings(networks("127.0.0.1"))))

    assert seen.outcome is BAD
    assert seen.reason in {"tls_chain", "tls_untrusted"}
    assert seen.evidence().issuer == "CN=Root of the tests"


CONDITIONS = [
    pytest.param({"field": "version", "least": "10.5"}, GOOD, None, id="its version"),
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
    see: See, mariadb: MariaDb, condition: dict[str, Any], outcome: Outcome, actual: str | None
) -> None:
    seen = see(mariadb.port, condition)

    assert seen.outcome is outcome, seen.text
    assert len(seen.checked) == 1
    assert actual is None or seen.checked[0].actual == actual


def repeated(source: MariaDb, replica: MariaDb) -> None:
    """Wait until a replica has repeated all that its source did."""
    done = source.say("SELECT @@gtid_binlog_pos").split()[-1]
    deadline = time.monotonic() + 10
    while done not in replica.say("SELECT @@gtid_slave_pos"):
        assert time.monotonic() < deadline


FOLLOWING: tuple[dict[str, Any], ...] = (
    {"field": "role", "role": "replica"},
    {"field": "replication"},
    {"field": "lag", "most": 5 * SECOND},
)


def until(see: See, port: int, actual: str) -> Observation:
    """Ask until replication stands so: threads begin and end a moment after they are told to."""
    deadline = time.monotonic() + 10
    while True:
        seen = see(port, *FOLLOWING, tls="off")
        if seen.checked[1].actual == actual or time.monotonic() > deadline:
            assert seen.checked[1].actual == actual
            return seen


def test_a_replica_that_follows_is_up(see: See, mariadb_following: MariaDb) -> None:
    seen = until(see, mariadb_following.port, "receiving: Yes, replaying: Yes")

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert seen.checked[2].actual == "PT0S behind"


@pytest.mark.parametrize(
    ("stop", "stands"),
    [
        pytest.param("SQL_THREAD", "receiving: Yes, replaying: No", id="it does not replay"),
        pytest.param("IO_THREAD", "receiving: No, replaying: Yes", id="it does not receive"),
    ],
)
def test_a_replica_that_does_not_follow_is_bad(
    see: See, mariadb_following: MariaDb, stop: str, stands: str
) -> None:
    mariadb_following.say(f"STOP SLAVE {stop}")
    try:
        seen = until(see, mariadb_following.port, stands)
    finally:
        mariadb_following.say(f"START SLAVE {stop}")

    assert verdict(seen) == (BAD, "bad_replication")
    assert seen.checked[2].actual == stands
    until(see, mariadb_following.port, "receiving: Yes, replaying: Yes")


def test_a_replica_that_trips_over_a_row_names_its_error_and_not_the_row(
    see: See, mariadb: MariaDb, mariadb_following: MariaDb
) -> None:
    mariadb.say("CREATE TABLE catalogue.visitors (name varchar(20) PRIMARY KEY)")
    repeated(mariadb, mariadb_following)
    mariadb_following.say("SET sql_log_bin = 0; INSERT INTO catalogue.visitors VALUES ('Ada')")
    mariadb.say("INSERT INTO catalogue.visitors VALUES ('Ada')")
    try:
        seen = until(see, mariadb_following.port, "receiving: Yes, replaying: No (error 1062)")
    finally:
        mariadb_following.say("SET sql_log_bin = 0; DELETE FROM catalogue.visitors; START SLAVE")

    assert verdict(seen) == (BAD, "bad_replication")
    assert "Ada" not in repr(seen)
    until(see, mariadb_following.port, "receiving: Yes, replaying: Yes")
    mariadb.say("DROP TABLE catalogue.visitors")


def test_a_replica_that_is_told_to_wait_falls_behind(
    see: See, mariadb: MariaDb, mariadb_following: MariaDb
) -> None:
    mariadb.say("CREATE TABLE catalogue.news (said int)")
    repeated(mariadb, mariadb_following)
    delayed = "STOP SLAVE; CHANGE MASTER TO MASTER_DELAY = {}; START SLAVE"
    mariadb_following.say(delayed.format(600))
    try:
        mariadb.say("SET timestamp = unix_timestamp() - 60; INSERT INTO catalogue.news VALUES (1)")
        deadline = time.monotonic() + 10
        while (seen := see(mariadb_following.port, *FOLLOWING, tls="off")).reason != "bad_lag":
            assert time.monotonic() < deadline, seen.text
    finally:
        mariadb_following.say(delayed.format(0))

    assert verdict(seen) == (BAD, "bad_lag")
    assert seen.text.startswith("expected: replication lags by at most PT5S; found: PT1M")
    until(see, mariadb_following.port, "receiving: Yes, replaying: Yes")
    mariadb.say("DROP TABLE catalogue.news")


def test_a_server_that_hangs_runs_out_of_time(see: See, mariadb: MariaDb) -> None:
    with standing_still(mariadb.pid):
        seen = see(mariadb.port, timeout=300_000)

    assert (*verdict(seen), seen.text) == (
        *(BAD, "timeout"),
        "no reply within 0.3 s, at stage first_byte",
    )


def test_a_question_is_counted_as_one_that_took_its_leave(see: See, mariadb: MariaDb) -> None:
    broken_off = "SHOW GLOBAL STATUS LIKE 'Aborted_c%'"
    before = mariadb.say(broken_off)

    see(mariadb.port)

    assert mariadb.say(broken_off) == before


SALT = bytes([10, 47, 74, 111, 75, 73, 34, 48, 88, 76, 114, 74, 37, 13, 3, 80, 82, 2, 23, 21])


def test_a_password_is_hashed_as_other_clients_do_it() -> None:
    assert cached("secret", SALT).hex() == (
        "f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c"
    )
    assert cached("secret2", SALT).hex() == (
        "abc3934a012cf342e876071c8ee202de51785b430258a7a0138bc79c4d800bc6"
    )


def packet(number: int, body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(method: str, *, tls: bool = False) -> bytes:
    can = 1 | 1 << 9 | 1 << 15 | 1 << 19 | (1 << 11 if tls else 0)
    low, high = (can & 0xFFFF).to_bytes(2, "little"), (can >> 16).to_bytes(2, "little")
    salts = SALT[:8] + b"\0" + low + b"\xff\2\0" + high + b"\x15" + bytes(10) + SALT[8:] + b"\0"
    return packet(0, b"\x0a8.4.2\0" + b"\1\0\0\0" + salts + method.encode() + b"\0")


FINE = b"\0\0\0\2\0\0\0"
END = b"\xfe\0\0\2\0"
COLUMN = b"\3def" + b"\0\0\0" + b"\x011" + b"\0" + b"\x0c?\0\1\0\0\0\x08\x81\0\0\0\0"
ONE = b"".join(packet(n, each) for n, each in enumerate((b"\1", COLUMN, END, b"\x011", END), 1))


async def heard(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return await reader.readexactly(int.from_bytes(head[:3], "little"))


def saying(*answers: bytes, method: str = "caching_sha2_password", words: list[bytes]) -> Talk:
    """The talk of a server that answers what comes, in turn; what came is noted."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting(method))
        for answer in answers:
            words.append(await heard(reader))
            writer.write(answer)
        await reader.read()

    return talk


@pytest.fixture
def told(serve: Serve, see: See) -> Callable[..., Observation]:
    """Ask a server that answers in turn; it speaks no TLS."""

    def seen(
        *answers: bytes,
        words: list[bytes] | None = None,
        conditions: Sequence[dict[str, Any]] = (),
    ) -> Observation:
        async def once() -> Observation:
            async with serve(saying(*answers, words=[] if words is None else words)) as port:
                return await asyncio.to_thread(see, port, *conditions, tls="off")

        return asyncio.run(once())

    return seen


def test_a_mysql_that_remembers_the_password_lets_in(told: Callable[..., Observation]) -> None:
    words: list[bytes] = []

    seen = told(packet(2, b"\1\3") + packet(3, FINE), ONE, words=words)

    assert (seen.outcome, seen.text, seen.heard.line) == (GOOD, "", "MySQL 8.4.2")
    assert cached(PASSWORD, SALT) in words[0]
    assert words[1] == b"\x03SELECT 1"


def text(said: str) -> bytes:
    return bytes([len(said)]) + said.encode()


def table(rows: list[dict[str, str]]) -> bytes:
    names = list(rows[0])
    columns = [text("def") + text("") * 3 + text(name) + text("") for name in names]
    told = [b"".join(map(text, row.values())) for row in rows]
    bodies = [bytes([len(names)]), *columns, END, *told, END]
    return b"".join(packet(number, each) for number, each in enumerate(bodies, 1))


def source(seconds: str) -> dict[str, str]:
    return {
        "Replica_IO_Running": "Yes",
        "Replica_SQL_Running": "Yes",
        "Last_IO_Errno": "0",
        "Last_SQL_Errno": "0",
        "Seconds_Behind_Source": seconds,
    }


def test_a_mysql_that_follows_two_sources_is_as_far_behind_as_the_worst_of_them(
    told: Callable[..., Observation],
) -> None:
    words: list[bytes] = []
    rows = table([source("3"), source("70")])

    seen = told(
        packet(2, FINE), rows, words=words, conditions=[{"field": "lag", "most": 60 * SECOND}]
    )

    assert (*verdict(seen), seen.text) == (
        *(BAD, "bad_lag"),
        "expected: replication lags by at most PT1M; found: PT1M10S behind",
    )
    assert words[1] == b"\x03SHOW REPLICA STATUS"


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("5.7.44-log", "SHOW SLAVE STATUS"),
        ("8.0.21", "SHOW SLAVE STATUS"),
        ("8.0.22-0ubuntu1", "SHOW REPLICA STATUS"),
        ("8.4.2", "SHOW REPLICA STATUS"),
        ("10.11.6-MariaDB-0+deb12u1", "SHOW ALL SLAVES STATUS"),
        ("11.4.2-MariaDB", "SHOW ALL SLAVES STATUS"),
        ("unheard of", "SHOW SLAVE STATUS"),
    ],
)
def test_replication_is_asked_for_in_the_words_of_each_version(version: str, words: str) -> None:
    assert _replication(version) == words


def test_a_password_in_full_is_said_to_nobody_without_tls(
    told: Callable[..., Observation],
) -> None:
    seen = told(packet(2, b"\1\4"))

    assert (*verdict(seen), seen.text) == (
        *(INCONCLUSIVE, "not_measurable"),
        "the target asks for the password itself, and without TLS anybody could hear it",
    )


def test_a_password_in_full_is_said_under_tls(see: See, server_pair: Pair) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_pair.certificate, server_pair.key)
    words: list[bytes] = []

    def served(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.send(greeting("caching_sha2_password", tls=True))
        connection.recv(36, socket.MSG_WAITALL)  # not a byte of TLS, which follows at once
        with context.wrap_socket(connection, server_side=True) as secured:
            for answer in (packet(3, b"\1\4"), packet(5, FINE), ONE):
                words.append(secured.recv(1024))
                secured.send(answer)
            words.append(secured.recv(1024))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        serving = threading.Thread(target=served, args=(listening,))
        serving.start()
        seen = see(listening.getsockname()[1])
        serving.join()

    assert (seen.outcome, seen.text) == (GOOD, "")
    assert words[1:] == [
        packet(4, PASSWORD.encode() + b"\0"),
        packet(0, b"\x03SELECT 1"),
        packet(0, b"\x01"),
    ]


@pytest.mark.parametrize(
    ("answers", "verdict_told", "text"),
    [
        pytest.param(
            (packet(2, b"\xfeclient_ed25519\0" + SALT + b"\0"),),
            (INCONCLUSIVE, "not_measurable"),
            "the target asks for a login by client_ed25519, which this prober does not know",
            id="a login that we do not know",
        ),
        pytest.param(
            (packet(2, b"\xfemysql_clear_password\0"),),
            (INCONCLUSIVE, "not_measurable"),
            "the target asks for the password itself, and without TLS anybody could hear it",
            id="a password that anybody could hear",
        ),
        pytest.param(
            (packet(2, FINE), packet(1, b"\xfb/etc/passwd")),
            (BAD, "protocol"),
            "the target answers '�/etc/passwd', which MySQL does not say here",
            id="a file of this machine",
        ),
        pytest.param(
            (packet(7, FINE),),
            (BAD, "protocol"),
            "the target says what is no packet of MySQL",
            id="packets out of turn",
        ),
        pytest.param(
            (packet(2, FINE), packet(1, b"\1") + packet(2, b"\3de")),
            (BAD, "protocol"),
            "the target answers 'de', which MySQL does not say here",
            id="a packet that ends too soon",
        ),
        pytest.param(
            (packet(2, b"\xff\x1d\x04#08S01Server shutdown in progress"),),
            (BAD, "not_accepting"),
            "Server shutdown in progress (1053)",
            id="a server that shuts down",
        ),
        pytest.param(
            (packet(2, FINE), packet(1, b"\xff\xfd\x03#HY000Out of memory")),
            (BAD, "server_error"),
            "Out of memory (1021)",
            id="an error of another kind",
        ),
        pytest.param(
            (packet(2, FINE), packet(1, b"\xff\x28\x04#42000You have an error in your SQL syntax")),
            (INCONCLUSIVE, "not_measurable"),
            "You have an error in your SQL syntax (1064)",
            id="a question that it does not understand",
        ),
    ],
)
def test_what_a_server_says_instead_is_named(
    told: Callable[..., Observation],
    answers: tuple[bytes, ...],
    verdict_told: tuple[Outcome, str],
    text: str,
) -> None:
    seen = told(*answers)

    assert (verdict(seen), seen.text) == (verdict_told, text)


def test_another_service_on_the_port_is_no_mysql(see: See, serve: Serve) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    async def once() -> Observation:
        async with serve(talk) as port:
            return await asyncio.to_thread(see, port)

    seen = asyncio.run(once())

    assert (*verdict(seen), seen.text) == (
        *(BAD, "protocol"),
        "the target says what is no packet of MySQL",
    )
