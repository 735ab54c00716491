"""Where a call's charge is from, and which calls have none."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.row_mapping import Column
from cmtel.domain.tariffs import Hours, Tariff, TariffTable
from cmtel.services.price_enricher import PriceEnricher
from tests.builders import a_call

D = Decimal
TABLE = TariffTable(
    [
        Tariff("+55", D("0.20")),
        Tariff("+55", D("0.10"), hours=Hours(time(21), time(7))),
        Tariff("+1", D("2"), hours=Hours(time(21), time(7))),
        Tariff("190", D(0)),
    ],
    "BRL",
)
UNPRICED = {"charge": None, "charge_cents": None, "currency": None}
NUMBERS = st.none() | st.integers(-(2**40), 2**40)
NOTHING = (None, None, None, None)
NONE = (None, None, None, "none")
UNKNOWN = (None, None, None, "unknown")


def charged(key: str | None, *, zero_is_unknown: bool = False, **changes: Any) -> tuple[Any, ...]:
    call = a_call(**{"direction": "out", **UNPRICED, **changes})
    known: dict[str, Column] = {"Cmtel_E164": [key], "Journal_Rufnummer": [call.remote_number]}
    PriceEnricher(TABLE, zero_is_unknown=zero_is_unknown).enrich([call], known)
    names = ("Journal_Gebühren", "Cmtel_Charge", "Cmtel_Currency", "Cmtel_PriceStatus")
    return tuple(known[name][0] for name in names)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (20, D("0.20"), "BRL", "tariff")),
        ({"connected_secs": 61}, (40, D("0.40"), "BRL", "tariff")),
        ({"started_at": "2026-03-01T23:11:12-03:00"}, (10, D("0.10"), "BRL", "tariff")),
        (
            {"started_at": "2026-03-01T06:59:00", "connected_secs": 300},
            (50, D("0.50"), "BRL", "tariff"),
        ),
        ({"started_at": None}, UNKNOWN),
        ({"connected_secs": None}, UNKNOWN),
        ({"direction": "in"}, NOTHING),
        ({"direction": "internal"}, NOTHING),
        ({"direction": None}, NOTHING),
        ({"state": "RING", "connected_secs": 0}, NOTHING),
        ({"state": "BUSY", "connected_secs": 0}, NOTHING),
        (
            {"charge": "1.20", "charge_cents": 120, "currency": "EUR"},
            (120, D("1.20"), "EUR", "source"),
        ),
        ({"charge": "1.20", "charge_cents": 120}, (120, D("1.20"), "BRL", "source")),
        ({"charge": "0.00", "charge_cents": 0}, (0, D("0.00"), "BRL", "source")),
        ({"charge": "1.20", "direction": "in"}, (120, D("1.20"), "BRL", "source")),
    ],
)  # fmt: skip
def test_a_charge_is_the_sources_or_the_tariffs(
    changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert charged("+5511987654321", **changes) == expected


def test_no_tariff_is_no_charge() -> None:
    assert charged("+493023125010") == NONE
    assert charged("+12125550123") == NONE


def test_short_numbers_are_priced_as_dialled() -> None:
    assert charged(None, remote_number="190") == (0, D("0.00"), "BRL", "tariff")
    assert charged(None, remote_number="193") == NONE
    assert charged(None, remote_number=None) == UNKNOWN


def test_a_zero_of_the_source_may_be_unknown() -> None:
    assert charged("+5511987654321", zero_is_unknown=True, charge="0.00")[3] == "tariff"
    assert charged("+5511987654321", zero_is_unknown=True, charge="0.00", direction="in")[0] == 0
    assert charged("+5511987654321", zero_is_unknown=True, charge="0.01")[3] == "source"


@given(st.text(max_size=8) | st.sampled_from(["NaN", "1E+999999", "-1.5", "1.", "0"]), NUMBERS)
def test_whatever_stands_in_a_record_is_no_error(charge: str, secs: int | None) -> None:
    row = charged("+5511987654321", charge=charge, connected_secs=secs)

    assert row[3] == "source"
    assert row[1] is None or row[1] == D(charge)


@given(NUMBERS, st.none() | st.datetimes().map(datetime.isoformat), st.none() | st.text())
def test_whatever_is_to_be_priced_has_a_status(
    secs: int | None, started: str | None, key: str | None
) -> None:
    units, amount, currency, status = charged(key, connected_secs=secs, started_at=started)

    assert status in {"tariff", "none", "unknown"}
    assert (
        (status == "tariff") == (units is not None) == (amount is not None) == (currency == "BRL")
    )


def test_a_sources_charge_is_in_the_minor_units_of_the_tariffs_currency() -> None:
    known: dict[str, Column] = {}
    chile = PriceEnricher(TariffTable([], "CLP"))
    chile.enrich([a_call(charge="1500", charge_cents=150000, currency=None)], known)

    assert known["Journal_Gebühren"] == [1500]


def test_without_number_plans_numbers_are_as_dialled() -> None:
    known: dict[str, Column] = {}
    call = a_call(direction="out", remote_number="190", **UNPRICED)
    PriceEnricher(TABLE).enrich([call], known)

    assert known["Cmtel_PriceStatus"] == ["tariff"]
