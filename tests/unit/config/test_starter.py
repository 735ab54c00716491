"""What ``cmtel init`` writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.describe.outline import Element, outline
from cmtel.config.model import Config
from cmtel.config.starter import Wishes, source_attributes, starter_content, write_starter
from cmtel.domain.source_address import parse_source_address
from tests.unit.config.settings_text import problems_of, read

ALL = Wishes(
    url="sqlite:///x.db",
    table="dbo.calls",
    format_name="jsonl",
    source="tcp-listen:127.0.0.1:9000",
    time_zone="Europe/Berlin",
    hotel_id='H "042" <&>',
    language="de",
)


def written(wishes: Wishes) -> str:
    return write_starter(starter_content(wishes))


def test_without_wishes_only_the_database_has_to_be_filled_in() -> None:
    assert problems_of(written(Wishes())) == [
        "CmTelNotifier/Database/@url: is empty; fill it in",
    ]


def test_a_source_without_format_has_blanks() -> None:
    wishes = Wishes(url="sqlite://", source="file:/var/cdr.log")

    assert problems_of(written(wishes)) == [
        "CmTelNotifier/Journal/Source[1]/@format: is empty; fill it in"
    ]


def test_all_wishes_are_in_the_file() -> None:
    config = read(written(ALL))

    assert config.database is not None
    assert config.database.url == ALL.url
    assert config.journal.table == ALL.table
    assert config.journal.sources[0].text == ALL.source
    assert config.journal.sources[0].format == ALL.format_name
    assert str(config.time_zone) == ALL.time_zone
    assert config.hotel.id == ALL.hotel_id
    assert config.language == ALL.language


def every_element(element: Element) -> list[Element]:
    return [element, *(each for child in element.children for each in every_element(child))]


@pytest.mark.parametrize("wishes", [Wishes(), ALL])
def test_every_option_has_a_comment(wishes: Wishes) -> None:
    text = " ".join(written(wishes).split())

    for element in every_element(outline(Config)):
        assert f"{element.name}: {element.meaning}".replace("--", "- -") in text
        for attribute in element.attributes:
            assert f"{attribute.name}: {attribute.meaning}" in text, attribute


def test_no_line_is_too_long() -> None:
    assert max(map(len, written(ALL).splitlines())) <= 100


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_any_identifier_comes_back(identifier: str) -> None:
    assert read(written(Wishes(url="sqlite://", hotel_id=identifier))).hotel.id == identifier


@pytest.mark.parametrize(
    "text",
    [
        "tcp-listen:0.0.0.0:9000",
        "tcp:[::1]:2300",
        "udp-listen:127.0.0.1:514",
        "file:/var/cdr/*.log",
        "serial:/dev/ttyUSB0?baud=1200&mode=7E2",
        "stdin",
        "https://switch/cdr",
        "nats://hub:4222",
    ],
)
def test_every_kind_of_source_can_be_wished_for(text: str) -> None:
    wishes = Wishes(url="sqlite://", source=text, format_name="jsonl")

    assert read(written(wishes)).journal.sources[0].text == text
    assert source_attributes(parse_source_address(text))["@kind"]
