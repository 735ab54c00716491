"""``cmtel journal price``: a number and a call tried out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmtel.cli.boundary import main

HOTEL = str(Path(__file__).parents[2] / "sample_configs" / "hotel-brazil.xml")


def test_a_call_is_priced_as_the_ingest_would(capsys: pytest.CaptureFixture[str]) -> None:
    """0.20 + 6 x 0.04 = 0.44; x 1.3 + 0.50 = 1.072, on a Wednesday at noon."""
    words = ["journal", "price", "001521987654321", "61", "--at", "2026-03-04T12:00:00"]

    assert main(["--config", HOTEL, "--json", *words]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "outside_line": "0",
        "lcr": "015",
        "number": "21987654321",
        "e164": "+5521987654321",
        "price_status": "tariff",
        "charge": "1.07",
        "currency": "BRL",
        "minor_units": 107,
    }


def test_numbers_can_be_tried_without_a_settings_file(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--number-opt", "country=DE", "--number-opt", "outsideLine=0"]

    assert main(["journal", "price", "003023125010", *words]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "outside line  0",
        "lcr           -",
        "number        03023125010",
        "e164          +493023125010",
    ]


def test_without_settings_there_is_nothing_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "price", "003023125010"]) == 2
    assert "no Numbers and no Tariffs" in capsys.readouterr().err
