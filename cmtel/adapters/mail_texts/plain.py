"""A letter as plain text.

Blocks are parted by empty lines, and the second one is the lead: brief.py relies on it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cmtel.adapters.mail_texts.letter import Step
from cmtel.adapters.mail_texts.sheet import Sheet

WIDTH = 72
#: Labels longer than this get a line of their own.
_LABEL_WIDTH = 30
#: Begins the footer, as a signature does (RFC 3676, section 4.3): mail programs set it apart.
SIGNATURE = "-- "


def plain_text(sheet: Sheet) -> str:
    """Return the text, lines of at most WIDTH characters where words allow it."""
    letter = sheet.letter
    blocks = [_headed(letter.headline, sheet.place), _wrapped(letter.lead)]
    blocks += [_wrapped(paragraph) for paragraph in letter.paragraphs]
    if letter.rows:
        blocks.append("\n".join(_rows(letter.rows)))
    if letter.steps:
        blocks.append(f"{sheet.steps_title}:")
        blocks += [_step(step) for step in letter.steps]
    blocks += [_wrapped(note) for note in letter.notes]
    blocks.append("\n".join([SIGNATURE, *map(_wrapped, sheet.footer)]))
    return "\n\n".join(blocks) + "\n"


def _headed(headline: str, place: str) -> str:
    lines = [_wrapped(headline), "=" * min(WIDTH, len(headline))]
    return "\n".join([*lines, _wrapped(place)] if place else lines)


def _rows(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    width = min(_LABEL_WIDTH, max(len(label) for label, _ in rows) + 2)
    for label, value in rows:
        yield _wrapped(value, f"{label}: ".ljust(width + 1), " " * (width + 1))


def _step(step: Step) -> str:
    text = _wrapped(step.text, "* ", "  ")
    return f"{text}\n      {step.command}" if step.command else text


def _wrapped(text: str, first: str = "", other: str = "") -> str:
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=other,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines) or first.rstrip()
