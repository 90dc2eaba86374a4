"""The wheel holds three packages, with their data, and no package of a foreign name."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("slamon", "probes", "catalogue")


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the files in the wheel, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=tree,
        check=False,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    (built,) = folder.iterdir()
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_its_roots_are_our_packages_and_its_own_record(wheel: set[str]) -> None:
    roots = {name.split("/")[0] for name in wheel}

    assert roots == {*PACKAGES, "slamon-0.1.0.dist-info"}


def test_catalogue_stays_a_namespace_package(wheel: set[str]) -> None:
    assert "catalogue/__init__.py" not in wheel


def test_every_file_of_the_packages_is_in_it(wheel: set[str], tree: Path) -> None:
    files = {
        path.relative_to(tree).as_posix()
        for package in PACKAGES
        for path in (tree / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files - wheel == set()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("catalogue/starter/cms-2008/agreements.yaml", id="a starter set"),
        pytest.param("slamon/dashboards/slamon-compliance.json", id="a dashboard"),
        pytest.param(
            "slamon/dashboards/provisioning/datasources/slamon.yaml", id="its provisioning"
        ),
        pytest.param("slamon/web/static/slamon.css", id="the style of the pages"),
    ],
)
def test_data_travels_with_it(name: str, wheel: set[str]) -> None:
    assert name in wheel
