"""`slamon heartbeat`: keys of probes that report themselves, and what was heard of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from catalogue.instants import format_instant
from catalogue.probing import Probe
from catalogue.questions import Heartbeat
from slamon.app import heartbeats
from slamon.app.program import this_program
from slamon.app.silence import Track
from slamon.cli.commands import group
from slamon.cli.house import House, now
from slamon.cli.listening import GUESSED, guessed
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.sheet import print_table
from slamon.cli.signing import outer_address
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, errors, print_json
from slamon.cli.vouching import AUTHORITY, vouched_for
from slamon.ledger.format import raise_format
from slamon.sla.heartbeats import HeartbeatFact, HeartbeatReceived, due
from slamon.views.heartbeats import expected, issued, newest
from slamon.views.promised import promises

app = group("Heartbeats: probes that nobody asks and that report themselves.")

EXAMPLE = "https://slamon.example"

Id = Annotated[str, typer.Argument(help="The heartbeat.", metavar="PROBE")]


@app.command()
def issue(probe: Id, *, actor: Actor = None, as_json: AsJson = False) -> None:
    """Make a key and print its URL, once; the key before it opens nothing any more."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        with house.store.reading() as connection:
            known = {
                each.id for each in promises(connection).of(Probe) if isinstance(each, Heartbeat)
            }
        raise_format(house.ledger, this_program().code_version)
        key = heartbeats.issue(house.ledger, probe, heartbeats=known, actor=who)
        recorded(house, as_json=as_json)
    address = outer_address(settings) or EXAMPLE
    url = f"{address}/ping/{key}"
    if as_json:
        print_json({"probe": probe, "url": url})
        return
    console.print(f"{probe} reports itself at this address, which is shown once:")
    console.print(url, highlight=False, soft_wrap=True)
    trusting = "" if vouched_for(settings) else f"--cacert {AUTHORITY} "
    console.print(
        f"curl -fsS --retry 5 {trusting}-o /dev/null {url}", highlight=False, soft_wrap=True
    )
    if guessed(address, settings):
        errors.print(GUESSED, highlight=False, soft_wrap=True)


@app.command()
def revoke(
    probe: Id,
    reason: Annotated[str, typer.Option(help="Why; stands with the fact.")],
    *,
    actor: Actor = None,
) -> None:
    """Let the key of a heartbeat open nothing any more."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = heartbeats.revoke(house.ledger, probe, reason=reason, actor=who)
        said = "its key opens nothing any more" if done else "it has no key"
        console.print(f"{probe}: {said}", highlight=False)
        recorded(house)


@dataclass(frozen=True)
class Line:
    """What was heard of a heartbeat, and when it is due; all instants as text, null where there is none.

    `ended` is how the newest end was, `outcome` the state now.
    """

    probe: str
    location: str
    interval_us: int
    grace_us: int
    key_issued_at: str | None
    newest: str | None
    ended: str | None
    outcome: str | None
    running_since: str | None
    due: str | None
    late: bool


@app.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """List heartbeats: the newest end of a run, the run under way, when the next is due, whether it is late."""
    with opened() as house:
        found = list(_lines(house, Settings().location, now()))
    if as_json:
        print_json([asdict(line) for line in found])
        return
    columns = ("heartbeat", "key issued at", "newest end", "it was", "running since", "due", "now")
    rows = [
        (
            *(line.probe, line.key_issued_at or "no key", line.newest, line.ended),
            *(line.running_since, line.due, _standing(line)),
        )
        for line in found
    ]
    print_table(columns, rows, empty="the catalogue has no heartbeat")


def _lines(house: House, centre: str, instant: int) -> Iterator[Line]:
    with house.store.reading() as connection:
        wanted = list(expected(promises(connection), centre))
        keys = issued(connection)
        last = {each.probe: newest(connection, each.probe) for each in wanted}
    for each in wanted:
        track = Track(each, instant)
        news = track.news(house.ledger, last[each.probe], instant)
        track.take(news)
        heard = track.heard
        next_due = due(heard, each, 0)
        result = heard.result
        yield Line(
            probe=each.probe,
            location=each.location,
            interval_us=each.interval,
            grace_us=each.grace,
            key_issued_at=_text(keys.get(each.probe)),
            newest=_text(heard.last),
            ended=_ended(news, heard.last),
            outcome=result.outcome.name.lower() if result and heard.speaking(instant) else None,
            running_since=_text(max(heard.running.values(), default=None)),
            due=_text(next_due),
            late=heard.missed is not None
            or (next_due is not None and next_due + each.grace < instant),
        )


def _standing(line: Line) -> str | None:
    """Say how it is now: late goes before good, as long as nobody has told of it."""
    if line.late and line.outcome != "bad":
        return "late"
    return f"{line.outcome}, late" if line.late else line.outcome


def _ended(news: Iterable[HeartbeatFact], at: int | None) -> str | None:
    """How the end at an instant (µs) was; None where it is not among what was read."""
    ends = (
        each.result.outcome.name.lower()
        for each in news
        if isinstance(each, HeartbeatReceived) and each.at == at and each.result
    )
    return next(ends, None)


def _text(instant: int | None) -> str | None:
    return None if instant is None else format_instant(instant)
