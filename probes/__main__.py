"""`python -m probes`: run one agent, told by its environment who it is and where its centre is.

`python -m probes --new-spool` gives the spool of a copied machine a name of its own, and ends.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import sys
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from probes.agent import Agent
from probes.centre import Centre
from probes.equipment import Equipment
from probes.heap import keep_what_is_freed, look_for_cycles_seldom
from probes.keeping import Keeping
from probes.spool import Spool
from probes.spool_file import SpoolError
from probes.spool_trouble import told
from probes.way import UnsafeWayError


class Place(BaseSettings):
    """Where the spool is: `SLAMON_SPOOL`."""

    model_config = SettingsConfigDict(env_prefix="SLAMON_")

    spool: Path


class Settings(Place, Equipment):
    """The environment of an agent: `SLAMON_AGENT_ID`, `SLAMON_AGENT_KEY`, `SLAMON_CENTRE` and so on.

    The key may stand in a file instead, `SLAMON_AGENT_KEY_FILE`; `SLAMON_CENTRE_CA` is a file (PEM) of the
    authority that vouches for the centre's certificate, where the system does not know it.
    What the centre has is kept in the spool for `spool_days`, and as long as the file holds `spool_mib` at the most;
    with `agent_parent` the agent ends when that process, which started it, is gone.
    """

    agent_id: str
    agent_key: SecretStr = SecretStr("")
    agent_key_file: Path | None = None
    centre: HttpUrl
    centre_ca: Path | None = None
    spool_days: int = Field(default=Keeping.days, ge=0)
    spool_mib: int = Field(default=Keeping.mib, ge=1)
    agent_parent: int | None = None

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        _ = self.key
        return self

    @cached_property
    def key(self) -> str:
        """The key of the agent.

        Raises:
            ValueError: it is not given, or given twice, or its file cannot be read.

        """
        given = self.agent_key.get_secret_value()
        if bool(given) == bool(self.agent_key_file):
            message = "SLAMON_AGENT_KEY or SLAMON_AGENT_KEY_FILE gives the key, one of both"
            raise ValueError(message)
        if self.agent_key_file is None:
            return given
        try:
            return self.agent_key_file.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            message = f"SLAMON_AGENT_KEY_FILE: {self.agent_key_file} holds no key: {wrong}"
            raise ValueError(message) from None

    @cached_property
    def at_the_centre(self) -> Centre:
        """The centre that this agent speaks with.

        Raises:
            UnsafeWayError: the key must not be sent that way.

        """
        return Centre(str(self.centre), self.agent_id, self.key, self.centre_ca)


async def run(settings: Settings) -> bool:
    """Run the agent until it is told to stop; anew where the clock was set back."""
    keep_what_is_freed()
    look_for_cycles_seldom()
    keeping = Keeping(settings.spool_days, settings.spool_mib)
    spool = Spool(settings.spool, keeping)
    try:
        while True:
            agent = Agent(
                spool,
                settings.at_the_centre,
                settings.surroundings(),
                keeping=keeping,
            )
            done = await _until_stopped(agent, settings)
            if not agent.clock_set_back:
                return done
    finally:
        spool.close()


async def _until_stopped(agent: Agent, settings: Settings) -> bool:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, agent.stop)
    return await agent.run(settings.agent_parent)


def new_spool(path: Path) -> None:
    """Give a spool another name, and to it all that was not handed in."""
    spool = Spool(path)
    try:
        sys.stdout.write(f"the spool is now {spool.parcels.renew()}\n")
    finally:
        spool.close()


def _read() -> Place:
    renewed = sys.argv[1:] == ["--new-spool"]
    settings = Place() if renewed else Settings()
    if isinstance(settings, Settings):
        _ = settings.at_the_centre
    return settings


def main() -> int:
    """Return the exit code: 0 stopped, 1 after a conflict with the centre, 2 for wrong settings."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if sys.argv[1:] not in ([], ["--new-spool"]):
        sys.stderr.write(f"{__doc__}")
        return 2
    try:
        settings = _read()
    except ValidationError as fault:
        for each in fault.errors():
            name = f"SLAMON_{str(each['loc'][0]).upper()}: " if each["loc"] else ""
            sys.stderr.write(f"{name}{each['msg'].removeprefix('Value error, ')}\n")
        return 2
    except UnsafeWayError as fault:
        sys.stderr.write(f"SLAMON_CENTRE: {fault}\n")
        return 2
    return _run_or_say(settings)


def _run_or_say(settings: Place) -> int:
    done = False
    try:
        if isinstance(settings, Settings):
            done = asyncio.run(run(settings))
        else:
            new_spool(settings.spool)
            done = True
    except* (sqlite3.Error, SpoolError, PermissionError) as faults:
        sys.stderr.write(f"{told(settings.spool, _first(faults))}\n")
    return 0 if done else 1


def _first(faults: BaseExceptionGroup[Exception]) -> Exception:
    """One of what went wrong: whatever writes the spool meets the same fault."""
    found = faults.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


if __name__ == "__main__":
    sys.exit(main())
