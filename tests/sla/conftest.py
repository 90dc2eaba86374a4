"""The oracle: a second judge, slow and obviously right, beside which the engine is held."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ORACLE = Path(__file__).parent / "oracle"


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"oracle_{name}", ORACLE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def probing() -> ModuleType:
    """From results to states."""
    return _module("probing")


@pytest.fixture(scope="session")
def composing() -> ModuleType:
    """From the states of many to the state of one."""
    return _module("composing")


@pytest.fixture(scope="session")
def counting() -> ModuleType:
    """From states to figures."""
    return _module("counting")


@pytest.fixture(scope="session")
def dating() -> ModuleType:
    """From local dates to instants."""
    return _module("dating")


@pytest.fixture(scope="session")
def excluding() -> ModuleType:
    """From announcements to excluded time."""
    return _module("excluding")
