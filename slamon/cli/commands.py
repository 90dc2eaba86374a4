"""Groups of commands, and how their help is laid out."""

from __future__ import annotations

from typing import Any

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


def _without_types_of_flags(params: Any) -> Any:
    for each in params:
        if isinstance(each, TyperOption) and each.is_flag:
            each.metavar = ""
    return params


def group(purpose: str, epilog: str | None = None) -> typer.Typer:
    """A group of commands; called alone it prints its help."""
    return typer.Typer(
        cls=Group,
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
