"""Direction by numbers and contexts."""

from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats.direction import NumberPlan, parties


@pytest.mark.parametrize(
    ("caller", "called", "direction"),
    [
        ("201", "202", "internal"),
        ("201", "030123456", "out"),
        ("030123456", "201", "in"),
        ("030123456", "030654321", None),
        (None, "201", "in"),
        ("201", None, "internal"),
        (None, None, "in"),
        ("ann", "*97", "internal"),
        ("+4930", "ann.b", "in"),
        ("12345", "123456", "out"),
    ],
)
def test_numbers_tell_the_direction(
    caller: str | None, called: str | None, direction: str | None
) -> None:
    assert NumberPlan({}).direction(caller, called) == direction


@pytest.mark.parametrize(
    ("context", "direction"),
    [
        ("from-trunk-2", "in"),
        ("public", "in"),
        ("outgoing", "out"),
        ("From-Trunk", None),
        ("", None),
    ],
)
def test_between_external_numbers_the_context_tells(context: str, direction: str | None) -> None:
    assert NumberPlan({}).direction("030123456", "030654321", context) == direction


def test_contexts_and_internal_numbers_can_be_named() -> None:
    plan = NumberPlan(
        {"internal": r"7\d{6}", "inbound-contexts": "a*, b?", "outbound-contexts": ""}
    )

    assert plan.direction("7123456", "201") == "out"
    assert plan.direction("0301", "201", "bx") == "in"
    assert plan.direction("0301", "201", "from-internal") is None


def test_a_bad_expression_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="internal"):
        NumberPlan({"internal": "("})


@pytest.mark.parametrize("direction", ["out", "internal", None])
def test_only_for_in_the_caller_is_the_other_party(direction: str | None) -> None:
    assert parties("in", "caller", "called") == ("caller", "called")
    assert parties(direction, "caller", "called") == ("called", "caller")  # type: ignore[arg-type]  # drawn as text
