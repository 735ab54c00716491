"""Write docs/commands.md from the command tree: ``make docs``.

A test compares the file with what this makes, so the page cannot fall behind the program. Only
what the commands say of themselves is used: first lines, help texts, options, defaults.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from cmtel.cli.app import app
from cmtel.cli.tree import LazyGroup

PAGE = Path(__file__).with_name("commands.md")

_OPENING = """# Commands

<!-- Made from the program by `make docs`; changes made here are lost. -->

`cmtel COMMAND --help` tells the same at the terminal. What a command ends with is in the
[README](../README.md#exit-statuses).

"""
#: Every command has it; it is told once.
_EVERYWHERE = "help"


def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield every command and group that is not hidden, with the words that call it."""
    if isinstance(command, LazyGroup):
        command.load_all()
    yield name, command
    if isinstance(command, TyperGroup):
        for word, below in command.commands.items():
            if not below.hidden:
                yield from walk(f"{name} {word}", below)


def tree() -> list[tuple[str, Any]]:
    """Return the whole tree, the root first."""
    return [*walk("cmtel", get_command(app))]


def page() -> str:
    """Return the page as Markdown."""
    return _OPENING + "\n".join(_section(name, command) for name, command in tree())


def _section(name: str, command: Any) -> str:
    level = "##" if len(name.split()) < 3 else "###"
    parts = [f"{level} {name}", cleandoc(command.help or "")]
    if isinstance(command, TyperGroup):
        parts.append("\n".join(_contents(name, command)))
    else:
        parts.append(f"    {_usage(name, command)}")
    parts += [_table("Argument", _arguments(command)), _table("Option", _options(command))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _contents(name: str, group: TyperGroup) -> Iterator[str]:
    for word, command in group.commands.items():
        if not command.hidden:
            anchor = f"{name} {word}".replace(" ", "-")
            yield f"- [`{name} {word}`](#{anchor}): {(command.help or '').splitlines()[0]}"


def _usage(name: str, command: Any) -> str:
    return " ".join(
        [name, "[OPTIONS]", *(_argument_name(item) for item in _of(command, "argument"))]
    )


def _arguments(command: Any) -> list[tuple[str, str]]:
    return [(_argument_name(item), _meaning(item)) for item in _of(command, "argument")]


def _options(command: Any) -> list[tuple[str, str]]:
    return [(_option_name(item), _meaning(item)) for item in _of(command, "option")]


def _of(command: Any, kind: str) -> list[Any]:
    return [
        item
        for item in command.params
        if item.param_type_name == kind and not getattr(item, "hidden", False)
        if item.name != _EVERYWHERE
    ]


def _argument_name(argument: Any) -> str:
    name = (argument.metavar or argument.name).upper()
    name += "..." if argument.nargs == -1 and not name.endswith("...") else ""
    return name if argument.required else f"[{name}]"


def _option_name(option: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if getattr(option, "is_flag", False):
        return names
    return f"{names} {option.metavar or _values(option)}"


def _values(option: Any) -> str:
    descriptor = getattr(option, "type_descriptor", None)
    if descriptor is not None and descriptor.is_choice:
        return "|".join(str(getattr(choice, "value", choice)) for choice in descriptor.choices)
    return str(option.name).upper().replace("_", "-")


def _meaning(item: Any) -> str:
    text = " ".join((item.help or "").split())
    notes = [note for note in (_needed(item), _default(item), _variable(item)) if note]
    return f"{text} ({'; '.join(notes)})" if notes else text


def _needed(item: Any) -> str:
    may_repeat = getattr(item, "multiple", False)
    return "needed" if item.required else "may be given several times" if may_repeat else ""


def _default(item: Any) -> str:
    """Flags are off unless given, and what is computed or secret has no default to tell."""
    value = getattr(item.default, "value", item.default)
    is_told = isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    return f"default `{value}`" if is_told and getattr(item, "show_default", True) else ""


def _variable(item: Any) -> str:
    return f"else `{item.envvar}`" if isinstance(item.envvar, str) else ""


def _table(heading: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| `{_cell(name)}` | {_cell(meaning)} |" for name, meaning in rows]
    return "\n".join([f"| {heading} | |", "|---|---|", *lines]) if rows else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{PAGE} has {len(tree())} commands and groups.\n")
