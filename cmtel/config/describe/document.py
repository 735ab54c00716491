"""Settings written as an XML document in which every option has its comment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from cmtel.config.describe.outline import Attribute, Element, outline
from cmtel.config.describe.words import default_words
from cmtel.config.model import Config

_WIDTH = 100
_STEP = "  "

#: An element's attributes and children, in the mapping's spelling.
Content = Mapping[str, Any]


def write_document(content: Content, *, heading: Sequence[str], example: Content) -> str:
    """Return ``content`` as a document.

    Elements that it lacks are described all the same, and shown as in ``example``, in comments.
    The first of several elements of a name carries the description.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += _comment(heading, "")
    lines += _element(outline(Config), content, example, "", is_described=True)
    return "\n".join(lines) + "\n"


def _element(
    element: Element, content: Content, example: Content, margin: str, *, is_described: bool
) -> Iterator[str]:
    if is_described:
        yield from _comment(_describe(element), margin)
    start = _start(element, content, margin)
    text = content.get("#text")
    inner = list(_inner(element, content, example, margin + _STEP, is_described=is_described))
    if inner:
        yield from (*start[:-1], f"{start[-1]}>", *inner, f"{margin}</{element.name}>")
    elif text is None:
        yield from (*start[:-1], f"{start[-1]}/>")
    else:
        yield from (*start[:-1], f"{start[-1]}>{escape(str(text))}</{element.name}>")


def _inner(
    element: Element, content: Content, example: Content, margin: str, *, is_described: bool
) -> Iterator[str]:
    for child in element.children:
        shown = _as_list(example.get(child.name))[:1]
        present = _as_list(content.get(child.name))
        for index, each in enumerate(present):
            described = is_described and index == 0
            below = shown[0] if shown else {}
            yield from _element(child, each, below, margin, is_described=described)
        if not present and is_described:
            yield from _absent(child, shown, margin)


def _absent(element: Element, example: Sequence[Content], margin: str) -> Iterator[str]:
    """Describe an element that is not there, all that may stand in it, and show how it looks."""
    for each in _family(element):
        yield from _comment(_describe(each), margin)
    lines = [
        line for each in example for line in _element(element, each, {}, margin, is_described=False)
    ]
    if lines:
        yield f"{margin}<!--"
        yield from lines
        yield f"{margin}-->"


def _family(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _family(child)


def _as_list(content: Any) -> list[Content]:
    if content is None:
        return []
    return list(content) if isinstance(content, (list, tuple)) else [content]


def _start(element: Element, content: Content, margin: str) -> list[str]:
    """The start tag without its end, wrapped between attributes."""
    line = f"{margin}<{element.name}"
    lines = []
    for attribute in element.attributes:
        if f"@{attribute.name}" not in content:
            continue
        part = f" {attribute.name}={quoteattr(str(content[f'@{attribute.name}']))}"
        if len(line) + len(part) > _WIDTH - 2:
            lines.append(line)
            line = margin + _STEP
        line += part
    return [*lines, line]


def _describe(element: Element) -> list[str]:
    attributes = ((element.text,) if element.text else ()) + element.attributes
    return [f"{element.name}: {element.meaning}", *map(_sentence, attributes)]


def _sentence(attribute: Attribute) -> str:
    name = "(text)" if attribute.name == "#text" else attribute.name
    default = default_words(attribute)
    ending = default if attribute.is_needed else f"default: {default}"
    return f"  {name}: {attribute.meaning} ({attribute.kind.says}; {ending})"


def _comment(paragraphs: Sequence[str], margin: str) -> Iterator[str]:
    """The paragraphs as one comment; a double hyphen would end it early."""
    wrapped = [line for each in paragraphs for line in _wrap(each, margin)]
    if len(wrapped) == 1:
        yield f"{margin}<!-- {wrapped[0].strip()} -->"
        return
    yield f"{margin}<!-- {wrapped[0].strip()}"
    yield from wrapped[1:-1]
    yield f"{wrapped[-1]} -->"


def _wrap(paragraph: str, margin: str) -> list[str]:
    own = paragraph[: len(paragraph) - len(paragraph.lstrip())]
    first = f"{margin}     {own}"
    return textwrap.wrap(
        paragraph.strip().replace("--", "- -"),
        width=_WIDTH - 5,
        initial_indent=first,
        subsequent_indent=first + _STEP,
        break_long_words=False,
        break_on_hyphens=False,
    )
