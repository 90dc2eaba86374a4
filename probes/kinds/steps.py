"""Steps: pages one after another with one jar of cookies, each filled in with what earlier ones said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import assert_never
from urllib.parse import quote, urlsplit

from probes.conditions.documents import value_at
from probes.conditions.patterns import searched
from probes.conditions.reply import Reply
from probes.conditions.requirement import REGEX_INPUT
from probes.dialogue import Dialogue
from probes.kinds.browsing import Browsing, page
from probes.observation import Failure, Reason
from probes.outcome import Outcome
from probes.specs.steps import NAMED, Extract, FromBody, FromHeader, FromJson, Step, StepsSpec

LONGEST = 4096

Values = dict[str, str]


async def ask(spec: StepsSpec, dialogue: Dialogue) -> Reply:
    """Walk through the steps and return the last reply, with those of all steps that were reached.

    Raises:
        Failure: a step had no complete reply, or did not say what later ones need.

    """
    browsing = Browsing(spec, dialogue, urlsplit(spec.steps[0].url))
    values: Values = {}
    replies: dict[str, Reply] = {}
    reply = Reply()
    for step in spec.steps:
        dialogue.within = f"step {step.name}: "
        with dialogue.timed(f"step.{step.name}"):
            reply = await _taken(step, browsing, dialogue, values)
        replies[step.name] = reply
        if any(each.check(reply).outcome is Outcome.BAD for each in step.conditions):
            break
        values |= _extracted(step, reply, dialogue.secrets)
    dialogue.within = ""
    return replace(reply, steps=replies, lag=dialogue.lag)


async def _taken(step: Step, browsing: Browsing, dialogue: Dialogue, values: Values) -> Reply:
    filled = step.model_copy(
        update={
            "headers": {k: said for k, said in step.headers.items() if not NAMED.search(said)},
            "body": None if step.body is None else _filled(step.body, values),
        }
    )
    # What a target has told of itself goes to no other, wherever it leads.
    told = {name: said for name, said in step.headers.items() if name not in filled.headers}
    url = _filled(step.url, {name: quote(value, safe="") for name, value in values.items()})
    asked = page(urlsplit(url), filled, step.conditions, dialogue.secrets)
    private = (*asked.private, *((name, _filled(said, values)) for name, said in told.items()))
    return await browsing.visit(replace(asked, private=private, whole=bool(step.extract)))


def _filled(text: str, values: Mapping[str, str]) -> str:
    # In one pass: what a target says is never read as a variable.
    return NAMED.sub(lambda found: values[found[1]], text)


def _extracted(step: Step, reply: Reply, hidden: list[str]) -> Values:
    values: Values = {}
    for name, source in step.extract.items():
        value = _found(source, reply)
        if value is None:
            raise Failure(Reason.EXTRACTION, f"there is nothing to extract {name} from")
        if len(value) > LONGEST or not (value.isascii() and value.isprintable()):
            said = f"what is extracted as {name} cannot be sent: it is too long or no plain text"
            raise Failure(Reason.EXTRACTION, said)
        if source.secret:
            hidden += [value, quote(value, safe="")]
        values[name] = value
    return values


def _found(source: Extract, reply: Reply) -> str | None:
    match source:
        case FromJson():
            there, value, _ = value_at(reply.body, source.path)
            return _plain(value) if there else None
        case FromBody():
            text = (reply.body or b"")[:REGEX_INPUT].decode(errors="replace")
            found = searched(source.pattern, text)
            return found[1].strip() if found and found[1] else None
        case FromHeader():
            return reply.headers.get(source.name.lower())
    assert_never(source)


def _plain(value: object) -> str | None:
    if isinstance(value, bool):
        return json.dumps(value)
    return str(value).strip() if isinstance(value, str | int | Decimal) else None
