from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def hunt(tree: Path) -> ModuleType:
    """The program behind `make mutants`."""
    spec = importlib.util.spec_from_file_location("hunt", tree / "tests" / "mutants" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_mistake_can_still_be_made(hunt: ModuleType) -> None:
    gone = [each.mistake for each in hunt.mutants() if hunt.occurrences(each) != 1]

    assert gone == []


def test_each_mistake_changes_something_and_is_described_once(hunt: ModuleType) -> None:
    mutants = hunt.mutants()

    assert [each.mistake for each in mutants if each.old == each.new] == []
    assert len({each.mistake for each in mutants}) == len(mutants) >= 30


def test_the_tests_that_should_catch_a_mistake_exist(hunt: ModuleType, tree: Path) -> None:
    named = {test for each in hunt.mutants() for test in each.tests}

    assert sorted(test for test in named if not (tree / test.split("::")[0]).exists()) == []
