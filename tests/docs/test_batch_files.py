"""The samples for batch files: commands that exist, statuses compared as they must be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cmtel.errors import ExitStatus

FOLDER = Path(__file__).parents[2] / "sample_configs"
FILES = sorted(FOLDER.glob("*.cmd"))
#: The published command line, as far as batch files may use it: command and options.
COMMANDS = {
    "config check": set[str](),
    "doctor": set[str](),
    "init": {"--output", "--force", "--url", "--table", "--format", "--source", "--time-zone"},
    "journal dead-letters list": set[str](),
    "journal import": {"--url", "--table", "--format", "--opt", "--timezone", "--year-hint"},
    "journal validate": {"--url", "--table"},
    "notifier explain": set[str](),
    "journal create-table": {"--if-missing"},
    "notifier install": {"--account", "--now"},
    "notifier resume": set[str](),
    "notifier start": set[str](),
    "notifier status": set[str](),
    "status": {"--check"},
}
GLOBAL_OPTIONS = {"--config", "--json", "--quiet", "--verbose", "--lang"}


def code(path: Path) -> list[str]:
    lines = path.read_text(encoding="ascii").splitlines()
    return [line.strip() for line in lines if not line.lower().startswith(("rem ", "@"))]


def calls(path: Path) -> list[str]:
    """Command lines of cmtel, those in messages too."""
    found = [re.split(r"\bcmtel (?=[a-z])", line, maxsplit=1)[1:] for line in code(path)]
    return [part for parts in found for part in parts if not part.startswith("ended")]


def test_there_are_the_samples() -> None:
    names = {path.name for path in FILES}

    assert names == {"check-journal.cmd", "import-nightly.cmd", "install.cmd", "first-steps.cmd"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_lines_end_as_cmd_needs_it(path: Path) -> None:
    data = path.read_bytes()

    assert data.count(b"\n") == data.count(b"\r\n") > 10
    assert b"\r\r" not in data
    assert data.isascii(), "a console's code page would show something else"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_commands_and_options_exist(path: Path) -> None:
    found = calls(path)

    assert found
    for line in found:
        command = next((name for name in COMMANDS if f"{line} ".startswith(f"{name} ")), None)
        if command is None:
            assert line.startswith(("is not", "init'")), line
            continue
        options = set(re.findall(r"--[a-z-]+", line))
        assert options <= COMMANDS[command] | GLOBAL_OPTIONS, line


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_statuses_are_compared_one_by_one(path: Path) -> None:
    text = "\n".join(code(path))
    compared = re.findall(r"if %(?:ERRORLEVEL|STATUS)%==([0-9]+) ", text)

    assert not re.search(r"if\s+(not\s+)?errorlevel", text, re.IGNORECASE)
    assert len(compared) >= 4
    assert {int(number) for number in compared} <= {status.value for status in ExitStatus}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_jump_has_its_label_and_every_end_a_status(path: Path) -> None:
    lines = code(path)
    labels = [line[1:] for line in lines if line.startswith(":")]
    jumps = {match for line in lines for match in re.findall(r"goto (\w+)", line)}

    assert jumps == {*labels}
    assert len(labels) == len({*labels})
    assert lines[-1].startswith("exit /b ")
    for index, line in enumerate(lines):
        if line.startswith(":"):
            before = [each for each in lines[:index] if each][-1]
            assert before.startswith("exit /b "), f"{line} is fallen into"
