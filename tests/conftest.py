"""What every test may ask for: how long to search for counterexamples, where the tree is, real programs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.cluster import THROWN_AWAY, Cluster, NotInstalledError

pytest_plugins = ["tests.servers.fixtures"]

PACKAGES = {
    "chromium": "chromium",
    "dovecot": "dovecot-core",
    "dovecot/imap": "dovecot-imapd",
    "dovecot/pop3": "dovecot-pop3d",
    "faketime": "faketime",
    "fcgiwrap": "fcgiwrap",
    "knotd": "knot",
    "mapserv": "cgi-mapserver",
    "mariadb": "mariadb-client-core",
    "mariadb-install-db": "mariadb-server-core",
    "mariadbd": "mariadb-server-core",
    "nginx": "nginx-light",
    "postfix/sbin/master": "postfix",
    "prometheus": "prometheus",
    "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
    "promtool": "prometheus",
    "redis-server": "redis-server",
    "sshd": "openssh-server",
    "vsftpd": "vsftpd",
}
# Where Debian keeps servers and their parts, also when they are in nobody's PATH.
PLACES = (*os.get_exec_path(), "/usr/sbin", "/usr/lib", "/usr/lib/cgi-bin")

settings.register_profile(
    "quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", parent=settings.get_profile("quick"), max_examples=5_000)
settings.load_profile("quick")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the proofs that run at full length, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("soak") is None)


@pytest.fixture(scope="session")
def tree() -> Path:
    """The top folder of the working tree."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find a real program, or skip the test with a reason that names the Debian package."""

    def find(name: str) -> str:
        found = (shutil.which(str(Path(place) / name)) for place in PLACES)
        path = next(filter(None, found), None)
        if path is None:
            pytest.skip(f"needs {name}: install the Debian package {PACKAGES[name]}")
        return path

    return find


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this run, started when the first test asks for it; it does not care for a loss of power."""
    try:
        server = Cluster(THROWN_AWAY)
    except NotInstalledError as missing:
        pytest.skip(str(missing))
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _database_numbers() -> Iterator[int]:
    return count()


@pytest.fixture
def postgres_url(cluster: Cluster, _database_numbers: Iterator[int]) -> Iterator[str]:
    """The URL of an empty database of this test."""
    name = f"test_{next(_database_numbers)}"
    yield cluster.create(name)
    cluster.drop(name)
