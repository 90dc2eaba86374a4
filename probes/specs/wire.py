"""What every specification is made of: frozen parts of an assignment, and the words they share."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MIB = 1024 * 1024

Microseconds = Annotated[int, Field(gt=0)]
Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, StringConstraints(pattern=r"^[^\s/@]+$", max_length=253)]
Family = Literal["ipv4", "ipv6"]
SecretRef = Annotated[str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$")]


class Wire(BaseModel):
    """A frozen part of an assignment; its JSON is the wire form and the fact."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


def require_family(host: str, family: Family | None) -> None:
    """Refuse an address that is of the other family than the one that is to be asked.

    Raises:
        ValueError: it is.

    """
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return  # a name: what it has, its name server says
    if family is not None and family != f"ipv{address.version}":
        message = f"{host} is no address of {family}"
        raise ValueError(message)
