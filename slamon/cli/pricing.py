"""`slamon tariff`: publish, withdraw."""

from __future__ import annotations

from slamon.app.acts import Publish, WithdrawTariff
from slamon.cli.commands import group
from slamon.cli.deciding import Name, On, Reason, acted, day
from slamon.cli.terminal import Actor

app = group("Tariffs: publish, withdraw. Prices of a requested one come by `slamon import tariff`.")


@app.command()
def publish(tariff: Name, *, on: On = None, actor: Actor = None) -> None:
    """A tariff is charged by from now on, on the days for which it is valid."""
    acted(tariff, Publish(on=day(on)), actor)


@app.command()
def withdraw(tariff: Name, *, reason: Reason, on: On = None, actor: Actor = None) -> None:
    """A tariff is taken back before any day was charged by it."""
    acted(tariff, WithdrawTariff(on=day(on), reason=reason), actor)
