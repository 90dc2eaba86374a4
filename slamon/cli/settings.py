"""Settings: what the environment says (`SLAMON_*`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where slamon keeps its data and what it binds to; each setting is `SLAMON_` and its name in capitals.

    `location` is where the agent started by `slamon up` measures from; `agent_allow` lists the networks
    (CIDR, comma-separated) that it may probe though they are not public.
    """

    model_config = SettingsConfigDict(env_prefix="SLAMON_", frozen=True)

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    actor: str | None = None
    location: str = "loc-bonn"
    agent_allow: str = ""
