"""The lazy tree: what it says of a command is what the command says of itself."""

from __future__ import annotations

import json
import subprocess
import sys

from typer.main import get_command

from cmtel.cli.app import new_app
from cmtel.cli.tree import COMMANDS, GROUPS, LazyGroup


def load_root() -> LazyGroup:
    root = get_command(new_app())
    assert isinstance(root, LazyGroup)
    root.load_all()
    return root


def test_each_line_of_the_root_help_is_the_first_help_line_of_the_command() -> None:
    root = load_root()
    told = {name: (root.commands[name].help or "").split("\n")[0] for name in root.commands}

    assert told == {**told, **COMMANDS, **GROUPS}


def test_the_root_help_imports_no_command() -> None:
    code = (
        "import json, sys; from cmtel.cli.boundary import main; main(['--help']);"
        "sys.stderr.write(json.dumps([*sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {*json.loads(done.stderr)}

    assert not loaded & {f"cmtel.cli.{name}" for name in [*COMMANDS, *GROUPS]}
    assert "rich" not in loaded
    for name in [*COMMANDS, *GROUPS]:
        assert f"\n  {name} " in done.stdout
