from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.syslog import without_header


@pytest.mark.parametrize(
    "header",
    [
        b"<134>1 2026-03-02T08:00:00.123Z pbx cdr 42 CDR - ",
        b"<134>1 2026-03-02T08:00:00+01:00 pbx cdr - - - \xef\xbb\xbf",
        b'<134>1 - pbx cdr - ID [a@1 x="1\\]" y="z"][b@1] ',
        b"<134>Mar  2 08:00:00 pbx cdr[42]: ",
        b"<134>Mar  2 08:00:00 pbx cdr: ",
        b"Mar 12 08:00:00 192.168.0.1 /usr/sbin/kamailio[7]: ",
        b"<30>2026-03-02T08:00:00.5+01:00 pbx asterisk[9]: ",
        b"<134>",
    ],
)
@pytest.mark.parametrize("record", [b'"","030","201",9\r\n', b"ACC: call: a=1;b=[x]", b"30,2026"])
def test_the_header_goes_and_the_record_stays(header: bytes, record: bytes) -> None:
    assert without_header(header + record) == record


@pytest.mark.parametrize(
    "datagram",
    [
        b"2026/03/02 08:00:00,00:00:09,0,030,I,201",
        b"02.03.26 08:00:00 12 201 00:00:09",
        b'"","03023125010","201"',
        b"<notapriority> x",
        b"",
    ],
)
def test_a_bare_record_is_left_as_it_is(datagram: bytes) -> None:
    assert without_header(datagram) == datagram


@given(st.binary(max_size=200))
def test_nothing_but_a_beginning_is_ever_cut_off(datagram: bytes) -> None:
    assert datagram.endswith(without_header(datagram))
