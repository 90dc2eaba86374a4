"""Settings: what the environment says (`SLAMON_*`)."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from probes.equipment import Equipment
from probes.keeping import Keeping


class Settings(Equipment):
    """Where slamon keeps its data and what it binds to; each setting is `SLAMON_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SLAMON_", frozen=True)

    data: Path = Field(default=Path("var"), description="data folder")
    database: str = Field(
        default="",
        repr=False,  # it may hold a password
        description="URL of a PostgreSQL database that holds the ledger and the views, "
        "postgresql://USER:PASSWORD@HOST:PORT/NAME; without one they are files in the data folder",
    )
    host: str = Field(default="127.0.0.1", description="address that the web listens on")
    port: int = Field(default=8000, ge=0, le=65_535, description="its port; 0 takes a free one")
    url: str = Field(
        default="",
        description="address by which others reach the web, e.g. https://slamon.example, where that is not "
        "what it listens on; it stands in links, and in what agents and jobs are told",
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="certificate (PEM, with those between it and its authority) by which the web serves HTTPS itself",
    )
    tls_key: Path | None = Field(default=None, description="the private key of that certificate")
    actor: str | None = Field(default=None, description="who decides, where no --as is given")
    location: str = Field(
        default="loc-bonn", description="where the agent of this machine measures from"
    )
    seal_minutes: int = Field(
        default=60, ge=1, description="minutes after which what is new in the ledger is sealed"
    )
    spool_days: int = Field(
        default=Keeping.days, ge=0, description="days for which an agent keeps what it handed in"
    )
    spool_mib: int = Field(
        default=Keeping.mib, ge=1, description="MiB that an agent's spool may hold at the most"
    )

    @field_validator("url")
    @classmethod
    def _is_a_place(cls, given: str) -> str:
        place = urlsplit(given)
        whole = place.scheme in {"http", "https"} and place.hostname and not place.query
        if given and (not whole or place.path.strip("/") or place.username or place.fragment):
            message = f"{given} is no address of the form https://HOST or https://HOST:PORT, without a path"
            raise ValueError(message)
        return given.rstrip("/")
