"""The PostgreSQL store of the ledger: one transaction per append, in the order of commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, LiteralString

import eventsourcing.postgres as library
import psycopg
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.utils import Environment, strtobool
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8

from slamon.ledger.bell import Bell
from slamon.ledger.codec import Change, Row
from slamon.ledger.connecting import connect, reaching, shown
from slamon.ledger.lending import Datastore
from slamon.ledger.listening import POSITION, Listening
from slamon.ledger.place import UnusablePlaceError

CREATING = int.from_bytes(b"slamon 0")  # held by the transaction that makes the tables
END = 2**62  # after every position
URL = "LEDGER_URL"
FUNCTIONS = library.PostgresFactory.POSTGRES_ENABLE_DB_FUNCTIONS

# Batches are compressed already: a second try would only cost time. Cut into pieces of 2 KB, each with an
# entry in an index, they would take more room than what is left over on a page.
TABLES: LiteralString = """
CREATE TABLE public.stored_events (
    originator_id text NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL,
    notification_id bigserial UNIQUE,
    PRIMARY KEY (originator_id, originator_version)
);
ALTER TABLE public.stored_events ALTER COLUMN state SET STORAGE EXTERNAL;
ALTER TABLE public.stored_events SET (toast_tuple_target = 8160);
CREATE TABLE public.ledger_clock (id integer PRIMARY KEY CHECK (id = 1), recorded_at bigint NOT NULL);
INSERT INTO public.ledger_clock VALUES (1, 0);
"""

# Everything under the table's lock and in one round trip. A stream that stands elsewhere than expected
# keeps all else from happening; positions are then not used up.
APPEND: LiteralString = """
WITH given AS (
    SELECT * FROM unnest(%(streams)b::text[], %(versions)b::bigint[], %(names)b::text[], %(states)b::bytea[])
    WITH ORDINALITY AS given (stream, version, name, state, place)
), standing AS (
    SELECT stream, expected, coalesce((
        SELECT max(originator_version) FROM public.stored_events WHERE originator_id = stream
    ), 0) AS version
    FROM unnest(%(moved)b::text[], %(expected)b::bigint[]) AS moved (stream, expected)
), clock AS (
    UPDATE public.ledger_clock SET recorded_at = greatest(recorded_at, coalesce(
        %(now)b::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
    WHERE id = 1 AND NOT EXISTS (SELECT FROM standing WHERE version <> expected) RETURNING recorded_at
), stored AS (
    INSERT INTO public.stored_events (originator_id, originator_version, topic, state)
    SELECT stream, version, name, convert_to('{"at":' || recorded_at || ',', 'UTF8') || substr(state, 2)
    FROM given, clock ORDER BY place
    RETURNING notification_id
)
SELECT notification_id, NULL AS stream, NULL AS version, NULL AS expected, pg_notify('stored_events', '')
FROM stored
UNION ALL SELECT NULL, stream, version, expected, NULL FROM standing WHERE version <> expected
"""
LOCK: LiteralString = "LOCK TABLE public.stored_events IN EXCLUSIVE MODE"
STREAM: LiteralString = """
SELECT notification_id, originator_id, originator_version, topic, state FROM public.stored_events
WHERE originator_id = %s AND originator_version > %s AND notification_id <= %s
ORDER BY originator_version LIMIT %s
"""
ROWS: LiteralString = """
SELECT notification_id, originator_id, originator_version, topic, state FROM public.stored_events
WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s
"""
VERSION: LiteralString = (
    "SELECT max(originator_version) FROM public.stored_events WHERE originator_id = %s"
)
COUNTS: LiteralString = """
SELECT topic, count(*), sum(length(state))::bigint FROM public.stored_events GROUP BY topic ORDER BY topic
"""
REPLACE: LiteralString = """
UPDATE public.stored_events SET state = given.after
FROM unnest(%(positions)b::bigint[], %(befores)b::bytea[], %(afters)b::bytea[]) AS given (position, before, after)
WHERE notification_id = given.position AND state = given.before
"""
# Read from the catalogue itself: `to_regclass` may answer from what this session remembers of a moment ago.
THERE: LiteralString = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'public' AND tablename = 'ledger_clock')
"""
SIZE: LiteralString = "SELECT pg_total_relation_size('public.stored_events')"


class Database:
    """The database of a ledger."""

    def __init__(self, url: str) -> None:
        self._url = url

    def is_there(self) -> bool:
        """Is there a ledger?

        Raises:
            LedgerUnreachableError: the database does not answer, or not to this user.

        """
        with reaching(self._url), connect(self._url) as connection:
            return _there(connection)

    def prepare(self) -> None:
        """Create the tables; of several programs at once, the first does.

        Raises:
            LedgerUnreachableError: the database does not answer, or not to this user.

        """
        with reaching(self._url), connect(self._url) as connection:
            if _there(connection):
                return
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (CREATING,))
                if not _there(connection):
                    connection.execute(TABLES)

    def settings(self) -> dict[str, str]:
        """What the library must know to open it."""
        return {"PERSISTENCE_MODULE": __name__, URL: self._url, "ORIGINATOR_ID_TYPE": "text"}

    def watch(self, _: Bell) -> Listening:
        """A watch on it; the database itself tells of the appends of this process, too."""
        return Listening(self._url)

    def shown(self) -> str:
        """Where it is, without user and password."""
        return shown(self._url)

    def size(self) -> int:
        """Bytes on disk, indexes included."""
        with reaching(self._url), connect(self._url) as connection:
            return int(connection.execute(SIZE).fetchall()[0][0])


class LedgerRecorder(library.PostgresApplicationRecorder):
    """The library's recorder with a clock that never runs backwards, streams without gaps, and their past."""

    datastore: Datastore
    clock: Callable[[], int] | None = None

    def create_table(self) -> None:
        """Nothing: the tables are made before the ledger is opened, and without the library's functions."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Append in one transaction; the positions, in the order given.

        Raises:
            IntegrityError: a stream stands at another version.
            LedgerUnreachableError: the answer was lost; whether it was recorded is not known.

        """
        values = {**_columns(stored_events), "now": self.clock and Int8(self.clock())}
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            with connection.pipeline():
                connection.execute("BEGIN", prepare=True)
                connection.execute(LOCK, prepare=True)
                cursor.execute(APPEND, values, prepare=True)
                connection.execute("COMMIT", prepare=True)
            answers = cursor.fetchall()
        for _position, stream, version, expected, _notified in answers:
            if stream is not None:
                raise IntegrityError(f"{stream} stands at version {version}, not {expected}")
        return [answer[0] for answer in answers]

    def select_stream(
        self, stream: str, *, after: int, upto: int | None, limit: int | None = None
    ) -> list[Row]:
        """The rows of a stream of versions > `after` and positions <= `upto`, at most `limit`."""
        return self._rows(STREAM, stream, Int8(after), _end(upto), limit and Int8(limit))

    def select_rows(self, *, after: int, upto: int | None, limit: int) -> list[Row]:
        """The rows of all streams of positions > `after` and <= `upto`, as they are stored."""
        return self._rows(ROWS, Int8(after), _end(upto), Int8(limit))

    def select_version(self, stream: str) -> int:
        """The version of the last fact of a stream; 0 if it has none."""
        return self._select(VERSION, stream)[0][0] or 0

    def select_counts(self) -> list[tuple[str, int, int]]:
        """For each permanent name: how many facts, how many bytes."""
        return [(name, count, size) for name, count, size in self._select(COUNTS)]

    def replace_states(self, changes: Sequence[Change]) -> int:
        """Store other bytes of some facts in one transaction, where those stand that are expected; how many did."""
        values = {
            "positions": [Int8(each.row.position) for each in changes],
            "befores": [each.row.state for each in changes],
            "afters": [each.state for each in changes],
        }
        with self.datastore.get_connection() as connection, connection.transaction():
            connection.execute(LOCK)
            return connection.execute(REPLACE, values).rowcount

    def max_notification_id(self) -> int | None:
        """The position of the last fact; None if there is none."""
        found: int | None = self._select(POSITION)[0][0]
        return found

    def _rows(self, question: LiteralString, *values: object) -> list[Row]:
        return list(map(Row._make, self._select(question, *values)))

    def _select(self, question: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(row_factory=tuple_row, binary=True) as cursor,
        ):
            return cursor.execute(question, values, prepare=True).fetchall()


class Factory(library.PostgresFactory):
    """The library's factory with our recorder and connections.

    Raises:
        UnusablePlaceError: the environment asks for the library's functions in the database.

    """

    application_recorder_class = LedgerRecorder

    def __init__(self, env: Environment) -> None:
        # Not the library's own: it would take every POSTGRES_… of the environment for a setting of ours.
        super(library.BasePostgresFactory, self).__init__(env)
        if strtobool(self.env.get(FUNCTIONS) or "no"):
            message = (
                f"{FUNCTIONS} is set: it appends without the lock that makes the order of positions the order "
                "of commit, and readers would miss facts for ever; unset it"
            )
            raise UnusablePlaceError(message)
        self.datastore = Datastore(self.env.get(URL) or "")

    def application_recorder(self) -> LedgerRecorder:
        """Our recorder, whatever the application is called."""
        return LedgerRecorder(self.datastore, events_table_name="stored_events")


def _columns(events: Sequence[StoredEvent]) -> dict[str, object]:
    """The facts by column, and at which version each stream is expected to stand."""
    stands: dict[str, int] = {}
    expected: dict[str, int] = {}
    for event in events:
        stream, after = str(event.originator_id), event.originator_version - 1
        if stands.setdefault(stream, after) != after:
            raise IntegrityError(f"{stream} stands at version {stands[stream]}, not {after}")
        expected.setdefault(stream, after)
        stands[stream] = event.originator_version
    return {
        "streams": [str(event.originator_id) for event in events],
        "versions": [Int8(event.originator_version) for event in events],
        "names": [event.topic for event in events],
        "states": [event.state for event in events],
        "moved": list(expected),
        "expected": [Int8(after) for after in expected.values()],
    }


def _end(upto: int | None) -> Int8:
    return Int8(END if upto is None else upto)


def _there(connection: psycopg.Connection) -> bool:
    found = connection.execute(THERE).fetchone()
    return found == (True,)
