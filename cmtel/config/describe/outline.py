"""The models as a tree of elements and attributes; all descriptions are written from it."""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cmtel.config.kinds import Choice, Kind, Text
from cmtel.config.model import ROOT
from cmtel.config.section import Section


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute, or (named ``#text``) the text of an element."""

    name: str
    field: str
    kind: Kind
    meaning: str
    is_needed: bool
    default: Any
    #: What a default of None comes to, for people; may be empty.
    default_says: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element: what it is and what may stand in it."""

    name: str
    field: str
    section: type[Section]
    is_repeated: bool
    meaning: str
    attributes: tuple[Attribute, ...]
    text: Attribute | None
    children: tuple[Element, ...]


@cache
def outline(section: type[Section], name: str = ROOT, field: str = "") -> Element:
    """Return the tree below ``section``, which the XML calls ``name``."""
    attributes: list[Attribute] = []
    children: list[Element] = []
    for field_name, info in section.model_fields.items():
        alias = str(info.validation_alias)
        if alias.startswith(("@", "#")):
            attributes.append(_attribute(alias.lstrip("@"), field_name, info))
        else:
            children.append(_child(alias, field_name, info))
    return Element(
        name=name,
        field=field,
        section=section,
        is_repeated=False,
        meaning=" ".join((section.__doc__ or "").split("\n\n")[0].split()),
        attributes=tuple(each for each in attributes if each.name != "#text"),
        text=next((each for each in attributes if each.name == "#text"), None),
        children=tuple(children),
    )


def _attribute(name: str, field: str, info: FieldInfo) -> Attribute:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return Attribute(
        name=name,
        field=field,
        kind=_kind(info.annotation, info.metadata),
        meaning=info.description or "",
        is_needed=info.is_required(),
        default=None if info.is_required() else info.default,
        default_says=str(extra.get("default_says", "")),
    )


def _kind(annotation: Any, metadata: list[Any]) -> Kind:
    for item in metadata:
        if isinstance(item, Kind):
            return item
    if get_origin(annotation) is Literal:
        return Choice(get_args(annotation))
    for part in get_args(annotation):
        if part is not type(None):
            is_annotated = get_origin(part) is Annotated
            return _kind(part, list(part.__metadata__) if is_annotated else [])
    return Text()


def _child(name: str, field: str, info: FieldInfo) -> Element:
    section = _section(info.annotation)
    below = outline(section, name, field)
    is_repeated = get_origin(info.annotation) is tuple
    return replace(below, is_repeated=True) if is_repeated else below


def _section(annotation: Any) -> type[Section]:
    """Return the section in ``Section``, ``Section | None`` or ``tuple[Section, ...]``."""
    if get_origin(annotation) in (Union, types.UnionType, tuple):
        annotation = get_args(annotation)[0]
    section: type[Section] = annotation
    return section
