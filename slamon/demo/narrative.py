"""What the demonstration says when it starts: what is real, what is simulated, and where to look first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from catalogue.instants import format_instant, moment_of
from catalogue.periods import Period
from slamon.demo.misbehaviour import STEADY, ScheduleLine

REAL = (
    "The probes: an agent of its own asks the targets on this machine once a minute.",
    "The judgement: every figure is folded from the facts in the ledger.",
    "The digital editions: seven months as a public monitor recorded them; attribution stands with them.",
)
SIMULATED = (
    "The agreement with UNV of 2026: an illustration; no such agreement is known.",
    "The service levels of the agreement of 2008: illustrations as well.",
    "Both histories before this start: generated, and marked “simulated” wherever results are shown.",
    "The tickets (SIM-…) and the letters of 2008: made up, and recorded at the first start, years after.",
    "So no letter was recorded before its window: the reviewer's grant cures that, but never a late receipt.",
    "The failures of the live targets: staged, on the schedule below.",
)

OF_2008 = (
    "October 2008: 99.496 % of 99.50 % promised, shown as 99.49; rounding would have hidden the breach.",
    "The exclusions of 2008: some count, one was announced too late, one lies in a freeze; each says why.",
    "September 2008: closed in breach, restated when a letter was found; its page, and what was known before:",
)


@dataclass(frozen=True)
class Restated:
    """The month of 2008 that was restated: its page, and the command that shows what was known before."""

    page: str
    command: str


@dataclass(frozen=True)
class Greeting:
    """What is known when the demonstration has started.

    `overview` and `sign_in` are links; `targets` is the page of the loopback targets; `moved` leads from
    addresses that were taken to those used instead; `breached` is the month in breach, if there is one;
    `restated` leads to the month of 2008 that was closed in breach and met its promise after all.
    """

    overview: str
    sign_in: str
    targets: str
    schedule: Sequence[ScheduleLine]
    moved: Mapping[str, str] = field(default_factory=dict)
    breached: Period | None = None
    restated: Restated | None = None


def greeting(told: Greeting) -> RenderableType:
    """Write the greeting of the terminal; print it with `crop=False`, or a long link loses its end."""
    parts: list[RenderableType] = [
        *_links(told),
        _list("Where to look first", where_to_look(told)),
        *_before_and_after(told.restated),
        _list("What is real", REAL),
        _list("What is simulated", SIMULATED),
        _list("When the live targets fail", (*_schedule(told.schedule), STEADY)),
    ]
    if told.moved:
        parts.append(_list("Taken ports, and the free ones used instead", _moves(told.moved)))
    parts.append(Text("\nCtrl+C stops everything; the data stays.", style="dim"))
    return Group(*parts)


def where_to_look(told: Greeting) -> tuple[str, ...]:
    """Say what a newcomer should open, in order, and why."""
    look = ["The overview: each agreement this month, each service day by day."]
    if told.breached is not None:
        look.append(
            f"The breach of {told.breached.label}: on two working days the network was away for more than an hour;"
            " sign in and rule."
        )
    look.append(
        "The breaches of the digital editions: in real recordings, found when their months closed by themselves."
    )
    mail = next((line for line in told.schedule if line.target == "prb-unv-mail"), None)
    if mail is not None:
        look.append(
            f"The {mail.name}: from {_clock(mail.begin)} to {_clock(mail.end)} UTC it fails; watch the outage"
            " begin and end."
        )
    if told.restated is not None:
        look += OF_2008
    return tuple(look)


def _links(told: Greeting) -> tuple[Text, ...]:
    links = {
        "Overview": told.overview,
        "Sign in, once": told.sign_in,
        "Live targets": told.targets,
    }
    # A link that is broken over two lines cannot be followed.
    return tuple(
        Text.assemble(
            f"{name:<15}",
            (address, f"bold link {address}"),
            no_wrap=True,
            overflow="ignore",
        )
        for name, address in links.items()
    )


def _before_and_after(restated: Restated | None) -> Iterator[Text]:
    for line in (restated.page, restated.command) if restated else ():
        # A command that is broken over two lines cannot be copied.
        yield Text(f"   {line}", no_wrap=True, overflow="ignore")


def _schedule(lines: Sequence[ScheduleLine]) -> Iterator[str]:
    for line in lines:
        yield f"The {line.name} {line.what}, {line.when}; now or next at {format_instant(line.begin)}."


def _list(title: str, items: Sequence[str]) -> Group:
    table = Table.grid(padding=(0, 1))
    for item in items:
        table.add_row(" •", Text(item))
    return Group(Text(f"\n{title}", style="bold"), table)


def _moves(moved: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{wanted} → {used}" for wanted, used in moved.items())


def _clock(instant: int) -> str:
    return f"{moment_of(instant):%H:%M}"
