"""vCards as telephones, Outlook and Nextcloud write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.vcards import read_cards

THREE = """BEGIN:VCARD
VERSION:3.0
N:Muster;Zoë;;Dr.;
FN:Zoë Muster
ORG:Muster\\, Söhne & Co;Einkauf
item1.TEL;TYPE=work,voice;TYPE=pref:+49 30 12345-0
TEL;TYPE=cell:0171 5555
 555
UID:a-1
NOTE:zwei\\nZeilen
END:VCARD
"""

FOUR = """BEGIN:VCARD
VERSION:4.0
FN:Anna
TEL;VALUE=uri;TYPE="voice,home":tel:+49-40-1;ext=2
END:VCARD
BEGIN:VCARD
FN:ohne Ende
"""

TWO_ONE = """BEGIN:VCARD
VERSION:2.1
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =
M=C3=BCller
TEL;CELL:1
END:VCARD
"""


def cards(text: str) -> list[dict[str, list[str]]]:
    return [dict(card) for card in read_cards(text.splitlines(keepends=True))]


def test_a_card_of_version_3() -> None:
    (card,) = cards(THREE)

    assert card["TEL"] == ["+49 30 12345-0", "0171 5555555"]
    assert card["FN"] == ["Zoë Muster"]
    assert card["N"] == ["Zoë Muster"]
    assert card["ORG"] == ["Muster, Söhne & Co"]
    assert card["UID"] == ["a-1"]
    assert card["NOTE"] == ["zwei\nZeilen"]


def test_a_card_of_version_4_and_one_without_its_end() -> None:
    (card,) = cards(FOUR)

    assert card["TEL"] == ["tel:+49-40-1;ext=2"]


def test_quoted_printable_of_version_2_1() -> None:
    (card,) = cards(TWO_ONE)

    assert card["FN"] == ["Jörg Müller"]


def test_lines_may_end_in_any_way() -> None:
    assert cards(THREE.replace("\n", "\r\n")) == cards(THREE)


@given(st.text(alphabet='BEGIN:VCARD\n;="\\ tel,ENDFNORG.', max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(cards(text), list)
    assert isinstance(cards(f"BEGIN:VCARD\n{text}\nEND:VCARD\n"), list)
