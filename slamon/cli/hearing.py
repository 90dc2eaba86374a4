"""Who listens to probes that report themselves: the web takes their signals, a duty notes their silence."""

from __future__ import annotations

from dataclasses import dataclass

from slamon.app import heartbeats
from slamon.app.heartbeats import Said, digest
from slamon.app.silence import Listener
from slamon.cli.house import House, now
from slamon.duties.heartbeats import Listening
from slamon.sla.heartbeats import Expected
from slamon.views.heartbeats import Known, expected, known_by, newest
from slamon.views.promised import promises
from slamon.web.ping import Ping


@dataclass(frozen=True)
class Ears:
    """Hears for a ledger; `centre` is the location of heartbeats that name none."""

    house: House
    centre: str

    def knows(self, key: str) -> bool:
        """Whether a key opens anything."""
        return self._known(key) is not None

    def hear(self, key: str, ping: Ping) -> bool:
        """Record a signal; false where the key opens nothing."""
        known = self._known(key)
        if known is None:
            return False
        said = Said(now(), ping.signal, ping.run, ping.exit_status, *ping.body)
        heartbeats.take(self.house.ledger, known.expected, said, keep_output=known.keep_output)
        return True

    def _known(self, key: str) -> Known | None:
        """What a key opens: looked up by its hash, so that the time it takes tells nothing of other keys."""
        with self.house.store.reading() as connection:
            return known_by(connection, digest(key), self.centre)


def listening(house: House, centre: str, life: int) -> Listening:
    """The duty of listening, where somebody listened up to `life` (µs) before."""

    def wanted() -> list[Expected]:
        with house.store.reading() as connection:
            return list(expected(promises(connection), centre))

    def known(probe: str) -> int | None:
        with house.store.reading() as connection:
            return newest(connection, probe)

    return Listening(Listener(house.ledger, wanted, known, life), now)
