"""Headings, directions and states in words."""

from __future__ import annotations

import pytest

from cmtel.formats.proposal.words import direction_map, heading_field, option_of, state_map


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Ramal", "local_number"), ("Nebenstelle", "local_number"), ("Duração", "connected"),
        ("Rufdauer_ms", "ring"), ("Journal_Zeitpunkt", "datetime"), ("DIRECTION", "direction"),
        ("Gebühren", "charge"), ("Call ID", "call_id"), ("colour", None), ("", None),
    ],
)  # fmt: skip
def test_headings_in_several_languages(heading: str, name: str | None) -> None:
    assert heading_field(heading) == name


@pytest.mark.parametrize(
    ("words", "mapped"),
    [
        (["E", "S"], {"E": "in", "S": "out"}),
        (["E", "A"], {"E": "in", "A": "out"}),
        (["K", "G"], {"K": "in", "G": "out"}),
        (["I", "O"], {"I": "in", "O": "out"}),
        (["Entrada", "Saída", "Interna"],
         {"Entrada": "in", "Saída": "out", "Interna": "internal"}),
        (["->", "<-"], {"->": "out", "<-": "in"}),
    ],
)  # fmt: skip
def test_words_for_directions(words: list[str], mapped: dict[str, str]) -> None:
    assert direction_map(words, is_named=False) == mapped


def test_a_single_letter_proves_nothing_without_a_heading() -> None:
    assert direction_map(["E"], is_named=False) is None
    assert direction_map(["E"], is_named=True) == {"E": "in"}


@pytest.mark.parametrize("words", [["A", "B"], ["E", "O"], []])
def test_what_is_no_direction(words: list[str]) -> None:
    assert direction_map(words, is_named=False) is None


def test_states() -> None:
    found = state_map(["ANSWERED", "No Answer", "besetzt", "Não atendida"])

    assert found == {
        "ANSWERED": "CONN", "No Answer": "RING", "besetzt": "BUSY", "Não atendida": "RING",
    }  # fmt: skip
    assert state_map(["CONN", "perhaps"]) is None


def test_words_that_are_values_need_no_map() -> None:
    assert option_of({"in": "in", "out": "out"}) == ""
    assert option_of({"I": "in"}) == "I=in"
