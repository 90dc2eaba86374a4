"""Groups of commands, and how their help is laid out."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup, TyperOption

from slamon.cli.settings import Settings


class Group(TyperGroup):
    """Commands whose help shows a type only where an option takes a value."""

    def get_params(self, ctx: Any) -> Any:
        """The parameters of the group itself."""
        return _without_types_of_flags(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command of the group by its name."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _without_types_of_flags(command.get_params(ctx))
        return command


class Deferred(Group):
    """Commands that are loaded when they are asked for: most who ask, ask for one."""

    places: ClassVar[Mapping[str, str]]  # by name: `module:function` or `module:group`
    epilogs: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the framework asks with it
        """The names of the commands, in the order in which help lists them."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command of the group by its name, loaded now."""
        if cmd_name in self.places and cmd_name not in self.commands:
            found = _loaded(self.places[cmd_name])
            epilog = self.epilogs.get(cmd_name)
            self.commands[cmd_name] = _built(cmd_name, found, epilog)
        return super().get_command(ctx, cmd_name)


def _loaded(place: str) -> Any:
    module, name = place.split(":")
    with _nothing_collected():
        return getattr(import_module(module), name)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no garbage meanwhile: modules make thousands of objects that stay, and none to be found."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _built(name: str, found: Any, epilog: str | None) -> Any:
    """A function or a group as a command of that name."""
    alone = group("")
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name, epilog=epilog)(found)
    return typer.main.get_group(alone).commands[name]


def _without_types_of_flags(params: Any) -> Any:
    for each in params:
        if isinstance(each, TyperOption) and each.is_flag:
            each.metavar = ""
    return params


def group(purpose: str, epilog: str | None = None, kind: type[TyperGroup] = Group) -> typer.Typer:
    """A group of commands; called alone it prints its help."""
    return typer.Typer(
        cls=kind,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
        help=purpose,
        epilog=epilog,
    )


def environment() -> str:
    """The settings as the end of a help text: name, meaning and default of each variable."""
    lines = [
        f"SLAMON_{name.upper()}: {field.description} (default: {field.default or 'none'})"
        for name, field in Settings.model_fields.items()
    ]
    # The layout of help texts joins lines that no blank line parts.
    return "\n\n".join(["Environment variables:", *lines])
