"""What people do with records of the catalogue: sign, publish, fulfil, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from slamon.app.acts import ACTS, Act
from slamon.web.requests import ApiActor, Decide, Read

router = APIRouter(tags=["lifecycles"])

PLURALS: Mapping[str, str] = {
    "service": "services",
    "tariff": "tariffs",
    "agreement": "agreements",
    "commitment": "commitments",
    "recommendation": "recommendations",
    "ambiguity": "ambiguities",
}


class Acted(BaseModel):
    """Where it is visible in the ledger, and the record as it now is."""

    position: int
    record: dict[str, object]


def _route(kind: type[Act]) -> Callable[..., Acted]:
    def endpoint(reading: Read, decisions: Decide, actor: ApiActor, name: str, body: Any) -> Acted:
        position = decisions.act(name, body, actor)
        found = reading.record(kind.noun, name)
        if found is None:
            raise HTTPException(404, f"There is no {kind.noun} with the id {name}.")
        return Acted(position=position, record=found)

    endpoint.__annotations__["body"] = kind
    return endpoint


for _kind in ACTS:
    router.add_api_route(
        f"/{PLURALS[_kind.noun]}/{{name}}/{_kind.verb}",
        _route(_kind),
        methods=["POST"],
        name=f"{_kind.verb} {_kind.noun}",
        summary=(_kind.__doc__ or "").partition("\n")[0],
    )
