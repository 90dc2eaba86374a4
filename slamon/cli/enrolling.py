"""`slamon agent enrol|revoke`: let agents of other machines in, each by a key that is printed once."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

import typer

from catalogue.probing import Location
from probes.way import is_here
from slamon.app import agents, enrolment
from slamon.app.program import this_program
from slamon.cli.assigning import AGENT
from slamon.cli.house import House
from slamon.cli.listening import GUESSED, guessed
from slamon.cli.opening import opened, recorded
from slamon.cli.settings import Settings
from slamon.cli.signing import outer_address
from slamon.cli.telling import places
from slamon.cli.terminal import Actor, AsJson, actor_or_fail, console, errors, print_json
from slamon.cli.vouching import AUTHORITY, vouched_for
from slamon.ledger.format import raise_format
from slamon.views.enrolled import enrolments
from slamon.views.promised import promises
from slamon.views.store import read_position

KEY_BYTES = 32
EXAMPLE = "https://slamon.example"
SPOOL = "/var/lib/slamon/spool.db"

Id = Annotated[str, typer.Argument(help="The agent.", metavar="ID")]


def enrol(
    agent: Id,
    location: Annotated[
        str, typer.Option(help="Where it measures from, as the catalogue calls it.", metavar="ID")
    ],
    *,
    renew: Annotated[
        bool, typer.Option("--renew", help="Of a known agent: a new key, the old one stops.")
    ] = False,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Let an agent of another machine in; prints its key, once, and what is to be set there."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        key = secrets.token_urlsafe(KEY_BYTES)
        locations, taken, known = _places(house, settings)
        raise_format(house.ledger, this_program().code_version)
        enrolment.enrol(
            house.ledger,
            agent,
            location,
            key,
            locations=locations,
            taken=taken,
            known=known,
            renew=renew,
            actor=who,
        )
        recorded(house, as_json=as_json)
    told = environment(agent, key, outer_address(settings), trusting=not vouched_for(settings))
    if as_json:
        print_json({"agent": agent, "location": location, "environment": told})
        return
    console.print(f"{agent} is enrolled at {location}. On its machine, where slamon is installed:")
    console.print("")
    for name, value in told.items():
        console.print(f"export {name}={value}", highlight=False, soft_wrap=True)
    console.print("python -m probes", highlight=False)
    console.print("")
    for sentence in _besides(told, settings):
        errors.print(sentence, highlight=False, soft_wrap=True)


def revoke(
    agent: Id,
    reason: Annotated[str, typer.Option(help="Why; stands with the fact.")],
    *,
    actor: Actor = None,
) -> None:
    """Let an agent in no more; what it handed in stays."""
    settings = Settings()
    with opened(settings) as house:
        who = actor_or_fail(actor, settings)
        done = enrolment.revoke(house.ledger, agent, reason=reason, actor=who)
        said = "is revoked: its key opens nothing any more" if done else "was revoked before"
        console.print(f"{agent} {said}", highlight=False)
        recorded(house)


def environment(
    agent: str, key: str, address: str | None, *, trusting: bool = False
) -> dict[str, str]:
    """What an agent on another machine is told by its environment; `trusting` an authority that no system knows."""
    return {
        "SLAMON_AGENT_ID": agent,
        "SLAMON_AGENT_KEY": key,
        "SLAMON_CENTRE": address or EXAMPLE,
        **({"SLAMON_CENTRE_CA": AUTHORITY} if trusting else {}),
        "SLAMON_SPOOL": SPOOL,
    }


def _places(house: House, settings: Settings) -> tuple[list[str], dict[str, str], int]:
    """The locations of the catalogue, which agent measures from each, and at which position that was so."""
    ours = agents.assignment(house.ledger, AGENT)
    with house.store.reading() as connection:
        locations = [each.id for each in promises(connection).of(Location)]
        taken = places(ours.location if ours else settings.location, enrolments(connection))
        return locations, taken, read_position(connection)


def _besides(told: dict[str, str], settings: Settings) -> list[str]:
    """What has to be known besides, by who sets this up."""
    centre = told["SLAMON_CENTRE"]
    said = [
        "The key is not shown again. SLAMON_AGENT_KEY_FILE may name a file that holds it instead."
    ]
    if centre == EXAMPLE:
        said.append(f"{EXAMPLE} stands for the address of this slamon: none runs here now.")
    elif urlsplit(centre).scheme != "https":
        said.append(
            f"{centre} is not HTTPS, so that only an agent on this machine sends its key there: "
            "see SLAMON_TLS_CERTIFICATE and docs/agents.md."
        )
    elif is_here(urlsplit(centre).hostname or ""):
        said.append(
            f"{centre} is reached from this machine only: see SLAMON_HOST and SLAMON_URL in docs/agents.md."
        )
    if guessed(centre, settings):
        said.append(f"SLAMON_CENTRE: {GUESSED}")
    if "SLAMON_CENTRE_CA" in told:
        said.append(
            f"No system knows who vouches for the certificate of {centre}: copy that of the authority, or the one "
            f"that SLAMON_TLS_CERTIFICATE names, to {AUTHORITY} there."
        )
    return said
