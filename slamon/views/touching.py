"""`period_touched`: which closed periods a later fact may have changed, and which fact it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from catalogue.agreements import Agreement
from catalogue.intervals import Span
from catalogue.periods import Period, period_at
from catalogue.terms import TermsFact
from slamon.ledger.codec import Entry
from slamon.sla.closing import PeriodClosed, PeriodRestated
from slamon.sla.review import BreachWaived
from slamon.views import keeping
from slamon.views.judging import LOOK_BACK
from slamon.views.marks import Mark
from slamon.views.objectives import Judged, Unjudged, judged_by, objectives, of_agreement
from slamon.views.promised import Catalogue, Promises
from slamon.views.shelf import FAR
from slamon.views.tables import declaration, exclusion, period, period_touched
from slamon.views.writing import insert

SILENT_KINDS = frozenset({"party", "tariff", "recommendation", "commitment"})
"""Kinds of records on which no figure rests."""


RESULTS_AND_RULINGS = frozenset(
    {
        "ledger",
        "assignment",
        "interruptions",
        "observations",
        "spools",
        "imports",
        "counter-evidence",
        "signatures",
        "answers",
        "heartbeat",
        "heartbeats",
        "period",
        "breach",
    }
)
"""Streams whose facts change no figure of their own period, or only through the results they touch."""


@dataclass(frozen=True, slots=True)
class Book:
    """A closed period, and the position that its newest figures rest on."""

    agreement: str
    label: str
    known: int


Terms = Mapping[str, tuple[Judged | Unjudged, ...]]


@dataclass
class Touching:
    """What a transaction of the fold may change in periods that are closed, one transaction after the other."""

    connection: Connection
    catalogue: Catalogue
    _books: list[Book] | None = None
    _before: Promises | None = None
    _stated: list[Entry] = field(default_factory=list)
    _other: list[Entry] = field(default_factory=list)
    _ruled: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Remember what was promised before, if there is a closed period at all."""
        self.go_on(self.connection)

    def go_on(self, connection: Connection) -> None:
        """Serve another transaction that sees what the one before it has written, and no more."""
        self.connection = connection
        self._stated, self._other, self._ruled = [], [], []
        self._before = self.catalogue.held() if self._closed() else None

    def _closed(self) -> list[Book]:
        if self._books is None:
            self._books = list(_books(self.connection))
        return self._books

    def seen(self, entry: Entry) -> None:
        """Take note of a fact that was applied."""
        if isinstance(entry.fact, PeriodClosed | PeriodRestated):
            self._books = None
        if isinstance(entry.fact, TermsFact):
            self._stated.append(entry)
        elif entry.stream.partition(":")[0] not in RESULTS_AND_RULINGS:
            self._other.append(entry)
        elif isinstance(entry.fact, PeriodClosed | PeriodRestated | BreachWaived):
            self._ruled.append(entry)

    def flush(self, marks: Sequence[Mark]) -> None:
        """Mark the periods; `marks` are the spans in which facts touched results."""
        books = self._closed()
        if not books:
            return
        found = {
            *self._by_results(books, marks),
            *self._by_terms(books),
            *self._by_agreement(books, marks),
            *self._by_earlier(books),
        }
        rows = [
            {"agreement": book.agreement, "label": book.label, "position": at} for book, at in found
        ]
        if rows:
            self.connection.execute(insert(period_touched).on_conflict_do_nothing(), rows)

    def _by_results(
        self, books: Sequence[Book], marks: Sequence[Mark]
    ) -> Iterator[tuple[Book, int]]:
        held = self.catalogue.held()
        by_agreement: dict[str, list[tuple[Book, Period]]] = {}
        for book in books:
            agreement = held.once_held(Agreement, book.agreement)
            period = agreement.period(book.label)
            by_agreement.setdefault(book.agreement, []).append((book, period))
        for mark in marks:
            for judged in judged_by(held, mark.spans):
                own = by_agreement.get(judged.agreement, ())
                found = list(self._touched_by(judged, mark, own))
                # A chain of batches is told apart only where it may matter at all.
                for part in mark.parts() if found else ():
                    told = found if part is mark else self._touched_by(judged, part, own)
                    yield from ((book, part.position) for book in told)

    def _touched_by(
        self, judged: Judged, mark: Mark, books: Iterable[tuple[Book, Period]]
    ) -> Iterator[Book]:
        late = [(book, one) for book, one in books if mark.position > book.known]
        spans = keeping.affected(self.connection, judged, mark.spans) if late else []
        for book, one in late:
            if any(_meet(_judged_over(judged, one), span) for span in spans):
                yield book

    def _by_agreement(
        self, books: Sequence[Book], marks: Sequence[Mark]
    ) -> Iterator[tuple[Book, int]]:
        """Announced exclusions, declared incidents, cases: of one agreement where the stream names it, of any else."""
        closed = {book.agreement for book in books}
        told = {mark.position for mark in marks if mark.spans}
        held = self.catalogue.held()
        for entry in self._other:
            if entry.position in told:
                continue
            named = closed.intersection(entry.stream.split(":")) or closed
            for book in books:
                late = entry.position > book.known and book.agreement in named
                if late and self._may_reach(held, entry, book):
                    yield book, entry.position

    def _may_reach(self, held: Promises, entry: Entry, book: Book) -> bool:
        """Whether what an exclusion or a declaration is about may lie in the time a period rests on."""
        agreement = held.once_held(Agreement, book.agreement)
        span = _about(self.connection, entry, agreement.tz)
        if span is None:
            return True
        one = agreement.period(book.label)
        kind, service, *_ = entry.stream.split(":")
        own = [
            each
            for each in of_agreement(held, book.agreement)
            if isinstance(each, Judged) and (kind != "declaration" or each.terms.service == service)
        ]
        return any(_meet(_judged_over(each, one), span) for each in own)

    def _by_earlier(self, books: Sequence[Book]) -> Iterator[tuple[Book, int]]:
        """What became of a period counts in the breaches after it: they tell how many they are in a row (§4.11)."""
        held = self.catalogue.held()
        for entry in self._ruled:
            _, name, *_, label = entry.stream.split(":")
            agreement = held.once_held(Agreement, name)
            earlier = agreement.period(label)
            for book in books:
                if book.agreement == name and entry.position > book.known:
                    one = agreement.period(book.label)
                    later = one.unit == earlier.unit and one.begin > earlier.begin
                    if later and _has_breach(self.connection, book):
                        yield book, entry.position

    def _by_terms(self, books: Sequence[Book]) -> Iterator[tuple[Book, int]]:
        if not self._stated:
            return
        now = _held_by_agreement(self.catalogue.held())
        before = _held_by_agreement(self._before) if self._before else None
        for book in books:
            # Of a period closed in this very transaction nobody knows what was promised just then.
            if before is None or before.get(book.agreement) != now.get(book.agreement):
                yield from ((book, at) for at in self._causes(book))

    def _causes(self, book: Book) -> Iterable[int]:
        late = [entry for entry in self._stated if entry.position > book.known]
        concerned = [entry.position for entry in late if _concerns(entry, book.agreement)]
        return concerned or [entry.position for entry in late]


