"""The schemas of documents, where editors find those of the slamon that reads them."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from catalogue.schema import NAMES, schema_text

MEDIA_TYPE = "application/schema+json"

router = APIRouter(include_in_schema=False)


@router.get("/schemas/{name}.json")
def schema(name: str) -> Response:
    """The JSON Schema of a file of a set, or of `documents`: a set in one file."""
    if name not in NAMES:
        raise HTTPException(404)
    return Response(schema_text(name), media_type=MEDIA_TYPE)
