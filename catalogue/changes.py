"""Differences between two wordings of a record, by dotted path; members of lists are named by their id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from catalogue.references import Path

Json = dict[str, JsonValue]
Parts = tuple[str, ...]

_LONGEST = 80


class Change(BaseModel):
    """One difference; a dot inside a name of the path is written as a backslash and a dot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    kind: Literal["changed", "added", "removed"] = "changed"
    old: JsonValue = None
    new: JsonValue = None

    @property
    def parts(self) -> Parts:
        """The names along the path."""
        return tuple(
            re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:\\.|[^.\\])+", self.path)
        )


def differences(old: Json, new: Json) -> tuple[Change, ...]:
    """List what has to change for the old wording to become the new one."""
    return tuple(_in_maps((), old, new))


def changed(wording: Json, changes: Iterable[Change]) -> Json:
    """Return the wording with the changes made wherever it still says what they replace."""
    result = deepcopy(wording)
    for change in changes:
        _make(result, change)
    return result


def value_at(wording: JsonValue, parts: Parts) -> JsonValue:
    """Give what a wording says at a path; null where it says nothing."""
    for part in parts:
        wording = (_by_name(wording) or {}).get(part)
    return wording


def net_of(changes: Iterable[Change], earlier: Iterable[Change]) -> tuple[Change, ...]:
    """Put changes together with earlier ones of the same paths; what is again as it was at first is none."""
    first = {each.path: each for each in earlier}
    net = (_since(first[each.path], each) if each.path in first else each for each in changes)
    return tuple(each for each in net if each is not None)


def _since(first: Change, change: Change) -> Change | None:
    was, is_now = first.kind != "added", change.kind != "removed"
    if was and is_now:
        same = first.old == change.new
        return None if same else Change(path=change.path, old=first.old, new=change.new)
    if not was and not is_now:
        return None
    kind: Literal["added", "removed"] = "removed" if was else "added"
    return Change(path=change.path, kind=kind, old=first.old, new=change.new)


def as_written(document: JsonValue, parts: Parts) -> Path:
    """Translate a path by ids into one by places in the lists; it ends where the document ends."""
    path: list[str | int] = []
    for part in parts:
        if isinstance(document, dict) and part in document:
            path.append(part)
            document = document[part]
        elif isinstance(document, list) and part in (names := [name_of(m) for m in document]):
            path.append(names.index(part))
            document = document[names.index(part)]
        else:
            break
    return tuple(path)


def fields_along(document: JsonValue, parts: Parts) -> tuple[str, ...]:
    """Name the fields a path leads through, without the ids of members of lists."""
    steps = as_written(document, parts)
    return tuple(step for step in steps if isinstance(step, str))


def as_text(value: JsonValue) -> str:
    """Put a value of a document into one short line."""
    match value:
        case None:
            return "none"
        case str():
            text = value
        case {"value": str(known), "precision": str()}:
            text = known
        case _:
            text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _in_maps(parts: Parts, old: Json, new: Json) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        here = (*parts, name)
        if name not in new:
            yield Change(path=_text(here), kind="removed", old=old[name])
        elif name not in old:
            yield Change(path=_text(here), kind="added", new=new[name])
        else:
            yield from _in_values(here, old[name], new[name])


def _in_values(parts: Parts, old: JsonValue, new: JsonValue) -> Iterator[Change]:
    old_map, new_map = _by_name(old), _by_name(new)
    if old_map is not None and new_map is not None:
        yield from _in_maps(parts, old_map, new_map)
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield Change(path=_text(parts), old=old, new=new)


def _by_name(value: JsonValue) -> Json | None:
    """View a map, or a list whose members all have a name of their own, as a map."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        named = {name: member for member in value if (name := name_of(member)) is not None}
        return named if len(named) == len(value) else None
    return None


def name_of(member: JsonValue) -> str | None:
    """Name a member of a list: its id, or its day; null if it has none."""
    if not isinstance(member, dict):
        return None
    name = member.get("id", member.get("date"))
    return name if isinstance(name, str) else None


def _make(wording: Json, change: Change) -> None:
    holder: JsonValue = wording
    *way, last = change.parts
    for part in way:
        holder = (_by_name(holder) or {}).get(part)
    current = _by_name(holder)
    if current is None:
        return
    present = last in current
    if present != (change.kind != "added") or (present and current[last] != change.old):
        return
    if isinstance(holder, list):
        _make_in_list(holder, last, change)
    elif change.kind == "removed":
        del current[last]
    else:
        current[last] = deepcopy(change.new)


def _make_in_list(members: list[JsonValue], name: str, change: Change) -> None:
    index = next((i for i, member in enumerate(members) if name_of(member) == name), len(members))
    members[index : index + 1] = [] if change.kind == "removed" else [deepcopy(change.new)]


def _text(parts: Parts) -> str:
    return ".".join(re.sub(r"([.\\])", r"\\\1", part) for part in parts)
