"""Texts inside of an element: the quick way finds what a parser finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import LineRejected
from cmtel.formats.xml_elements import ElementTexts, leaf_texts

trees = st.recursive(
    st.sampled_from(["", "x", " a\n", "é"]),
    lambda inner: st.lists(st.tuples(st.sampled_from("abc"), inner), min_size=1, max_size=3),
    max_leaves=8,
)


def as_xml(tree: object, name: str) -> str:
    if isinstance(tree, str):
        return f"<{name}>{tree}</{name}>"
    assert isinstance(tree, list)
    return f"<{name}>\n{''.join(as_xml(inner, child) for child, inner in tree)} </{name}>"


@given(trees)
def test_the_quick_way_finds_what_a_parser_finds(tree: object) -> None:
    element = as_xml(tree, "root")

    # A comment is nothing that the quick way knows.
    assert leaf_texts(element) == leaf_texts(element.replace("</root>", "<!-- --></root>"))


def test_the_first_leaf_that_is_not_empty_counts_under_its_parent_too() -> None:
    texts = leaf_texts("<r><a><t/><t>1</t></a><b x='2'><t>3 &amp; 4</t></b></r>")

    assert texts == {"t": "1", "a/t": "1", "b/t": "3 & 4"}


@pytest.mark.parametrize(
    "broken",
    ["<a><b>1</a></b>", "<a><b>1</b>", "</a>", "<a>&x;</a>", "<a>1</a>2", "<a \ud800/>"],
)
def test_what_is_not_well_formed_is_refused(broken: str) -> None:
    with pytest.raises(LineRejected):
        leaf_texts(broken)


def test_the_declared_encoding_is_that_of_all_records_after_it() -> None:
    texts = ElementTexts({})
    declared = b"<?xml version='1.0' encoding='Windows-1252'?>\x80"

    assert texts.read([declared, b"\xc3\xa9\x80"])[0][1] == "Ã©€"
    assert ElementTexts({"encoding": "utf-8"}).read([declared, b"\xc3\xa9"])[0][1] == "é"
