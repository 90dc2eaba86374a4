"""Conditions on what a name server answers."""

from __future__ import annotations

from typing import Literal

from probes.conditions.reply import Reply
from probes.conditions.requirement import Requirement, excerpt


class AnswersNotEmpty(Requirement):
    """The name server answers with at least one record of the asked type."""

    field: Literal["answers"] = "answers"
    op: Literal["not_empty"] = "not_empty"

    def expectation(self) -> str:  # noqa: D102
        return "answers are not empty"

    def look(self, reply: Reply) -> tuple[bool, str]:  # noqa: D102
        if not reply.answers:
            return False, "no answers"
        return True, excerpt(", ".join(reply.answers))
