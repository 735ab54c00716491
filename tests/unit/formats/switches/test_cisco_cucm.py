"""The names of the columns: they hold for the lines after them, also when reading begins again."""

from __future__ import annotations

from cmtel.domain.calls import CallRecord
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.switches.cisco_cucm import FORMAT
from tests.format_samples import RECEIVED

NAMES = b'"cdrRecordType","dateTimeOrigination","callingPartyNumber","pkid"\n'
TYPES = b"INTEGER,INTEGER,VARCHAR(50),UNIQUEIDENTIFIER\n"
CALL = b'1,1709543702,"7001","c0ffee"\n'


def test_reading_again_begins_at_the_names() -> None:
    decoder = FORMAT.make_decoder(DecodeOptions())
    decoder.decode([CALL, NAMES, TYPES, CALL], 11, RECEIVED)

    assert decoder.heading == (12, NAMES)
    assert decoder.oldest_open is None

    again = FORMAT.make_decoder(DecodeOptions())
    again.decode([decoder.heading.record], 12, RECEIVED)
    again.decode([TYPES, CALL], 13, RECEIVED)
    assert again.decode([CALL], 15, RECEIVED) == decoder.decode([CALL], 15, RECEIVED)


def test_names_that_come_again_count_from_there() -> None:
    decoder = FORMAT.make_decoder(DecodeOptions())
    decoder.decode([NAMES, CALL], 1, RECEIVED)
    decoded = decoder.decode([b'"cdrRecordType","dateTime\n', b'Origination"\n', CALL], 3, RECEIVED)

    assert [type(outcome) is CallRecord for outcome in decoded.outcomes] == [False, False]
    assert decoder.heading == (4, b'"cdrRecordType","dateTime\nOrigination"\n')


def test_after_the_end_nothing_is_needed() -> None:
    decoder = FORMAT.make_decoder(DecodeOptions())
    decoder.decode([NAMES, CALL, b'1,"open\n'], 1, RECEIVED)
    assert decoder.heading == (1, NAMES)

    rest = decoder.finish(4)

    assert [outcome[0] for outcome in rest.outcomes] == ["truncated"]
    assert decoder.heading is None
