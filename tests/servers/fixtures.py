"""Real servers as fixtures: each is started when a test of this run first asks for it, and stopped at the end.

Where its program is missing, the test is skipped and names the Debian package.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from benchmarks.cluster import NotInstalledError
from tests.servers import (
    archive,
    ftp,
    mailboxes,
    maps,
    names,
    postgres,
    redis,
    smtp,
    sql,
    ssh,
    web,
)
from tests.servers import (
    blackbox as oracle,
)
from tests.servers.authority import Authority, Pair
from tests.servers.faults import Faults
from tests.servers.running import folder_of

Program = Callable[[str], str]


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """The root that all servers' certificates come from."""
    with folder_of("authority") as folder:
        yield Authority(folder)


@pytest.fixture(scope="session")
def server_pair(authority: Authority) -> Pair:
    """The certificate of all servers: for localhost, names under cms.example, and loopback."""
    return authority.for_server("server")


@pytest.fixture(scope="session")
def client_pair(authority: Authority) -> Pair:
    """A certificate that opens nginx' port for clients."""
    return authority.for_client("client", "client.example")


@pytest.fixture(scope="session")
def nginx(program: Program, authority: Authority, server_pair: Pair) -> Iterator[web.Nginx]:
    """Pages of a real web server: plain, by TLS, and for those with a certificate."""
    with web.nginx(program("nginx"), server_pair, authority.certificate) as server:
        yield server


@pytest.fixture(scope="session")
def knot(program: Program) -> Iterator[names.Knot]:
    """A real name server."""
    with names.knot(program("knotd")) as server:
        yield server


@pytest.fixture(scope="session")
def knot_behind(program: Program) -> Iterator[names.Knot]:
    """A second name server, whose zone is one serial behind."""
    with names.knot(program("knotd"), names.SERIAL - 1) as server:
        yield server


@pytest.fixture(scope="session")
def sshd(program: Program) -> Iterator[ssh.Sshd]:
    """OpenSSH's server."""
    with ssh.sshd(program("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def vsftpd(program: Program, server_pair: Pair) -> Iterator[ftp.Vsftpd]:
    """An FTP server."""
    with ftp.vsftpd(program("vsftpd"), server_pair) as server:
        yield server


@pytest.fixture(scope="session")
def postfix(program: Program, server_pair: Pair) -> Iterator[smtp.Postfix]:
    """A mail server; it can only be started by root."""
    if os.geteuid() != 0:
        pytest.skip("Postfix can only be started by root")
    with smtp.postfix(program("postfix/sbin/master"), server_pair) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot(program: Program, server_pair: Pair) -> Iterator[mailboxes.Dovecot]:
    """Mailboxes by IMAP and POP3."""
    for part in ("dovecot/imap", "dovecot/pop3"):
        program(part)
    with mailboxes.dovecot(program("dovecot"), server_pair) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(
    program: Program, authority: Authority, server_pair: Pair
) -> Iterator[redis.Redis]:
    """A Redis, plain and by TLS."""
    with redis.redis(program("redis-server"), server_pair, authority.certificate) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_programs(program: Program) -> sql.Programs:
    """The programs of MariaDB."""
    return sql.Programs(program("mariadb-install-db"), program("mariadbd"), program("mariadb"))


@pytest.fixture(scope="session")
def mariadb(mariadb_programs: sql.Programs, server_pair: Pair) -> Iterator[sql.MariaDb]:
    """A MariaDB that speaks TLS."""
    with sql.mariadb(mariadb_programs, pair=server_pair) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_following(
    mariadb_programs: sql.Programs, mariadb: sql.MariaDb
) -> Iterator[sql.MariaDb]:
    """A second MariaDB, which repeats what the first does."""
    with sql.following(mariadb_programs, mariadb) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(authority: Authority, server_pair: Pair) -> Iterator[postgres.Postgres]:
    """A PostgreSQL that speaks TLS and takes logins of each kind."""
    try:
        with postgres.postgres(server_pair, authority.certificate) as server:
            yield server
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_following(postgres_server: postgres.Postgres) -> Iterator[postgres.Postgres]:
    """A second PostgreSQL, which repeats what the first does."""
    with postgres.following(postgres_server) as server:
        yield server


@pytest.fixture(scope="session")
def mapserver(program: Program) -> Iterator[maps.MapServer]:
    """Maps by WMS and features by WFS."""
    programs = maps.Programs(program("mapserv"), program("fcgiwrap"), program("nginx"))
    with maps.mapserver(programs) as server:
        yield server


@pytest.fixture(scope="session")
def provider(program: Program) -> Iterator[archive.Provider]:
    """Records by OAI-PMH."""
    program(archive.PLUGIN)
    with archive.provider("perl") as server:
        yield server


@pytest.fixture(scope="session")
def blackbox(program: Program) -> Iterator[oracle.Blackbox]:
    """Prometheus' blackbox_exporter, to compare its verdict."""
    with oracle.blackbox(program("prometheus-blackbox-exporter")) as server:
        yield server


@pytest.fixture(scope="session")
def faults() -> Iterator[Faults]:
    """Servers that misbehave as told, on ports of their own."""
    served = Faults()
    yield served
    served.close()
