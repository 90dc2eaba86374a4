"""HTTP: one page on a new connection, redirects followed under guard, the body read to its end."""

from __future__ import annotations

from probes.conditions.reply import Reply
from probes.dialogue import Dialogue
from probes.kinds.browsing import Browsing, page
from probes.specs.web import HttpSpec


async def ask(spec: HttpSpec, dialogue: Dialogue) -> Reply:
    """Fetch the page and return its last reply.

    Raises:
        Failure: no complete reply was had.

    """
    asked = page(spec.split, spec, spec.conditions, dialogue.secrets)
    return await Browsing(spec, dialogue, asked.url).visit(asked)
