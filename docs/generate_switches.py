"""Write docs/switches/README.md, the index of the pages of the switch families: ``make docs``.

What each page is for stands in its own heading and in its line ``Formats:``; the rest is what the
formats say of themselves. A test compares the index with what this makes.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from cmtel.formats import registry
from cmtel.formats.seam import Format

FOLDER = Path(__file__).with_name("switches")
INDEX = FOLDER / "README.md"

_OPENING = """# Switches

<!-- Made from the pages and the program by `make docs`; changes made here are lost. -->

What to type on the switch, what in the settings file, how to test it, and what to mind. A switch
that is not here: [let cmtel propose a layout](../layouts.md).

| format | switch | how the records come | port | says | legs joined by |
|---|---|---|--:|---|---|
"""
_FORMATS = re.compile(r"^Formats: ((?:`[a-z0-9-]+`(?:, )?)+)\.", re.MULTILINE)


def pages() -> dict[str, list[str]]:
    """Return the formats of each page, by its file name."""
    found = {}
    for path in sorted(FOLDER.glob("*.md")):
        if path != INDEX:
            line = _FORMATS.search(path.read_text(encoding="utf-8"))
            found[path.name] = re.findall("`([a-z0-9-]+)`", line[1]) if line else []
    return found


def index() -> str:
    """Return the index as Markdown: a row a format."""
    page_of = {name: page for page, names in pages().items() for name in names}
    known = [name for name in registry.names() if name in page_of]
    return _OPENING + "".join(_row(registry.get(name), page_of[name]) for name in known)


def _row(form: Format, page: str) -> str:
    cells = (
        f"[{form.name}]({page})", form.switch, form.transport, str(form.default_port or ""),
        form.session.says if form.session else "", form.legs.joined_by if form.legs else "",
    )  # fmt: skip
    return (
        "| " + " | ".join(cell.replace("|", "\\|").replace("*", "\\*") for cell in cells) + " |\n"
    )


def main() -> int:
    """Write the index."""
    INDEX.write_text(index(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{INDEX.relative_to(FOLDER.parent.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