def _books(connection: Connection) -> Iterator[Book]:
    for row in connection.execute(select(period.c.agreement, period.c.label, period.c.known)):
        yield Book(row.agreement, row.label, row.known)


def _has_breach(connection: Connection, book: Book) -> bool:
    this = (period.c.agreement == book.agreement, period.c.label == book.label)
    newest = connection.execute(select(period.c.newest).where(*this)).scalar_one()
    return any(each["state"] == "breached" and each["remedy"] for each in newest["figures"])


def _held_by_agreement(held: Promises) -> Terms:
    found: dict[str, list[Judged | Unjudged]] = {each.id: [] for each in held.of(Agreement)}
    for objective in objectives(held):
        found.setdefault(objective.agreement, []).append(objective)
    return {agreement: tuple(own) for agreement, own in found.items()}


def _concerns(entry: Entry, agreement: str) -> bool:
    kind, _, name = entry.stream.partition(":")
    return name == agreement if kind == "agreement" else kind not in SILENT_KINDS


def _judged_over(judged: Judged, period: Period) -> Span:
    """The time that the figure of a period rests on.

    It is more than the period where the promise holds by a longer one, and where the first outage may have been
    carried in.
    """
    own = judged.own_period(period, period.end) or period
    begin = min(own.begin, period.begin)
    counted = judged.terms.indicator == "outage_count"
    return begin - LOOK_BACK if counted else begin, max(own.end, period.end)


def _about(connection: Connection, entry: Entry, tz: str) -> Span | None:
    """The time that an exclusion or a declaration may have an effect on, both ends included; None: not known.

    A window uses the quota of its months; a declaration may have lasted until somebody ended it.
    """
    kind, *name = entry.stream.split(":")
    if kind == "exclusion":
        asked = select(exclusion.c.begin, exclusion.c.end).where(
            exclusion.c.agreement == name[0], exclusion.c.id == name[1]
        )
        begin, end = connection.execute(asked).one()
        return period_at("month", begin, tz).begin, period_at("month", end - 1, tz).end - 1
    if kind == "declaration":
        begun = select(declaration.c.begin).where(
            declaration.c.service == name[0], declaration.c.id == name[1]
        )
        return connection.execute(begun).scalar_one(), FAR
    return None


def _meet(one: Span, other: Span) -> bool:
    """Whether a period meets a span whose last instant counts."""
    return one[0] <= other[1] and other[0] < one[1]
