"""Equipment: what the environment says of where attempts may lead, whom they trust and who they say asks."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, HttpUrl, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from probes.dialogue import Surroundings
from probes.guard import Network, networks


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
            _trusting(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), file)
        return file

    def surroundings(self, also: Sequence[Network] = ()) -> Surroundings:
        """What attempts share; `also` are networks that may be asked besides."""
        context = ssl.create_default_context()
        if self.agent_ca is not None:
            _trusting(context, self.agent_ca)
        return Surroundings(
            (*networks(self.agent_allow), *also),
            tls=context,
            contact=str(self.agent_contact or ""),
        )


def _trusting(context: ssl.SSLContext, file: Path) -> None:
    try:
        context.load_verify_locations(file)
    except OSError as wrong:  # also what OpenSSL finds wrong with it
        message = f"{file} holds no certificate that can be read: {wrong}"
        raise ValueError(message) from None
