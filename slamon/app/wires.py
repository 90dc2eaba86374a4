"""Wires: what agents of this version and of the one before can read of an assignment, and how it is told to them."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ValidationError

from probes.spec import AgentAssigned, AssignedProbe
from slamon.app import wire1

OLDEST = 1
NEWEST = 2


def readable(probe: AssignedProbe, wire: int) -> bool:
    """Whether an agent of that wire can be told of a probe."""
    return wire >= NEWEST or _by_wire_1(probe) is not None


def told(assignment: AgentAssigned, wire: int) -> str:
    """The JSON of an assignment for an agent of that wire; of what it cannot read, it is told nothing wrong: nothing.

    Raises:
        ValueError: it holds a probe which that wire cannot express.

    """
    if wire >= NEWEST:
        return assignment.model_dump_json(by_alias=True)
    probes = [_by_wire_1(each) for each in assignment.probes]
    if None in probes:
        message = f"assignment {assignment.version} holds probes that wire {wire} cannot express"
        raise ValueError(message)
    whole = {
        "version": assignment.version,
        "location": assignment.location,
        "simulated": assignment.simulated,
        "probes": probes,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _by_wire_1(probe: AssignedProbe) -> Any:
    """The probe as wire 1 writes it; None where it asks for something that wire 1 does not know."""
    stated = probe.model_dump(mode="json", by_alias=True)
    needed = probe.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    try:
        read = wire1.AssignedProbe.model_validate(_without_news(stated, needed))
    except ValidationError:
        return None
    return read.model_dump(mode="json", by_alias=True)


def _without_news(stated: Any, needed: Any) -> Any:
    """What is stated, less the fields that wire 1 does not know and that are as if nobody had stated them."""
    if isinstance(stated, dict):
        besides = needed if isinstance(needed, dict) else {}
        return {
            key: _without_news(value, besides.get(key))
            for key, value in stated.items()
            if key in _KNOWN or key in besides
        }
    if isinstance(stated, list):
        beside = needed if isinstance(needed, list) else [None] * len(stated)
        return [_without_news(*each) for each in zip(stated, beside, strict=True)]
    return stated


_KNOWN = frozenset(
    field.alias or name
    for model in vars(wire1).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name, field in model.model_fields.items()
)
