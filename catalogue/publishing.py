"""The life of a tariff: requested, received, published, superseded or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field, JsonValue

from catalogue.changes import Change, Json, differences, net_of
from catalogue.lifecycle import LifecycleError, LifecycleFact
from catalogue.tariffs import Tariff
from catalogue.terms import TermsEdited, TermsRestated

IN_FORCE = frozenset({"published", "superseded"})


class TariffReceived(LifecycleFact):
    """The provider sent the price list that was asked for; its prices are stated beside this."""

    on: dt.date
    document: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what was received."""
        received: dict[str, JsonValue] = {"document": self.document, "on": self.on.isoformat()}
        return {**lifecycle, "status": "received", "received": received}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"received {self.on} in {self.document}"


class TariffPublished(LifecycleFact):
    """A price list is charged by, on the days for which it is valid.

    `position` is that of the ledger at which no other tariff priced the same offerings on the same days.
    """

    on: dt.date
    position: int

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is published."""
        return {**lifecycle, "status": "published", "published_on": self.on.isoformat()}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"published {self.on}"


class TariffSuperseded(LifecycleFact):
    """Another price list takes this one's place from a day on; the days before keep their prices."""

    by: str
    from_: dt.date = Field(alias="from")

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what is superseded."""
        return {**lifecycle, "status": "superseded"}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"superseded by {self.by} from {self.from_}"


class TariffWithdrawn(LifecycleFact):
    """A price list was taken back before any day was charged by it."""

    on: dt.date
    reason: str = Field(min_length=1)

    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle of what was taken back."""
        return {**lifecycle, "status": "withdrawn"}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        return f"withdrawn {self.on} ({self.reason})"


def receive(
    tariff: Tariff,
    stated: Json,
    prices: Mapping[str, JsonValue],
    document: str,
    on: dt.date,
    edits: Sequence[Change] = (),
) -> list[TermsRestated | TermsEdited | TariffReceived]:
    """Decide that a requested tariff came with its prices; `stated` are its terms so far.

    The documents are behind then, until somebody exports them; `edits` are those that they are behind of already.

    The same prices once more change nothing.

    Raises:
        LifecycleError: it was not asked for, or other prices were received already.

    """
    changes = differences(stated, {**stated, **prices})
    if not changes and tariff.status != "requested":
        return []
    if tariff.status in {"requested", "received"}:
        behind = TermsEdited(changes=net_of(changes, edits))
        received = TariffReceived(on=on, document=document)
        return [TermsRestated(changes=changes), behind, received]
    message = (
        f"{tariff.id} is {tariff.status}: prices are received for a requested tariff only; "
        f"write a new tariff with supersedes: {tariff.id}"
    )
    raise LifecycleError(message)


def publish(
    tariff: Tariff, on: dt.date, others: Iterable[Tariff], *, position: int
) -> list[TariffPublished]:
    """Decide that a tariff is charged by, `others` being those of the catalogue at a position.

    Repeated, it changes nothing.

    Raises:
        LifecycleError: it has no prices yet, was taken back, or another one prices the same offering on the same days.

    """
    if tariff.status in IN_FORCE:
        return []
    if tariff.status not in {"draft", "received"}:
        hint = "receive its prices first" if tariff.status == "requested" else "write a new one"
        message = f"{tariff.id} is {tariff.status} and cannot be published; {hint}"
        raise LifecycleError(message)
    if clash := _clash(tariff, tuple(others)):
        raise LifecycleError(clash)
    return [TariffPublished(on=on, position=position)]


def supersede(old: Tariff, new: Tariff) -> list[TariffSuperseded]:
    """Decide that a published tariff gives way to one that supersedes it; repeated, it changes nothing."""
    if old.status != "published" or new.supersedes != old.id or new.valid_for is None:
        return []
    return [TariffSuperseded(by=new.id, from_=new.valid_for.from_)]


def withdraw(tariff: Tariff, on: dt.date, reason: str) -> list[TariffWithdrawn]:
    """Decide that a tariff is taken back; repeated, it changes nothing.

    Raises:
        LifecycleError: days were charged by it, and keep their prices.

    """
    if tariff.status == "withdrawn":
        return []
    begun = tariff.valid_for is not None and tariff.valid_for.from_ <= on
    if tariff.status in IN_FORCE and begun:
        message = (
            f"{tariff.id} is published and in force since {tariff.valid_for and tariff.valid_for.from_}: "
            "what was charged by it rests on it; supersede it by a new tariff"
        )
        raise LifecycleError(message)
    return [TariffWithdrawn(on=on, reason=reason)]


def _clash(tariff: Tariff, others: tuple[Tariff, ...]) -> str | None:
    """Say which other tariff prices the same offering on the same days; null where none does."""
    if tariff.valid_for is None:
        return f"{tariff.id} says for no day that it is valid"
    offered = {line.offering for line in tariff.lines}
    begins, ends = tariff.valid_for.from_, tariff.valid_for.to
    for other in others:
        if other.id in {tariff.id, tariff.supersedes} or other.status not in IN_FORCE:
            continue
        shared = sorted(offered & {line.offering for line in other.lines})
        last = _last_day(other, (*others, tariff))
        late = other.valid_for is None or (ends is not None and other.valid_for.from_ > ends)
        if shared and not late and (last is None or last >= begins):
            return (
                f"{other.id} prices {shared[0]} on the same days; end it before {begins}, "
                f"or write supersedes: {other.id}"
            )
    return None


def _last_day(tariff: Tariff, others: tuple[Tariff, ...]) -> dt.date | None:
    """The last day a tariff is charged by: its own, or the one before it is superseded."""
    ends = [
        each.valid_for.from_ - dt.timedelta(days=1)
        for each in others
        if each.supersedes == tariff.id and each.valid_for is not None
    ]
    if tariff.valid_for is not None and tariff.valid_for.to is not None:
        ends.append(tariff.valid_for.to)
    return min(ends, default=None)
