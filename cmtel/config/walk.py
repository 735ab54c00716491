"""The sections of loaded settings, one after the other, with their paths."""

from __future__ import annotations

from collections.abc import Iterator

from cmtel.config.describe.outline import Element
from cmtel.config.section import Section


def walk(
    section: Section, element: Element, path: str = ""
) -> Iterator[tuple[str, Section, Element]]:
    """Yield path, section and outline of ``section`` and of all below it, in document order."""
    path = path or element.name
    yield path, section, element
    for child in element.children:
        value = getattr(section, child.field)
        if isinstance(value, tuple):
            for index, each in enumerate(value):
                yield from walk(each, child, f"{path}/{child.name}[{index + 1}]")
        elif value is not None:
            yield from walk(value, child, f"{path}/{child.name}")
