"""Paths in the settings file: relative ones count from the file, ``%VAR%`` is expanded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cmtel.config.kinds import Kind, Known


def resolve_path(text: str, known: Known) -> Path:
    """Return the path that ``text`` means; ``%%`` is a percent sign.

    Raises:
        ValueError: It is empty, has a NUL, or names a variable that is not set.
    """
    if not text:
        raise ValueError("is empty; fill it in")
    if "\0" in text:
        raise ValueError("must be a path, without NUL")
    path = Path(_expand(text, known))
    return known.folder / path if known.folder is not None else path


def _expand(text: str, known: Known) -> str:
    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        if name and name not in known.environment:
            raise ValueError(f"uses %{name}%, which is not set in the environment")
        return known.environment[name] if name else "%"

    return re.sub(r"%([A-Za-z_][A-Za-z0-9_()]*|)%", value_of, text)


@dataclass(frozen=True, slots=True)
class FilePath(Kind):
    """A path of a file or folder; its value is a Path."""

    def read(self, text: str, known: Known) -> Path:
        return resolve_path(text, known)

    @property
    def says(self) -> str:
        return "a path; relative ones count from this file, %NAME% is an environment variable"
