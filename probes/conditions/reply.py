"""What the target said, as conditions look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY = 86_400_000_000


@dataclass(frozen=True)
class Certificate:
    """One certificate of a chain: valid from `since` to `until` (µs UTC); the fingerprint is its SHA-256 in hex.

    `names` are the host names and addresses it is made out to (subject alternative names).
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    since: int
    until: int
    fingerprint: str

    def days_left(self, at: int) -> int:
        """Whole days from an instant (µs) to its end, negative when that is past."""
        return (self.until - at) // DAY


@dataclass(frozen=True)
class NameAnswer:
    """What came with the records: flags and code of the answer, the shortest time (s) for which they may be kept.

    `serials` are those of the zone, by server, in the order in which they were asked.
    """

    rcode: str
    authoritative: bool = False
    authenticated: bool = False
    signed: bool = False
    ttl: int | None = None
    serials: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class DatabaseAnswer:
    """What a database server told of itself; what was not asked for is None.

    `following` is whether replication runs where the server is a `replica`, `stands` says how in words, and `lag` (µs)
    is how far it is behind, where it receives. `replicas` follow the server; of its `connections` so many are taken, of
    so many.
    """

    version: str
    replica: bool | None = None
    read_only: bool | None = None
    following: bool | None = None
    stands: str = ""
    lag: int | None = None
    replicas: int | None = None
    connections: tuple[int, int] | None = None


@dataclass(frozen=True)
class HarvestAnswer:
    """What a repository calls itself, and what of its records was found at the instant `at` (µs UTC).

    `newest` is the latest datestamp (µs UTC, exact to `unit` µs) that was seen, `listed` says in words what was.
    """

    name: str
    at: int
    unit: int
    newest: int | None = None
    listed: str = "not reached"


@dataclass(frozen=True)
class MapAnswer:
    """What a service of maps gave: whether its picture has one colour only (None: nobody can tell), or its features."""

    blank: bool | None = None
    features: int | None = None


@dataclass(frozen=True)
class Reply:
    """What the target said at the instant `at` (µs UTC); a part that does not apply to the kind of probe is None.

    `url` is where the redirects ended, `http_version` that of the reply (`1.1`);
    `phases` (µs by name) and `lag` (µs of our own delay) grow until the end.
    `echoes` are round trips in µs, None for a lost one; `took` (µs) is how long the target took where the attempt does
    more than wait for it; `steps` are the replies of the steps that were reached. `headers` have lower-case names;
    `certificates` are those of the chain that was shown, the target's own first.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    banner: str | None = None
    answers: tuple[str, ...] | None = None
    named: NameAnswer | None = None
    certificates: tuple[Certificate, ...] = ()
    tls_version: str | None = None
    at: int = 0
    url: str | None = None
    http_version: str | None = None
    phases: Mapping[str, int] = field(default_factory=dict)
    lag: int = 0
    steps: Mapping[str, Reply] = field(default_factory=dict)
    echoes: tuple[int | None, ...] = ()
    took: int | None = None
    database: DatabaseAnswer | None = None
    harvest: HarvestAnswer | None = None
    map: MapAnswer | None = None
