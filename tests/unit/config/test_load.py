"""Bytes to a mapping: encodings, and what is refused."""

from __future__ import annotations

import pytest

from cmtel.config.load import MAX_FILE_BYTES, ForeignSettings, load
from cmtel.errors import ConfigError, ExitStatus
from tests.unit.config.settings_text import read, settings

HOTEL = settings('<Hotel id="x" name="Hotel Atlântico"/>')


def declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>{HOTEL}'


def refusal(data: bytes) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(data, "x.xml")
    assert "\n" not in caught.value.message
    assert caught.value.exit_status is ExitStatus.CONFIGURATION
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        HOTEL.encode("utf-8"),
        declared("utf-8").encode("utf-8-sig"),
        declared("utf-16").encode("utf-16"),
        b"\xfe\xff" + declared("utf-16").encode("utf-16-be"),
        declared("iso-8859-1").encode("latin-1"),
        declared("windows-1252").encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 big", "latin-1", "windows-1252"],
)
def test_the_encoding_is_that_of_the_declaration(data: bytes) -> None:
    assert read(data).hotel.name == "Hotel Atlântico"


def test_malformed_xml_is_told_with_line_and_column() -> None:
    error = refusal(b'<CmTelNotifier version="1">\n  <Hotel></Hotels>\n</CmTelNotifier>')

    assert error.message == "x.xml, line 2, column 12: mismatched tag."


def test_an_attribute_given_twice_is_malformed() -> None:
    assert "duplicate attribute" in refusal(b'<CmTelNotifier version="1" version="1"/>').message


def test_bytes_that_are_no_utf_8_get_the_cure() -> None:
    error = refusal(HOTEL.encode("latin-1"))

    assert "windows-1252" in (error.hint or "")


def test_an_empty_file_gets_the_cure() -> None:
    assert "cmtel init" in (refusal(b" \n").hint or "")


@pytest.mark.parametrize("encoding", ["klingon", "utf-7", "euc-jp"])
def test_an_encoding_that_cannot_be_read_is_said(encoding: str) -> None:
    assert "encoding" in refusal(declared(encoding).encode("ascii", "ignore")).message


BOMB = b"""<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><CmTelNotifier version="1">&c;</CmTelNotifier>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE CmTelNotifier SYSTEM "file:///etc/passwd"><CmTelNotifier version="1"/>',
        b"<!DOCTYPE CmTelNotifier><CmTelNotifier version='1'/>",
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        b'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><r/>',
    ],
)
def test_document_types_and_entities_are_refused_in_a_line(data: bytes) -> None:
    assert "document type" in refusal(data).message


def test_character_references_and_the_five_entities_of_xml_are_read() -> None:
    text = settings('<Hotel name="a &amp; b &lt; &#233;"/>')

    assert read(text).hotel.name == "a & b < é"


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    error = refusal(b"<" * (MAX_FILE_BYTES + 1))

    assert "larger than a megabyte" in error.message


def test_ten_megabytes_are_refused() -> None:
    assert "larger than a megabyte" in refusal(b"<CmTelNotifier>" + b" " * 10**7).message


def test_a_file_below_the_limit_is_read_however_long() -> None:
    padding = " " * (MAX_FILE_BYTES - 1000)

    assert read(settings(f"<Hotel id='x'/>{padding}")).hotel.id == "x"


def test_elements_nested_beyond_reason_are_refused() -> None:
    deep = b"<CmTelNotifier version='1'>" + b"<a>" * 100_000

    assert "nested too deeply" in refusal(deep).message


@pytest.mark.parametrize(
    "data",
    [
        b"<CmTelNotifier><Email>a@b</Email></CmTelNotifier>",
        b"<CmTelNotifier/>",
        b"<CmTelNotifier>text</CmTelNotifier>",
        b"<configuration version='1'/>",
        b"<cmtelnotifier version='1'/>",
    ],
)
def test_another_programs_file_is_named_and_left_alone(data: bytes) -> None:
    with pytest.raises(ForeignSettings) as caught:
        load(data, "C:\\Windows\\CmTelNotifier.xml")

    assert caught.value.exit_status is ExitStatus.CONFIGURATION
    assert "C:\\Windows\\CmTelNotifier.xml" in caught.value.message
    assert "left alone" in caught.value.message
    assert caught.value.hint


def test_what_an_xml_editor_adds_for_the_xsd_is_accepted() -> None:
    read(
        settings(
            attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:noNamespaceSchemaLocation="CmTelNotifier.xsd"'
        )
    )
