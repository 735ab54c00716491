"""Classes of outgoing calls."""

from __future__ import annotations

import pytest

from cmtel.domain.call_class import call_class


@pytest.mark.parametrize(
    ("direction", "number", "found"),
    [
        ("in", "004930123", "incoming"),
        ("internal", "204", "internal"),
        ("out", "", ""),
        ("out", "110", "short"),
        ("out", "030123456", "national"),
        ("out", "+4930123456", "national"),
        ("out", "00493012345", "national"),
        ("out", "+431234567", "international"),
        ("", "0043123456", "international"),
    ],
)
def test_the_class_of_a_call(direction: str, number: str, found: str) -> None:
    assert call_class(direction, number, "49") == found
