"""The documents say what the program does: commands, statuses, version, links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cmtel import __version__
from cmtel.errors import ExitStatus
from docs import generate_commands

TOP = Path(__file__).parents[2]
PAGES = sorted(path for path in [*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
COMMANDS = generate_commands.tree()

LINK = re.compile(r"\[[^\]]*\]\((?!https?://|mailto:)([^)\s]+)\)")
STATUS_ROW = re.compile(r"^\| *(\d+) \| ([a-z ]+?) *\|", re.MULTILINE)
RELEASE = re.compile(r"^## \[?([^\]\s]+)\]?", re.MULTILINE)
MAX_FIRST_LINE = 70


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_says_what_it_does_in_a_line(name: str, command: Any) -> None:
    first = (command.help or "").split("\n")[0]

    assert first.endswith("."), f"{name} has no sentence as its first line of help"
    assert len(first) <= MAX_FIRST_LINE


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_option_has_help(name: str, command: Any) -> None:
    mute = [item.name for item in command.params if not getattr(item, "help", None)]

    assert mute == [], f"{name} has options without help"


def test_the_page_of_the_commands_is_up_to_date() -> None:
    written = generate_commands.PAGE.read_text(encoding="utf-8")

    assert written == generate_commands.page(), "`make docs` writes docs/commands.md anew"


def test_every_command_has_a_heading_of_its_own() -> None:
    page = generate_commands.PAGE.read_text(encoding="utf-8")

    for name, _ in COMMANDS:
        assert re.search(rf"^##+ {re.escape(name)}$", page, re.MULTILINE), name


def test_the_table_of_exit_statuses_is_the_enum() -> None:
    rows = STATUS_ROW.findall((TOP / "README.md").read_text(encoding="utf-8"))
    names = {status.value: status.name.lower().replace("_", " ") for status in ExitStatus}

    assert {int(number): name for number, name in rows} == names


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    headings = RELEASE.findall((TOP / "CHANGELOG.md").read_text(encoding="utf-8"))
    released = [heading for heading in headings if heading != "Unreleased"]

    assert headings[0] in {"Unreleased", __version__}
    assert released[0] == __version__


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(TOP).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """The anchors that a Markdown page gives its headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
