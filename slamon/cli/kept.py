"""Seals that were kept elsewhere, as `slamon ledger verify --against` is given them: a list of them, or one hash."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import AliasChoices, BaseModel, Field

from slamon.app.refused import Refused


class Kept(NamedTuple):
    """Hashes by the number of the seal, and those of which the number is not known."""

    numbered: Mapping[int, str] = {}
    alone: frozenset[str] = frozenset()


class _Seal(BaseModel):
    number: int
    hash: str


class _Seals(BaseModel):
    """What `slamon ledger seals --json` or the API has told."""

    seals: list[_Seal] = Field(validation_alias=AliasChoices("seals", "items"), min_length=1)


def kept_in(given: str) -> Kept:
    """The seals that are meant: by a hash, by a file that holds one, or by a file that lists some.

    Raises:
        Refused: there is no such file, it lists no seals, or it is a proof.
        OSError: the file cannot be read.

    """
    if hash_ := _hash(given):
        return Kept(alone=frozenset({hash_}))
    try:
        return _of_text(Path(given).read_text(encoding="utf-8"), given)
    except FileNotFoundError:
        message = f"{given} is neither a file nor the hash of a seal, 64 digits from 0 to f"
        raise Refused(message) from None
    except ValueError:
        message = f"{given} is no list of seals as `slamon ledger seals --json` prints it, and not the hash of one"
        raise Refused(message) from None


def _of_text(text: str, file: str) -> Kept:
    if hash_ := _hash(text.strip()):
        return Kept(alone=frozenset({hash_}))
    found = json.loads(text)
    if isinstance(found, dict) and "form" in found:
        message = f"{file} is a proof itself: its seals are not what you kept"
        raise Refused(message)
    return Kept({each.number: each.hash.lower() for each in _Seals.model_validate(found).seals})


def _hash(text: str) -> str | None:
    return text.lower() if re.fullmatch("[0-9a-fA-F]{64}", text) else None
