"""`slamon attest` and `slamon attestation list`: answers about what cannot be probed, and what is due."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import typer

from catalogue.attesting import unit_of
from catalogue.periods import period_of
from catalogue.probing import Attestation
from slamon.app import attestations
from slamon.app.refused import Unknown
from slamon.cli.commands import group
from slamon.cli.house import now
from slamon.cli.known import AsKnownAt, reading_at
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.terminal import USAGE, Actor, AsJson, actor_or_fail, console, fail, print_json
from slamon.views.attested import AttestationLine, zone_of
from slamon.views.promised import Promises, promises

app = group("Attestations: what is asked, answered, due and overdue.")

COLUMNS = ("attestation", "service", "answered by", "every", "state", "unanswered", "last answer")


def attest(
    name: Annotated[str, typer.Argument(help="The attestation.", metavar="ID")],
    answer: Annotated[Literal["yes", "no"], typer.Option(help="What is answered.")],
    *,
    period: Annotated[
        str | None, typer.Option(help="The period it is about, e.g. 2026-02.", metavar="PERIOD")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="A day of the period instead.", metavar="DAY")
    ] = None,
    note: Annotated[str, typer.Option(help="What else is to be said; stands with the fact.")] = "",
    correction: Annotated[
        str | None, typer.Option(help="Why an earlier answer is taken back.", metavar="REASON")
    ] = None,
    actor: Actor = None,
) -> None:
    """Answer an attestation for a period: a signed yes or no about a service that cannot be probed."""
    if (period is None) == (on is None):
        fail("give either --period, like 2026-02, or --on with a day of it", USAGE)
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        with house.store.reading() as connection:
            held = promises(connection)
        record = _known(held, name)
        tz = zone_of(held, record)
        label = period or _holding(on or "", record, tz)
        position = attestations.attest(
            house.ledger,
            record,
            label,
            answer,
            tz=tz,
            note=note,
            correction=correction,
            now=now(),
            actor=who,
        )
        how = "is answered" if position else "was answered already"
        console.print(f"{name} {label} {how}: {answer}", highlight=False)
        recorded(house)


def _known(held: Promises, name: str) -> Attestation:
    record = held.get(Attestation, name)
    if record is None:
        known = ", ".join(each.id for each in held.of(Attestation))
        message = f"there is no attestation {name!r}; known are {known or 'none'}"
        raise Unknown(message)
    return record


def _holding(day: str, record: Attestation, tz: str) -> str:
    """The period that holds a day."""
    try:
        return period_of(unit_of(record.every), date.fromisoformat(day), tz).label
    except ValueError:
        fail(f"--on {day}: no date; write like 2026-02-14", USAGE)


@app.command("list")
def list_all(
    *,
    due: Annotated[bool, typer.Option("--due", help="Only those that wait for an answer.")] = False,
    as_known: AsKnownAt = None,
    as_json: AsJson = False,
) -> None:
    """List attestations with what was answered last and what is due; a week after its period one is overdue."""
    with reading_at(as_known) as then:
        found = [
            line
            for line in then.reading.attestations(then.instant)
            if line.state != "open" or not due
        ]
    if as_json:
        print_json([line.model_dump(mode="json", by_alias=True) for line in found])
        return
    empty = "nothing waits for an answer" if due else "nothing is asked"
    print_table(COLUMNS, [_row(line) for line in found], empty=empty)


def _row(line: AttestationLine) -> tuple[object, ...]:
    unanswered = ", ".join((*line.overdue, *line.due))
    last = line.answers[0] if line.answers else None
    said = f"{last.answer} for {last.period}" if last else None
    return (
        line.attestation,
        line.service,
        line.answered_by,
        line.every,
        line.state,
        unanswered or None,
        said,
    )


@app.callback()
def attestation() -> None:
    """Attestations: what is asked, answered, due and overdue."""
