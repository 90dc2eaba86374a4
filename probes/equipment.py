"""Equipment: what the environment says of where attempts may lead, whom they trust and who they say asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, HttpUrl, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from probes.dialogue import Surroundings
from probes.guard import Network, networks
from probes.tls import TlsContext


class Equipment(BaseSettings):
    """The same for the attempts of an agent and for those that a person asks for."""

    model_config = SettingsConfigDict(env_prefix="SLAMON_")

    agent_allow: str = Field(
        default="",
        description="networks (CIDR, comma-separated) that may be probed though they are not public",
    )
    agent_ca: Path | None = Field(
        default=None,
        description="file (PEM) of authorities that probes trust besides those of the system",
    )
    agent_contact: HttpUrl | None = Field(
        default=None, description="page (URL) that tells whoever is probed who does it"
    )

    @field_validator("agent_allow")
    @classmethod
    def _lists_networks(cls, text: str) -> str:
        networks(text)
        return text

    @field_validator("agent_ca")
    @classmethod
    def _can_be_read(cls, file: Path | None) -> Path | None:
        if file is not None:
            TlsContext(file, system=False)
        return file

    def surroundings(self, also: Sequence[Network] = ()) -> Surroundings:
        """What attempts share; `also` are networks that may be asked besides."""
        return Surroundings(
            (*networks(self.agent_allow), *also),
            tls=TlsContext(*([self.agent_ca] if self.agent_ca else [])),
            contact=str(self.agent_contact or ""),
        )
