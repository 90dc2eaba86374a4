"""What will be known one day cannot be asked for today."""

from __future__ import annotations

import pytest

from catalogue.instants import format_instant
from slamon.app.refused import Refused
from slamon.cli.house import House, now
from slamon.cli.known import known


def test_an_instant_that_has_not_come_is_refused(house: House) -> None:
    tomorrow = format_instant(now() + 86_400_000_000)

    with pytest.raises(Refused, match="has not come"), known(house, tomorrow):
        pytest.fail("the future was told")


def test_a_position_that_has_not_come_is_refused(house: House) -> None:
    beyond = f"@{house.ledger.position() + 1}"

    with pytest.raises(Refused, match="it stands at"), known(house, beyond):
        pytest.fail("the future was told")
