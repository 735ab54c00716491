"""Whatever stands in the file, reading it ends in settings or in one ConfigError."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.describe.document import write_document
from cmtel.config.describe.example import EXAMPLE, complete
from cmtel.config.describe.outline import Element, outline
from cmtel.config.kinds import Known
from cmtel.config.model import Config
from cmtel.errors import ConfigError
from tests.unit.config.settings_text import read

COMPLETE = write_document(complete(), heading=["all"], example=EXAMPLE).encode("utf-8")
WORLD = Known(formats=frozenset({"avaya-ipo"}))


def names_in(element: Element) -> set[str]:
    own = {element.name, *(each.name for each in element.attributes)}
    return own.union(*(names_in(child) for child in element.children))


NAMES = sorted(names_in(outline(Config)))
VALUES = st.one_of(st.sampled_from(["", "1", "true", "5m", "*", "%X%"]), st.text(max_size=8))


def reads_or_refuses(data: bytes) -> None:
    refusal = None
    try:
        read(data, WORLD)
    except ConfigError as error:
        refusal = error

    if refusal is not None:
        assert refusal.message
        assert "\n" not in refusal.message
        assert all(problem.startswith("CmTelNotifier") for problem in refusal.problems)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    reads_or_refuses(data)


@given(
    st.lists(
        st.tuples(st.integers(0, len(COMPLETE) - 1), st.integers(0, 8), st.binary(max_size=6)),
        min_size=1,
        max_size=4,
    )
)
def test_a_file_with_some_bytes_changed(edits: list[tuple[int, int, bytes]]) -> None:
    data = COMPLETE
    for start, length, new in edits:
        data = data[:start] + new + data[start + length :]

    reads_or_refuses(data)


def _element(name: str, attributes: dict[str, str], inner: list[str]) -> str:
    given_attributes = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{given_attributes}>{''.join(inner)}</{name}>"


TREES = st.recursive(
    st.just(""),
    lambda inner: st.builds(
        _element,
        st.sampled_from(NAMES),
        st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)


@given(st.lists(TREES, max_size=6))
def test_known_names_in_any_order_and_place(trees: list[str]) -> None:
    text = f'<CmTelNotifier version="1">{"".join(trees)}</CmTelNotifier>'

    reads_or_refuses(text.encode("utf-8", "replace"))
