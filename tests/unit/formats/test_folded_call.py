"""One call of legs of any switch: money, parties, and segments that share their start."""

from __future__ import annotations

import pytest

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.folded_call import fold_by_time
from cmtel.formats.seam import DecodeOptions
from tests.builders import a_call
from tests.format_samples import RECEIVED


def money(*legs: tuple[str | None, int | None, str | None]) -> tuple[object, object, object]:
    calls = [a_call(charge=text, charge_cents=cents, currency=unit) for text, cents, unit in legs]
    call = fold_by_time(calls)
    return call.charge, call.charge_cents, call.currency


def test_charges_of_the_legs_are_added_exactly() -> None:
    assert money(("0.10", 10, "EUR"), ("0.205", 21, "EUR")) == ("0.305", 31, "EUR")


def test_a_leg_without_charge_does_not_count() -> None:
    assert money((None, None, None), ("0.20", 20, "EUR")) == ("0.20", 20, "EUR")


def test_currencies_without_cents_are_added_in_their_own_unit() -> None:
    assert money(("10", 10, "JPY"), ("5", 5, "JPY")) == ("15", 15, "JPY")


def test_amounts_of_two_currencies_have_no_sum() -> None:
    assert money(("1.00", 100, "EUR"), ("1.00", 100, "USD")) == (None, None, None)


def test_no_charge_is_not_zero() -> None:
    assert money((None, None, None), (None, None, None)) == (None, None, None)


def test_cents_alone_are_added() -> None:
    assert money((None, 5, "EUR"), (None, 7, "EUR")) == (None, 12, "EUR")


def a_leg(direction: str, remote: str, local: str, minute: int, *, is_answered: bool) -> CallRecord:
    return a_call(
        direction=direction, remote_number=remote, local_number=local, name=None,
        started_at=f"2026-03-01T10:{minute:02}:00", ended_at=f"2026-03-01T10:{minute:02}:50",
        state="CONN" if is_answered else "RING", connected_secs=30 if is_answered else 0,
        ring_ms=20_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("in", "089", "21"), ("in", "089", "22"), ("in", "089", "22", "21")),
        (("internal", "22", "21"), ("internal", "23", "21"), ("internal", "23", "21", "22")),
        (("internal", "22", "21"), ("out", "0171", "22"), ("out", "0171", "21", "22")),
        (("out", "089", "21"), ("internal", "22", "21"), ("out", "089", "21", None)),
    ],
)
def test_who_called_and_who_answered_last(
    first: tuple[str, str, str],
    second: tuple[str, str, str],
    expected: tuple[str, str, str, str | None],
) -> None:
    legs = [a_leg(*second, 5, is_answered=True), a_leg(*first, 1, is_answered=True)]

    call = fold_by_time(legs)

    found = call.direction, call.remote_number, call.local_number, call.forwarded_via
    assert found == expected
    assert (call.connected_secs, call.ring_ms) == (60, 20_000)
    assert (call.started_at, call.ended_at) == ("2026-03-01T10:01:00", "2026-03-01T10:05:50")


def test_segments_of_avaya_follow_one_another() -> None:
    lines = [
        b"2024/02/10 14:30:00,00:00:30,5,03023125010,I,300,300,,0,1000,1,E201,A,T9001,L,0,0,0,n/a,,"
        b"0.10,EUR,,,,,,,,\r\n",
        b"2024/02/10 14:30:00,00:01:00,8,03023125010,I,300,300,,0,1000,0,E202,B,T9001,L,0,0,0,n/a,,"
        b"0.30,EUR,,,,,,,,\r\n",
    ]
    form = registry.get("avaya-ipo")
    rule = form.legs
    assert rule is not None
    assert rule.key is not None
    assert rule.is_last is not None
    found = form.make_decoder(DecodeOptions()).decode(lines, 1, RECEIVED).outcomes
    legs = [each for each in found if isinstance(each, CallRecord)]

    call = rule.fold([legs[1], legs[0]])

    assert [rule.is_last(leg) for leg in legs] == [False, True]
    assert len({rule.key(leg) for leg in legs}) == 1
    assert (call.connected_secs, call.ring_ms, call.ended_at) == (90, 5000, None)
    assert (call.local_number, call.forwarded_via) == ("202", "300")
    assert (call.charge, call.charge_cents) == ("0.30", 30)
