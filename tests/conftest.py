"""What every test may ask for: how long to search for counterexamples, where the tree is, real programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from benchmarks.cluster import THROWN_AWAY, Cluster, NotInstalledError
from tests.servers.programs import PACKAGES, found

pytest_plugins = ["tests.servers.fixtures"]

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
        path = found(name)
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
