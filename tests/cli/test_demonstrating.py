"""The demonstration, as far as it can be tried without starting one."""

from __future__ import annotations

from typing import Any

from slamon.app import agents
from slamon.cli.demonstrating import HISTORIAN
from slamon.cli.house import House


def test_a_demonstration_is_not_made_inside_of_another(empty: Any) -> None:
    with House(empty.folder) as house:
        agents.assign(house.ledger, HISTORIAN, (), location="loc-bonn", actor="rita")

    said = empty("demo")

    assert said.exit_code == 1
    assert f"{empty.folder} is the data folder of a demonstration" in said.stderr
    assert f"set SLAMON_DATA to its parent, {empty.folder.parent}, or to nothing" in said.stderr
    assert not (empty.folder / "demo").exists()
