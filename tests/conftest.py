"""What every test may ask for: how long to search for counterexamples, where the tree is, real programs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PACKAGES = {"chromium": "chromium", "prometheus": "prometheus", "promtool": "prometheus"}

settings.register_profile(
    "quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", parent=settings.get_profile("quick"), max_examples=5_000)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def tree() -> Path:
    """The top folder of the working tree."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def program() -> Callable[[str], str]:
    """Find a real program, or skip the test with a reason that names the Debian package."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"needs {name}: install the Debian package {PACKAGES[name]}")
        return path

    return find
