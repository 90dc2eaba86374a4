"""What the target said, as conditions look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    """What the target said; a part that does not apply to the kind of probe is None.

    `headers` have lower-case names; `days_left` are whole days until the certificate ends.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    banner: str | None = None
    answers: tuple[str, ...] | None = None
    days_left: int | None = None
