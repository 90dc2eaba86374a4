"""Words of the documents as answers carry them: pages choose their language, programs read English."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainSerializer

from catalogue.document import Text3

Words = Annotated[Text3 | str, PlainSerializer(str, return_type=str)]
"""A text of the documents; of a record that nobody has stated it is the id."""
