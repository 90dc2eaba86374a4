"""A document changed only where its data differ: comments, order and manner of writing stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from catalogue.changes import name_of
from catalogue.writing import fits, in_line, item, member, section


class Edit(NamedTuple):
    """What stands from `begin` up to `end` becomes `text`."""

    begin: int
    end: int
    text: str


class _Member(NamedTuple):
    """A member of a map or list as written, with the place of its key or dash, and of its end."""

    name: str
    node: Node
    begin: int
    end: int


def spliced(text: str, old: JsonValue, new: JsonValue) -> str:
    """Rewrite a document that says `old` so that it says `new`.

    Fields and named members of lists that stay keep their order, and their comments.
    """
    node = YAML(typ="safe", pure=True).compose(text)
    edits = _Splice(text).within(node, old, new) if isinstance(node, CollectionNode) else None
    if edits is None:
        return (
            "".join(section(name, each) for name, each in new.items())
            if isinstance(new, dict)
            else text
        )
    edits.sort(key=lambda edit: edit[:2])
    for begin, end, replacement in reversed(edits):
        text = text[:begin] + replacement + text[end:]
    return text


@dataclass(frozen=True)
class _Splice:
    text: str

    def within(self, node: CollectionNode, old: JsonValue, new: JsonValue) -> list[Edit] | None:
        """List what has to change inside of a map or list; null if it is to be written anew."""
        wanted, stated = _named(new), _named(old)
        if wanted is None or stated is None or isinstance(new, dict) != isinstance(old, dict):
            return None
        members = self._members(node, list(stated))
        kept = [each for each in members if each.name in wanted]
        listed = isinstance(node, SequenceNode)
        moved = [each.name for each in kept] != [name for name in wanted if name in stated]
        if not kept or (listed and moved):
            return None
        column = kept[0].begin - (self.text.rfind("\n", 0, kept[0].begin) + 1)
        edits = [*self._removed(node, members, wanted), *self._added(node, kept, wanted, column)]
        for each in kept:
            name = each.name
            if not _same(stated[name], wanted[name]):
                edits += self._changed(node, each, stated[name], wanted[name], column)
        return edits

    def _changed(
        self, node: CollectionNode, each: _Member, old: JsonValue, new: JsonValue, column: int
    ) -> list[Edit]:
        value = each.node
        inside = self.within(value, old, new) if isinstance(value, CollectionNode) else None
        if inside is not None:
            return inside
        begin: int = value.start_mark.index
        flows = not isinstance(value, CollectionNode) or value.flow_style
        in_place = begin < each.end and flows
        if in_place and (node.flow_style or fits(new, column)):
            return [Edit(begin, each.end, in_line(new))]
        return [Edit(each.begin, each.end, _written(node, each.name, new, column))]

    def _members(self, node: CollectionNode, names: Sequence[str]) -> list[_Member]:
        if isinstance(node, MappingNode):
            return [
                _Member(str(key.value), value, key.start_mark.index, self._end(key, value))
                for key, value in node.value
            ]
        return [
            _Member(name, value, self._begin(node, value), self._end(value, value))
            for name, value in zip(names, node.value, strict=True)
        ]

    def _begin(self, node: CollectionNode, value: Node) -> int:
        at: int = value.start_mark.index
        return at if node.flow_style else self.text.rfind("-", 0, at)

    def _end(self, key: Node, node: Node) -> int:
        """Find where a value ends; one that is not written ends behind the colon of its key."""
        if isinstance(node, CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(*last) if isinstance(last, tuple) else self._end(last, last)
        begin, end = node.start_mark.index, int(node.end_mark.index)
        written = self.text[begin:end].rstrip()
        if not written and key is not node:
            return self.text.index(":", key.end_mark.index) + 1
        return int(begin) + len(written)

    def _end_of_line(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found

    def _removed(
        self, node: CollectionNode, members: Sequence[_Member], wanted: Mapping[str, JsonValue]
    ) -> Iterator[Edit]:
        """Take members out; those below each other with their lines."""
        last = max(index for index, each in enumerate(members) if each.name in wanted)
        for each, following in pairwise(members[: last + 1]):
            if each.name not in wanted:
                yield self._without(node, each, following)
        if members[last + 1 :]:
            begin, end = members[last].end, members[-1].end
            if not node.flow_style:
                begin, end = self._end_of_line(begin), self._end_of_line(end)
            yield Edit(begin, end, "")

    def _without(self, node: CollectionNode, each: _Member, following: _Member) -> Edit:
        line = self.text.rfind("\n", 0, each.begin) + 1
        if node.flow_style or self.text[line : each.begin].strip():
            return Edit(each.begin, following.begin, "")
        return Edit(line, self._end_of_line(each.end) + 1, "")

    def _added(
        self,
        node: CollectionNode,
        kept: Sequence[_Member],
        wanted: Mapping[str, JsonValue],
        column: int,
    ) -> Iterator[Edit]:
        """Put new members behind those that stand before them, or before the first."""
        places = {each.name: each for each in kept}
        gap = ", " if node.flow_style else f"\n{' ' * column}"
        before: _Member | None = None
        for name, value in wanted.items():
            if name in places:
                before = places[name]
                continue
            written = _written(node, name, value, column)
            if before is None:
                yield Edit(kept[0].begin, kept[0].begin, written + gap)
            else:
                at = before.end if node.flow_style else self._end_of_line(before.end)
                yield Edit(at, at, gap + written)


def _written(node: CollectionNode, name: str, value: JsonValue, column: int) -> str:
    if isinstance(node, SequenceNode):
        return in_line(value) if node.flow_style else item(value, column)
    if node.flow_style:
        return f"{in_line(name)}: {in_line(value)}"
    return member(name, value, column)


def _named(value: JsonValue) -> Mapping[str, JsonValue] | None:
    """View a map as itself, a list by the names of its members or by their places; null if it is neither."""
    if isinstance(value, dict):
        return value or None
    if not isinstance(value, list) or not value:
        return None
    names = [name_of(each) for each in value]
    if None not in names and len(set(names)) == len(names):
        return dict(zip(map(str, names), value, strict=True))
    return {str(index): each for index, each in enumerate(value)}


def _same(old: JsonValue, new: JsonValue) -> bool:
    """Tell whether data are equal, in whatever order fields stand; true is not 1."""
    return old == new and json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
