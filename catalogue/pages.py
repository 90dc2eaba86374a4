"""One YAML file as plain data, with the place of everything that stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from catalogue.problems import Place, Position, Problem
from catalogue.references import Path

# YAML 1.1 readers, still common, take these words for booleans.
TRUTH_WORDS = {"yes", "no", "on", "off", "true", "false"}


@dataclass(frozen=True)
class Page:
    """A file as read: dates stand as ISO text, places are known by path (`keys`: of the key itself)."""

    file: str
    data: JsonValue
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    readable: bool = True

    def at_key(self, path: Path) -> Position:
        """Return where a field is named, or else the nearest thing around it."""
        return self._nearest(path, {**self.values, **self.keys})

    def at_value(self, path: Path) -> Position:
        """Return where a value stands, or else the nearest thing around it."""
        return self._nearest(path, self.values)

    def _nearest(self, path: Path, places: Mapping[Path, Place]) -> Position:
        while path and path not in places:
            path = path[:-1]
        place = places.get(path, Place(1, 1))
        return Position(self.file, place.line, place.column)


def read_page(path: FilePath, shown: str) -> tuple[Page, tuple[Problem, ...]]:
    """Read a file, with every fault of its writing; `shown` is how messages name it."""
    try:
        return page_of(path.read_text(encoding="utf-8"), shown)
    except UnicodeDecodeError:
        return _unreadable(shown, Place(1, 1), "not a document in UTF-8 that YAML allows")
    except OSError as fault:
        return _unreadable(shown, Place(1, 1), f"cannot be read: {fault.strerror}")


def page_of(text: str, shown: str) -> tuple[Page, tuple[Problem, ...]]:
    """Read a text as one file, with every fault of its writing."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        said = f"not YAML: {fault.problem or fault.context}"
        if r"'\t'" in said:
            said = "a tab stands here: YAML is indented with blanks"
        return _unreadable(shown, place, said)
    except (YAMLError, RecursionError):
        return _unreadable(shown, Place(1, 1), "not a document in UTF-8 that YAML allows")
    scribe = _Scribe(shown)
    data = scribe.read(node, ()) if node is not None else {}
    return Page(shown, data, scribe.keys, scribe.values), tuple(scribe.problems)


def _unreadable(shown: str, place: Place, message: str) -> tuple[Page, tuple[Problem, ...]]:
    page = Page(shown, {}, {}, {(): place}, readable=False)
    return page, (Problem(shown, place.line, place.column, message),)


@dataclass
class _Scribe:
    """Turns nodes into data and notes places and faults on the way."""

    file: str
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def read(self, node: Node, path: Path) -> JsonValue:
        self.values[path] = _place(node)
        if id(node) in self.seen:
            self._fault(node, "anchors and aliases are not used in documents; write it out")
            return None
        self.seen.add(id(node))
        match node:
            case MappingNode():
                return self._map(node, path)
            case SequenceNode():
                return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
            case ScalarNode():
                return self._scalar(node)
            case _:
                self._fault(node, "this kind of YAML node is not used in documents")
                return None

    def _map(self, node: MappingNode, path: Path) -> JsonValue:
        result: dict[str, JsonValue] = {}
        for key, value in node.value:
            name = self._key(key)
            if name is None:
                continue
            if name in result:
                first = self.keys[*path, name]
                self._fault(key, f'"{name}" stands twice in this map, first in line {first.line}')
                continue
            self.keys[*path, name] = _place(key)
            result[name] = self.read(value, (*path, name))
        return result

    def _key(self, node: Node) -> str | None:
        if not isinstance(node, ScalarNode):
            self._fault(node, "a key must be a text")
            return None
        if node.style is None and node.value.lower() in TRUTH_WORDS:
            self._fault(
                node, f"the key {node.value} may be read as true or false", f'"{node.value}"'
            )
        return str(node.value)

    def _scalar(self, node: ScalarNode) -> JsonValue:
        text, tag = str(node.value), str(node.tag).rsplit(":", 1)[-1]
        match tag:
            case "str" | "null" | "bool":
                return {"str": text, "null": None, "bool": text.lower() == "true"}[tag]
            case "int":
                return self._int(node)
            case "timestamp":
                return self._date(node)
            case "float":
                said = "a decimal number must be quoted, or digits may be lost"
                self._fault(node, said, f'"{text}"')
            case _:
                self._fault(node, f"the tag {tag} is not used in documents")
        return text

    def _int(self, node: ScalarNode) -> JsonValue:
        if re.fullmatch(r"[-+]?\d{1,15}", node.value):
            return int(node.value)
        self._fault(node, f"{node.value} is not a whole number in plain digits")
        return 0

    def _date(self, node: ScalarNode) -> JsonValue:
        text = str(node.value)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            try:
                date.fromisoformat(text)
            except ValueError:
                self._fault(node, f"there is no day {text}")
        return text

    def _fault(self, node: Any, message: str, proposal: str | None = None) -> None:
        place = _place(node)
        self.problems.append(Problem(self.file, place.line, place.column, message, proposal))


def _place(node: Any) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
