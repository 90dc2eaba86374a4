"""What will be known one day cannot be asked for today."""

from __future__ import annotations

import pytest

from slamon.app.refused import Refused
from slamon.cli.house import House, now
from slamon.cli.known import as_known_at


def test_an_instant_that_has_not_come_is_refused(house: House) -> None:
    tomorrow = now() + 86_400_000_000

    with pytest.raises(Refused, match="has not come"), as_known_at(house, tomorrow):
        pytest.fail("the future was told")
