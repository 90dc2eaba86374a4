from __future__ import annotations

import re
from pathlib import Path

from tests.servers.programs import PACKAGES, found


def test_every_package_that_a_skipped_test_would_name_is_installed_for_the_tests(
    tree: Path,
) -> None:
    lines = (tree / "system-packages.txt").read_text().splitlines()
    listed = {re.split(r"\s*#", line)[0].strip() for line in lines}

    assert set(PACKAGES.values()) - listed == set()


def test_a_program_that_nobody_installed_is_not_found() -> None:
    assert found("no-such-program-as-this") is None
