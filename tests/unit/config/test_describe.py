"""XSD, reference and complete.xml are of the models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import xmlschema

from cmtel.config.describe.document import write_document
from cmtel.config.describe.example import EXAMPLE, complete
from cmtel.config.describe.outline import Attribute, Element, outline
from cmtel.config.describe.reference import reference
from cmtel.config.describe.xsd import schema
from cmtel.config.kinds import Known
from cmtel.config.model import Config
from tests.unit.config.settings_text import SOURCE, journal, read, settings
from tests.unit.config.test_parse import DESIGN_EXAMPLE

SCHEMA = xmlschema.XMLSchema10(schema())
COMPLETE = write_document(complete(), heading=["all"], example=EXAMPLE)


def attributes(element: Element, path: str = "") -> Iterator[tuple[str, Attribute]]:
    here = f"{path}/{element.name}"
    for each in (*element.attributes, *((element.text,) if element.text else ())):
        yield f"{here}/@{each.name}", each
    for child in element.children:
        yield from attributes(child, here)


ATTRIBUTES = list(attributes(outline(Config)))


@pytest.mark.parametrize("text", [COMPLETE, DESIGN_EXAMPLE.strip(), settings(), journal(SOURCE)])
def test_the_xsd_accepts_what_the_check_accepts(text: str) -> None:
    read(text)

    SCHEMA.validate(text)


@pytest.mark.parametrize(
    "text",
    [
        settings("<Hotels/>"),
        settings('<Hotel ident="x"/>'),
        settings("<Database/>"),
        settings('<Check every="5"/>'),
        settings('<Check confirm="11"/>'),
        settings("<Silence mode='never'/>"),
        settings("text"),
        '<CmTelNotifier version="2"/>',
        settings("<Recipients><To quiet='22-06'>a@b</To></Recipients>"),
    ],
)
def test_the_xsd_refuses_wrong_names_and_values(text: str) -> None:
    assert not SCHEMA.is_valid(text)


def test_complete_has_every_option_that_has_a_default() -> None:
    content = complete()

    missing = [
        path
        for path, each in ATTRIBUTES
        if each.default is not None and not _stands(content, path.split("/")[2:])
    ]
    # Two places of Silence, and what is in it: described once.
    assert [path for path in missing if "/Feed/Silence/" not in path] == []


def _stands(content: object, steps: list[str]) -> bool:
    if isinstance(content, list):
        return any(_stands(each, steps) for each in content)
    if not isinstance(content, dict) or steps[0] not in content:
        return False
    return len(steps) == 1 or _stands(content[steps[0]], steps[1:])


def test_complete_is_at_the_defaults() -> None:
    """What the example does not set has to come out as the models' own default."""
    bare = write_document(EXAMPLE, heading=["bare"], example=EXAMPLE)

    assert read(COMPLETE) == read(bare)


@pytest.mark.parametrize(("path", "attribute"), ATTRIBUTES)
def test_every_attribute_says_what_it_means(path: str, attribute: Attribute) -> None:
    assert attribute.meaning.endswith("."), path
    assert attribute.meaning.isascii() or "'" in attribute.meaning
    assert attribute.kind.says
    assert "--" not in attribute.meaning, "a comment of the XML would end there"


@pytest.mark.parametrize(("path", "attribute"), ATTRIBUTES)
def test_every_default_reads_as_itself(path: str, attribute: Attribute) -> None:
    if attribute.default is None:
        return
    text = attribute.kind.write(attribute.default)

    try:
        value = attribute.kind.read(text, Known())
    except NotImplementedError:  # words are checked by pydantic
        value = text
    assert value == attribute.default, path


@pytest.mark.parametrize(("path", "attribute"), ATTRIBUTES)
def test_quantities_end_in_their_unit(path: str, attribute: Attribute) -> None:
    if "duration" in attribute.kind.says:
        assert attribute.field.endswith("_secs"), path


def test_the_reference_has_every_attribute() -> None:
    page = reference()

    for path, attribute in ATTRIBUTES:
        if attribute.name != "#text" and "/Feed/Silence" not in path:
            heading = path.rpartition("/@")[0].lstrip("/")
            section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
            assert f"`{attribute.name}`" in section, path


def test_an_outline_knows_what_is_repeated() -> None:
    found = {child.name: child.is_repeated for child in outline(Config).children}

    assert found["Feed"]
    assert not found["Mail"]
