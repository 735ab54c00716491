"""Settings as they are in effect, defaults included and secrets as ``***``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cmtel.config.describe.outline import Attribute, Element, outline
from cmtel.config.journal import SourceOption
from cmtel.config.model import Config
from cmtel.config.secret import MASK, mask_url
from cmtel.config.section import Section
from cmtel.config.walk import walk

#: Options whose values are secrets by their name.
_SECRET_OPTIONS = ("password", "secret", "token")


def as_document(config: Config) -> dict[str, Any]:
    """Return the settings for JSON: the models' own names, durations in seconds, nulls."""
    return _document(config, outline(Config))


def as_pairs(config: Config) -> Iterator[tuple[str, str]]:
    """Yield path and value, as the XML has it, of everything that is given or has a default."""
    for path, section, element in walk(config, outline(Config)):
        for each in _all(element):
            value = getattr(section, each.field)
            if value is not None:
                name = path if each.name == "#text" else f"{path}/@{each.name}"
                yield name, _text(section, each, value)


def _all(element: Element) -> tuple[Attribute, ...]:
    return element.attributes + ((element.text,) if element.text else ())


def _text(section: Section, attribute: Attribute, value: Any) -> str:
    shown = _shown(section, attribute, value)
    return shown if isinstance(shown, str) else attribute.kind.write(value)


def _shown(section: Section, attribute: Attribute, value: Any) -> Any:
    if isinstance(section, SourceOption) and attribute.field == "value":
        is_secret = any(word in section.name.lower() for word in _SECRET_OPTIONS)
        return MASK if is_secret else value
    shown = attribute.kind.show(value)
    return mask_url(shown) if attribute.field in ("address", "url") else shown


def _document(section: Section, element: Element) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for each in _all(element):
        value = getattr(section, each.field)
        document[each.field] = None if value is None else _shown(section, each, value)
    for child in element.children:
        value = getattr(section, child.field)
        if isinstance(value, tuple):
            document[child.field] = [_document(each, child) for each in value]
        else:
            document[child.field] = None if value is None else _document(value, child)
    return document
