"""Numbers as four countries dial, send and write them, and their keys.

Sources: the national numbering plans as presented under ITU-T E.129; for Germany BNetzA,
"Struktur und Ausgestaltung des Nummernraums für Ortsnetzrufnummern" and its numbers for drama
(030 23125 000 to 999, 0152 28817386, 0171 39200 00 to 99); for Austria KEM-V 2009 (RTR); for Brazil
Anatel, "Plano de numeração", "Código de Seleção de Prestadora" and Resolução 553/2010 (a 9 before
mobile numbers); for North America NANPA, "NANP dialing plans" (555-01xx is fictitious) and the
101XXXX carrier access codes.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.country_numbers import CountryNumbers, KnownCountries
from cmtel.domain.number_plan import DialPlan, NumberReading, read_extensions
from cmtel.errors import UsageError

BERLIN = NumberReading(
    DialPlan("30", "0", ("010xx", "0100xx"), extension_digits=frozenset({2, 3})),
    CountryNumbers("DE"),
)
VIENNA = NumberReading(
    DialPlan("1", "0", ("10xx",), extensions=read_extensions("10-99")), CountryNumbers("AT")
)
SAO_PAULO = NumberReading(
    DialPlan("11", "0", ("015", "021"), extensions=read_extensions("100-899,9xxx")),
    CountryNumbers("BR"),
)
NEW_YORK = NumberReading(
    DialPlan("212", "9", ("1010xxx",), extension_digits=frozenset({4})), CountryNumbers("US")
)

DIALLED = [
    # sent, outside line, LCR, number, key
    (BERLIN, "023125010", "0", None, "23125010", "+493023125010"),
    (BERLIN, "003023125010", "0", None, "03023125010", "+493023125010"),
    (BERLIN, "000493023125010", "0", None, "00493023125010", "+493023125010"),
    (BERLIN, "0+493023125010", "0", None, "+493023125010", "+493023125010"),
    (BERLIN, "+493023125010", None, None, "+493023125010", "+493023125010"),
    (BERLIN, "0017139200" + "00", "0", None, "0171" + "3920000", "+491713920000"),
    (BERLIN, "0010130171" + "3920000", "0", "01013", "01713920000", "+491713920000"),
    (BERLIN, "00100120171" + "3920000", "0", "010012", "01713920000", "+491713920000"),
    (BERLIN, "00033140205050", "0", None, "0033140205050", "+33140205050"),
    (BERLIN, "0110", "0", None, "110", None),
    (BERLIN, "0112", "0", None, "112", None),
    (BERLIN, "112", None, None, "112", None),
    (BERLIN, "0116117", "0", None, "116117", None),
    (BERLIN, "00110", "0", None, "0110", None),
    (BERLIN, "21", None, None, "21", None),
    (BERLIN, "0", None, None, "0", None),
    (BERLIN, "001013", "0", None, "01013", None),
    (BERLIN, "*21#", None, None, "*21#", None),
    (VIENNA, "05331234", "0", None, "5331234", "+4315331234"),
    (VIENNA, "0015331234", "0", None, "015331234", "+4315331234"),
    (VIENNA, "0" + "1066" + "06641234567", "0", "1066", "06641234567", "+436641234567"),
    (VIENNA, "000493023125010", "0", None, "00493023125010", "+493023125010"),
    (VIENNA, "0144", "0", None, "144", None),
    (VIENNA, "133", None, None, "133", None),
    (VIENNA, "42", None, None, "42", None),
    (SAO_PAULO, "032345678", "0", None, "32345678", "+551132345678"),
    (SAO_PAULO, "0987654321", "0", None, "987654321", "+5511987654321"),
    (SAO_PAULO, "0" + "021987654321", "0", "021", "987654321", "+5511987654321"),
    (SAO_PAULO, "0" + "015" + "2132345678", "0", "015", "2132345678", "+552132345678"),
    (SAO_PAULO, "0" + "041" + "21987654321", "0", None, "04121987654321", "+5521987654321"),
    (SAO_PAULO, "0" + "0021" + "12125550123", "0", None, "002112125550123", "+12125550123"),
    (SAO_PAULO, "0" + "00" + "12125550123", "0", None, "0012125550123", "+12125550123"),
    (SAO_PAULO, "0" + "08001234567", "0", None, "08001234567", "+558001234567"),
    (SAO_PAULO, "0" + "40041234", "0", None, "40041234", "+5540041234"),
    (SAO_PAULO, "0190", "0", None, "190", None),
    (SAO_PAULO, "190", None, None, "190", None),
    (SAO_PAULO, "9123", None, None, "9123", None),
    (NEW_YORK, "95550123", "9", None, "5550123", "+12125550123"),
    (NEW_YORK, "9" + "6465550123", "9", None, "6465550123", "+16465550123"),
    (NEW_YORK, "9" + "16465550123", "9", None, "16465550123", "+16465550123"),
    (NEW_YORK, "9" + "1010288" + "16465550123", "9", "1010288", "16465550123", "+16465550123"),
    (NEW_YORK, "9" + "011493023125010", "9", None, "011493023125010", "+493023125010"),
    (NEW_YORK, "9911", "9", None, "911", None),
    (NEW_YORK, "911", None, None, "911", None),
    (NEW_YORK, "9411", "9", None, "411", None),
    (NEW_YORK, "2113", None, None, "2113", None),
]


@pytest.mark.parametrize(("reading", "sent", "outside", "lcr", "number", "key"), DIALLED)
def test_a_dialled_number_is_split_and_written_in_full(
    reading: NumberReading,
    sent: str,
    outside: str | None,
    lcr: str | None,
    number: str,
    key: str | None,
) -> None:
    assert reading.dialled(sent) == (outside, lcr, number, key)


ELSEWHERE = [
    ("IT", "06", "0", "0066982", "+39066982"),
    ("IT", "06", "0", "03331234567", "+393331234567"),
    ("ES", "91", "0", "0912345678", "+34912345678"),
    ("PT", "21", "0", "0912345678", "+351912345678"),
    ("FR", "1", "0", "00140205050", "+33140205050"),
    ("GB", "20", "9", "979460123", "+442079460123"),
    # Ofcom's numbers for drama: never in use, and told by their prefix all the same.
    ("GB", "20", "9", "907700900123", "+447700900123"),
    ("GB", "20", "9", "9999", None),
    ("CH", "44", "0", "00446681800", "+41446681800"),
    ("AR", "11", "0", "001143211234", "+541143211234"),
    ("AR", "11", "0", "00111543211234", "+5491143211234"),
    ("CL", "2", "9", "9987654321", "+56987654321"),
    ("MX", "55", "9", "95512345678", "+525512345678"),
    ("IN", "22", "0", "002223456789", "+912223456789"),
    ("RU", "495", "9", "984951234567", "+74951234567"),
    ("JP", "3", "0", "0010493023125010", "+493023125010"),
]


@pytest.mark.parametrize(("country", "area_code", "outside", "sent", "key"), ELSEWHERE)
def test_other_countries_dial_too(
    country: str, area_code: str, outside: str, sent: str, key: str | None
) -> None:
    reading = NumberReading(DialPlan(area_code, outside), CountryNumbers(country))

    assert reading.dialled(sent).e164 == key


RECEIVED = [
    (BERLIN, "03023125010", "+493023125010"),
    (BERLIN, "3023125010", "+493023125010"),
    (BERLIN, "493023125010", "+493023125010"),
    (BERLIN, "+493023125010", "+493023125010"),
    (BERLIN, "00493023125010", "+493023125010"),
    (BERLIN, "1713920000", "+491713920000"),
    (BERLIN, "491713920000", "+491713920000"),
    (BERLIN, "4915228817386", "+4915228817386"),
    (BERLIN, "0033140205050", "+33140205050"),
    (BERLIN, "21", None),
    (BERLIN, "0302312501x", "+49302312501x"),
    (BERLIN, "03023125xxx", "+493023125xxx"),
    (BERLIN, "030xx125xxx", None),
    (BERLIN, "xxxxxxxxxxx", None),
    (BERLIN, "anonymous", None),
    (VIENNA, "15331234", "+4315331234"),
    (VIENNA, "015331234", "+4315331234"),
    (VIENNA, "6641234567", "+436641234567"),
    (VIENNA, "436641234567", "+436641234567"),
    (SAO_PAULO, "11987654321", "+5511987654321"),
    (SAO_PAULO, "011987654321", "+5511987654321"),
    (SAO_PAULO, "1187654321", "+5511987654321"),
    (SAO_PAULO, "5511987654321", "+5511987654321"),
    (SAO_PAULO, "32345678", "+551132345678"),
    (SAO_PAULO, "55987654321", "+5555987654321"),
    (SAO_PAULO, "0152132345678", "+552132345678"),
    (NEW_YORK, "6465550123", "+16465550123"),
    (NEW_YORK, "16465550123", "+16465550123"),
    (NEW_YORK, "5550123", "+12125550123"),
    (NEW_YORK, "442079460123", "+442079460123"),
]


@pytest.mark.parametrize(("reading", "sent", "key"), RECEIVED)
def test_a_received_number_stays_and_has_a_key(
    reading: NumberReading, sent: str, key: str | None
) -> None:
    assert reading.received(sent) == (None, None, sent, key)


WRITTEN = [
    (BERLIN, "(030) 231 25-010", "+493023125010"),
    (BERLIN, "+49 (0)30 / 23125-010", "+493023125010"),
    (BERLIN, "231 25 010", "+493023125010"),
    (BERLIN, "0171.3920000", "+491713920000"),
    (BERLIN, "21", None),
    (SAO_PAULO, "(11) 8765-4321", "+5511987654321"),
    (SAO_PAULO, "(11) 98765-4321", "+5511987654321"),
    (SAO_PAULO, "+55 11 3234-5678", "+551132345678"),
    (SAO_PAULO, "4004-1234", "+5540041234"),
    (NEW_YORK, "(646) 555-0123", "+16465550123"),
    (NEW_YORK, "1-800-FLOWERS", None),
    (NEW_YORK, "", None),
]


@pytest.mark.parametrize(("reading", "text", "key"), WRITTEN)
def test_a_written_number_has_a_key(reading: NumberReading, text: str, key: str | None) -> None:
    assert reading.written(text) == key


READINGS = st.sampled_from([BERLIN, VIENNA, SAO_PAULO, NEW_YORK])
NUMBERS = (
    st.text("0123456789", max_size=20) | st.text("0123456789+*#xA ٣-", max_size=25) | st.text()
)


@given(READINGS, NUMBERS)
def test_whatever_is_sent_has_a_key_or_none(reading: NumberReading, sent: str) -> None:
    keys = [reading.dialled(sent).e164, reading.received(sent).e164, reading.written(sent)]

    for key in keys:
        assert key is None or (key[0] == "+" and key[1:].isdecimal() and len(key) <= 16)


@given(READINGS, st.text("0123456789", min_size=3, max_size=16))
def test_a_key_is_the_key_of_itself(reading: NumberReading, sent: str) -> None:
    key = reading.dialled(sent).e164

    assert key is None or reading.written(key) == reading.received(key).e164 == key


def test_a_country_without_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="country 'XX'"):
        CountryNumbers("XX")
    assert "XX" not in KnownCountries()
    assert {"DE", "AT", "BR", "US"} <= set(KnownCountries())
