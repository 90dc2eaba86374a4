"""How long a spool keeps what the centre has, where nobody says otherwise: a backup as old can be refilled."""

from __future__ import annotations

from dataclasses import dataclass

BYTES_PER_MIB = 2**20


@dataclass(frozen=True)
class Keeping:
    """For how many days, and as long as the spool holds how many MiB at the most."""

    days: int = 35
    mib: int = 4096

    @property
    def limit(self) -> int:
        """The most that the spool may hold, in bytes."""
        return self.mib * BYTES_PER_MIB
