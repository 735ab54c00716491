"""What pydantic found, in the words of the XML: path, line, sentence, suggestion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cmtel.config.describe.outline import Element, outline
from cmtel.config.load import Place
from cmtel.config.model import ROOT, Config
from cmtel.config.section import Broken
from cmtel.config.suggest import near

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: Where in the mapping: names as in the XML, and places in lists from 0.
Location = tuple[str | int, ...]


def explain(error: ValidationError, lines: Mapping[Place, int]) -> list[str]:
    """Return a sentence for each problem, in the order of the file."""
    found = [item for detail in error.errors() for item in _sentences(detail)]
    placed = [(_line(location, lines), _path(location), text) for location, text in found]
    placed.sort(key=lambda item: item[0])
    return [f"{path} (line {line}): {text}" for line, path, text in placed]


def explain_element(error: ValidationError) -> list[tuple[str, str]]:
    """Return (attribute, sentence) for each problem of a single element that stands in no file."""
    found = [item for detail in error.errors() for item in _sentences(detail)]
    return [(str(location[-1]).lstrip("@"), text) for location, text in found]


def _sentences(detail: ErrorDetails) -> Iterator[tuple[Location, str]]:
    location: Location = detail["loc"]
    context: dict[str, Any] = detail.get("ctx", {})
    broken = context.get("error")
    if isinstance(broken, Broken):
        for below, text in broken.problems:
            yield (*location, *below), text
    elif detail["type"] == "missing":
        yield location, _missing(location)
    elif detail["type"] == "extra_forbidden":
        yield location, _unknown(location)
    elif detail["type"] == "literal_error":
        yield location, f"must be {_words(context)} (got {str(detail['input'])[:60]!r})"
    else:
        yield location, detail["msg"]


def _missing(location: Location) -> str:
    return "is missing" if location[-1] != "#text" else "is empty; fill it in"


def _words(context: Mapping[str, Any]) -> str:
    words = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return f"one of {words}" if "," in words else words


def _unknown(location: Location) -> str:
    name = str(location[-1])
    if name == "#text":
        return "has text beside its attributes and elements, where none is expected"
    known = _element_at(location[:-1])
    bare, is_attribute = name.lstrip("@"), name.startswith("@")
    attributes = [each.name for each in known.attributes]
    elements = [each.name for each in known.children]
    same, other = (attributes, elements) if is_attribute else (elements, attributes)
    what = "attribute" if is_attribute else "element"
    if bare in other:
        return (
            f"is no {what}, but an {'element' if is_attribute else 'attribute'}: write {bare}=..."
        )
    hint = near(bare, same)
    return f"is no known {what}" + (f"; {hint}" if hint else f"; known: {', '.join(same) or '-'}")


def _element_at(location: Location) -> Element:
    here = outline(Config)
    for name in location:
        if isinstance(name, str):
            here = next(child for child in here.children if child.name == name)
    return here


def _steps(location: Location) -> Iterator[tuple[str, int | None]]:
    """The names of ``location``, each with its place in a list if it is in one."""
    for index, name in enumerate(location):
        if isinstance(name, str):
            after = location[index + 1] if index + 1 < len(location) else None
            yield name, after if isinstance(after, int) else None


def _path(location: Location) -> str:
    steps = [ROOT]
    for name, place in _steps(location):
        if name != "#text":
            steps.append(name if place is None else f"{name}[{place + 1}]")
    return "/".join(steps)


def _line(location: Location, lines: Mapping[Place, int]) -> int:
    """The line of the innermost element of ``location`` that stands in the file."""
    place: Place = ((ROOT, 0),)
    line = lines.get(place, 1)
    for name, index in _steps(location):
        place = (*place, (name, index or 0))
        line = lines.get(place, line)
    return line
