"""A proposal in the words of the command line and of the settings file."""

from __future__ import annotations

import shlex

import pytest
import xmltodict

from cmtel.domain.source_address import parse_source_address
from cmtel.formats.proposal.proposal import Proposal
from cmtel.services.layout_words import option_words, source_element

PROPOSAL = Proposal(
    "delimited", {"fields": "datetime,-", "skip": '^"Id";<x>&|^\\t+$', "quote": "'"}, (), ()
)


def test_the_words_are_what_they_were_after_a_shell_has_read_them() -> None:
    assert shlex.split(option_words(PROPOSAL)) == [
        "--format", "delimited", "--opt", "fields=datetime,-",
        "--opt", 'skip=^"Id";<x>&|^\\t+$', "--opt", "quote='",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("tcp:10.0.0.5:2300", {"@kind": "tcp", "@address": "10.0.0.5:2300"}),
        ("tcp-listen:[::]:9000", {"@kind": "tcp-listen", "@address": "[::]:9000"}),
        ("file:C:\\a b\\day.log", {"@kind": "file", "@path": "C:\\a b\\day.log"}),
        ("serial:COM3?baud=1200&mode=7E2",
         {"@kind": "serial", "@device": "COM3", "@baud": "1200", "@mode": "7E2"}),
        ("stdin", {"@kind": "stdin"}),
    ],
)  # fmt: skip
def test_the_element_says_the_same(source: str, place: dict[str, str]) -> None:
    text = source_element(PROPOSAL, parse_source_address(source))

    element = xmltodict.parse(text)["Source"]
    options = {each["@name"]: each["@value"] for each in element.pop("Option")}
    assert options == PROPOSAL.options
    assert element == {"@name": "switch", "@format": "delimited", **place}
