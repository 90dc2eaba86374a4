"""How the states of several checks make the state of a service: all, any, or at least so many of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from catalogue.document import Document
from catalogue.references import Path
from catalogue.values import Id, wrong


@dataclass(frozen=True)
class AtLeast:
    """Up while at least `k` of these are up: checks by id, or groups of them (rule §4.9)."""

    k: int
    of: tuple[str | AtLeast, ...]


def _form_of_member(member: Any) -> str:
    return "<group>" if isinstance(member, dict | Group) else "<check>"


Member = Annotated[
    Annotated[Id, Tag("<check>")] | Annotated["Group", Tag("<group>")],
    Discriminator(_form_of_member),
]
Members = Annotated[tuple[Member, ...], Field(min_length=1)]


class Group(Document):
    """A group of checks or of groups: `all` of them, `any` of them, or `at_least` so many `of` them.

    `at_least` without `of` speaks of all data of the objective; only the outermost group may say so.
    """

    all_: Members | None = Field(default=None, alias="all")
    any_: Members | None = Field(default=None, alias="any")
    at_least: int | None = Field(default=None, ge=1)
    of: Members | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = [rule for rule in (self.all_, self.any_, self.at_least) if rule is not None]
        if len(rules) != 1:
            raise wrong('a group says one of "all", "any" and "at_least"')
        if self.of is not None and self.at_least is None:
            raise wrong('"of" belongs to "at_least"', at=("of",))
        return self

    @property
    def written(self) -> tuple[str, tuple[str | Group, ...] | None]:
        """The field its members stand in, and the members; null where it speaks of all data."""
        if self.all_ is not None:
            return "all", self.all_
        return ("any", self.any_) if self.any_ is not None else ("of", self.of)

    def up_when(self, data: tuple[str, ...]) -> AtLeast:
        """The group as a number that must be up; `data` are the checks of the objective."""
        _, members = self.written
        stated = data if members is None else members
        of = tuple(m.up_when(data) if isinstance(m, Group) else m for m in stated)
        return AtLeast(self.at_least or (len(of) if self.all_ is not None else 1), of)


Combine = Annotated[
    Annotated[Literal["any_down", "all_down"], Tag("<check>")] | Annotated[Group, Tag("<group>")],
    Discriminator(_form_of_member),
]


def faults_of_combining(group: Group, data: tuple[str, ...]) -> Iterator[PydanticCustomError]:
    """Find what is wrong with a group over these checks: each stands in it exactly once."""
    yield from _unreachable(group, data, (), outermost=True)
    found: dict[str, Path] = {}
    for name, path in _checks(group, ()):
        if name not in data:
            said = f'"{name}" is none of the data: {", ".join(data)}'
            yield wrong(said, at=path)
        elif name in found:
            yield wrong(f'"{name}" stands twice; each of the data has one place', at=path)
        found[name] = path
    missing = [name for name in data if name not in found]
    if missing and group.written[1] is not None:
        yield wrong(f'"{missing[0]}" of the data has no place in the combination')


def _unreachable(
    group: Group, data: tuple[str, ...], path: Path, *, outermost: bool = False
) -> Iterator[PydanticCustomError]:
    field, members = group.written
    if members is None and not outermost:
        yield wrong('an inner "at_least" says of which: "of: [...]"', at=path)
        return
    size = len(data if members is None else members)
    if group.at_least is not None and group.at_least > size:
        said = f"at least {group.at_least} of {size} can never be up; write {size} at most"
        yield wrong(said, at=(*path, "at_least"))
    for index, member in enumerate(members or ()):
        if isinstance(member, Group):
            yield from _unreachable(member, data, (*path, field, index))


def _checks(group: Group, path: Path) -> Iterator[tuple[str, Path]]:
    field, members = group.written
    for index, member in enumerate(members or ()):
        here = (*path, field, index)
        if isinstance(member, Group):
            yield from _checks(member, here)
        else:
            yield member, here
