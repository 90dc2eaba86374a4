"""`python -m probes`: run one agent, told by its environment who it is and where its centre is."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import sys
from pathlib import Path

from pydantic import HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from probes.agent import Agent
from probes.centre import Centre
from probes.dialogue import Surroundings
from probes.guard import networks
from probes.spool import Spool


class Settings(BaseSettings):
    """The environment of an agent: `SLAMON_AGENT_ID`, `SLAMON_AGENT_KEY`, `SLAMON_CENTRE` and so on.

    `agent_allow` lists networks (CIDR, comma-separated) that may be probed though they are not public;
    with `agent_parent` the agent ends when that process, which started it, is gone.
    """

    model_config = SettingsConfigDict(env_prefix="SLAMON_")

    agent_id: str
    agent_key: SecretStr
    centre: HttpUrl
    spool: Path
    agent_allow: str = ""
    agent_parent: int | None = None


async def run(settings: Settings) -> bool:
    """Run the agent until it is told to stop."""
    spool = Spool(settings.spool)
    try:
        key = settings.agent_key.get_secret_value()
        centre = Centre(str(settings.centre), settings.agent_id, key)
        agent = Agent(spool, centre, Surroundings(networks(settings.agent_allow)))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, agent.stop)
        return await agent.run(settings.agent_parent)
    finally:
        spool.close()


def main() -> int:
    """Return the exit code: 0 stopped, 1 after a conflict with the centre, 2 for wrong settings."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        settings = Settings()
        networks(settings.agent_allow)
    except ValidationError as fault:
        for each in fault.errors():
            sys.stderr.write(f"SLAMON_{str(each['loc'][0]).upper()}: {each['msg']}\n")
        return 2
    except ValueError as fault:
        sys.stderr.write(f"SLAMON_AGENT_ALLOW: {fault}\n")
        return 2
    try:
        return 0 if asyncio.run(run(settings)) else 1
    except sqlite3.OperationalError as fault:
        sys.stderr.write(f"SLAMON_SPOOL: {settings.spool}: {fault}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
