"""What the slamon that runs on a folder says of its agents: when each was heard of last, and in which wire."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from probes.way import UnsafeWayError, Way
from slamon.cli.signing import address_in
from slamon.views.heard import ContactLine

_LINES = TypeAdapter(list[ContactLine])
LIMIT = 8 * 2**20  # bytes


def contacts(folder: Path, certificate: Path | None) -> Mapping[str, ContactLine] | None:
    """The newest contact with each agent that was heard of; None where no slamon of this folder answers."""
    address = address_in(folder)
    if address is None:
        return None
    try:
        with closing(Way(address, certificate).open()) as connection:
            connection.request("GET", "/api/v1/contacts")
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                return None
            lines = _LINES.validate_json(answer.read(LIMIT))
    except (OSError, HTTPException, UnsafeWayError, ValidationError):
        return None  # nobody, or somebody else, answers there
    return {line.agent: line for line in lines}
