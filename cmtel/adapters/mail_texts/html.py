"""A letter as HTML: letter.html, filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from cmtel.adapters.mail_texts.letter import Tone
from cmtel.adapters.mail_texts.sheet import Sheet

#: Background of the headline; white stands on it with a contrast of 4.5 to 1 at least
#: (WCAG 2.2, success criterion 1.4.3).
COLOURS = {
    Tone.ALARM: "#b3261e",
    Tone.WARNING: "#8a5000",
    Tone.GOOD: "#1b6e3c",
    Tone.PLAIN: "#3c4a5a",
}


def html_text(sheet: Sheet) -> str:
    """Return the page; all values are escaped."""
    colour = COLOURS[sheet.letter.tone]
    return _template().render(sheet=sheet, letter=sheet.letter, colour=colour)


@cache
def _template() -> Template:
    """Return the template, read once; it has no state."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("letter.html")
