"""Commands that a reader can copy, on Windows and elsewhere."""

from __future__ import annotations

import re

_BARE = re.compile(r"[\w.:+-]+")


def shell_word(text: str) -> str:
    """Return ``text`` as one word of a command line, quoted if need be."""
    return text if _BARE.fullmatch(text) else '"{}"'.format(text.replace('"', ""))
