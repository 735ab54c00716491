"""A letter with what stands around it: the same on every mail of a site."""

from __future__ import annotations

from dataclasses import dataclass

from cmtel.adapters.mail_texts.letter import Letter
from cmtel.config.languages import Language


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is laid out as plain text and as HTML.

    ``site`` and ``feed`` may be empty. ``footer``: lines below all.
    """

    letter: Letter
    language: Language
    site: str
    feed: str
    steps_title: str
    footer: tuple[str, ...]

    @property
    def place(self) -> str:
        """Site and feed in one line."""
        return " \N{EN DASH} ".join(part for part in (self.site, self.feed) if part)
