"""The command tree: which commands there are, and loading a group only when it is used.

``cmtel --help`` needs names and one line each, not the modules behind them; importing every
group would cost several times the start of Typer itself.

Adding a command or a group: write ``cmtel/cli/<name>.py`` with ``app = typer.Typer(...)``, and
give it a line below. The line is the help of the module's ``app`` (of a command: the first line
of its docstring); tests/cli/test_tree.py compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

#: Single commands, in the order of the help: the module's ``app`` has this one command.
COMMANDS: Mapping[str, str] = {
    "demo": "Show calls arrive in a journal table, and a mail when they stop.",
    "init": "Write a commented settings file, CmTelNotifier.xml.",
    "status": "Show services, source links, the spools and their books.",
    "doctor": "Probe every prerequisite, and say what cures those that fail.",
}

#: Groups, in the order of the help: the module's ``app`` has the commands of the group.
GROUPS: Mapping[str, str] = {
    "notifier": "Notice when charging stops, and tell.",
    "journal": "Make, fill and read the journal table.",
    "phonebook": "Names for numbers, rooms for extensions.",
    "config": "Check and show the settings file.",
    "secret": "Keep passwords outside the settings file.",
    "format": "List the switch formats, and decode call records.",
    "simulate": "Play a switch or a mail server, to try cmtel or to load it.",
}


class LazyGroup(TyperGroup):
    """The root of the tree: knows its commands by name, imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, line in {**COMMANDS, **GROUPS}.items():
            self.commands.setdefault(name, TyperCommand(name=name, help=line))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Load the command that is called, then find it as usual."""
        self.load(args[0])
        return super().resolve_command(ctx, args)

    def load(self, name: str) -> None:
        """Replace the stand-in of a lazy command by the real one; other names stay as they are."""
        if name in COMMANDS or name in GROUPS:
            self.commands[name] = _import(name)

    def load_all(self) -> None:
        """Load every command, for the documentation and for tests."""
        for name in self.commands:
            self.load(name)


def _import(name: str) -> Any:
    module = import_module(f"cmtel.cli.{name.replace('-', '_')}")
    shell = typer.Typer(add_completion=False, rich_markup_mode=None)
    shell.callback()(_nothing)
    shell.add_typer(module.app, name=name if name in GROUPS else None)
    return _commands_of(shell)[name]


def _commands_of(shell: typer.Typer) -> Mapping[str, Any]:
    root = get_command(shell)
    return root.commands if isinstance(root, TyperGroup) else {}


def _nothing() -> None:
    """A callback makes Typer build a group, however few commands there are."""
