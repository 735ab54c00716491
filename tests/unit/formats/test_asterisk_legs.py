"""Records of a live Asterisk become the calls that were placed; the manifest says which."""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import pytest

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.leg_folding import LegFolding
from cmtel.formats.options import decode_options
from cmtel.formats.talk_time import moment_ms
from tests.format_samples import RECEIVED
from tests.samples import DATA

LIVE = (DATA / "legs" / "live_600.csv").read_bytes()
FORMAT = registry.get("asterisk-csv")
OPTIONS = decode_options([], "Europe/Berlin")
with (DATA / "legs" / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
    PLACED = {row["tag"]: row for row in csv.DictReader(manifest)}


def legs_of(data: bytes) -> list[CallRecord]:
    framer = FORMAT.make_framer()
    records = [*framer.feed(data), *framer.finish()]
    outcomes = FORMAT.make_decoder(OPTIONS).decode(records, 1, RECEIVED).outcomes
    assert {type(outcome) for outcome in outcomes} == {CallRecord}
    return [outcome for outcome in outcomes if isinstance(outcome, CallRecord)]


def calls_of(data: bytes, cuts: Sequence[int] = ()) -> list[tuple[CallRecord, int]]:
    """Return the folded calls with the number of their legs, decoded in pieces."""
    decoder, folding = FORMAT.make_decoder(OPTIONS), LegFolding(FORMAT.legs)
    records = FORMAT.make_framer().feed(data)
    found = []
    for start, end in pairwise([0, *cuts, len(records)]):
        piece = decoder.decode(records[start:end], start + 1, RECEIVED)
        found.append(folding.take(piece, start + 1, RECEIVED))
    found.append(folding.finish(len(records) + 1))
    return [
        (outcome, part.folded[n].legs if n in part.folded else 1)
        for part in found
        for n, outcome in enumerate(part.outcomes)
        if isinstance(outcome, CallRecord)
    ]


LEGS: dict[str | None, list[CallRecord]] = defaultdict(list)
for each in legs_of(LIVE):
    LEGS[each.call_id].append(each)
CALLS = {call.call_id: call for call, _ in calls_of(LIVE)}


def tag_of(call: CallRecord) -> str | None:
    found = re.search(r'"(S[0-9]+[a-z]?-[0-9]{5})', call.raw)
    return found[1] if found else None


def the_calls(scenario: str) -> list[CallRecord]:
    found = [c for c in CALLS.values() if (tag_of(c) or "").startswith(f"{scenario}-")]
    assert found
    return found


def test_every_linkedid_is_one_row() -> None:
    calls = calls_of(LIVE)

    assert len(calls) == len(CALLS) == len(LEGS)
    assert Counter({call.call_id: legs for call, legs in calls}) == {
        key: len(legs) for key, legs in LEGS.items()
    }


def test_talk_time_is_counted_once() -> None:
    for key, call in CALLS.items():
        lengths = [leg.connected_secs or 0 for leg in LEGS[key]]
        assert max(lengths) <= (call.connected_secs or 0) <= sum(lengths)

    before = sum(leg.connected_secs or 0 for legs in LEGS.values() for leg in legs)
    after = sum(call.connected_secs or 0 for call in CALLS.values())
    assert (before, after) == (1_675, 1_533)


@pytest.mark.parametrize("scenario", ["S01", "S09", "S10", "S11", "S12", "S31a", "S31b"])
def test_talk_time_is_how_long_the_caller_held(scenario: str) -> None:
    """Where the caller hangs up: his hold time; a ring group's begins before the answer."""
    for call in the_calls(scenario):
        held_secs = int(PLACED[tag_of(call) or ""]["hold_ms"]) / 1000
        assert call.connected_secs is not None
        assert held_secs - 2 <= call.connected_secs <= held_secs + 2


@pytest.mark.parametrize("scenario", ["S09", "S10", "S11", "S12", "S13", "S14", "S15", "S31a"])
def test_the_caller_is_who_placed_the_call_and_the_first_number_what_he_dialled(
    scenario: str,
) -> None:
    for call in the_calls(scenario):
        placed = PLACED[tag_of(call) or ""]
        is_in = call.direction == "in"
        caller = call.remote_number if is_in else call.local_number
        answered = call.local_number if is_in else call.remote_number
        assert caller == placed["caller"]
        assert (call.forwarded_via or answered) == placed["dialled"]


@pytest.mark.parametrize(
    ("scenario", "answered", "is_forwarded"),
    [
        ("S09", "2010", True), ("S10", "2010", True), ("S31a", "2010", True),
        ("S13", "2120", True), ("S15", "2120", True),
        # The consultation ended and the caller was back at the first phone.
        ("S14", "2010", False),
        ("S11", "2070", False), ("S12", "2080", False), ("S17", "4000", False),
    ],
)  # fmt: skip
def test_who_answered_last(scenario: str, answered: str, *, is_forwarded: bool) -> None:
    transferred = scenario in ("S13", "S15")  # of some only the first leg is in the recording
    for call in [c for c in the_calls(scenario) if not transferred or len(LEGS[c.call_id]) > 1]:
        number = call.local_number if call.direction == "in" else call.remote_number
        assert number == answered
        assert (call.forwarded_via is not None) == is_forwarded


def test_a_call_begins_with_its_first_leg_and_ends_with_its_last() -> None:
    for key, call in CALLS.items():
        starts = [moment_ms(leg.started_at) for leg in LEGS[key] if leg.started_at]
        ends = [moment_ms(leg.ended_at) for leg in LEGS[key] if leg.ended_at]
        assert moment_ms(call.started_at or "") == min(starts)
        assert moment_ms(call.ended_at or "") == max(ends)


def test_pieces_do_not_matter() -> None:
    drawn = random.Random(7)
    whole = calls_of(LIVE)

    for _ in range(5):
        cuts = sorted(drawn.sample(range(1, 600), drawn.randrange(1, 60)))
        assert calls_of(LIVE, cuts) == whole


def test_the_order_in_which_legs_come_does_not_matter() -> None:
    drawn = random.Random(7)
    assert FORMAT.legs is not None
    for key, legs in LEGS.items():
        if len(legs) > 1:
            for _ in range(4):
                drawn.shuffle(legs)
                assert FORMAT.legs.fold(legs) == CALLS[key]


def test_the_events_of_the_manager_give_the_same_calls_as_the_file() -> None:
    rule = registry.get("asterisk-ami").legs
    assert rule is not None
    blocks = [leg._replace(raw=_as_block(leg)) for leg in LEGS[the_calls("S09")[0].call_id]]

    assert rule.fold(blocks)._replace(raw="") == the_calls("S09")[0]._replace(raw="")


def _as_block(leg: CallRecord) -> str:
    columns = next(csv.reader([leg.raw]))
    names = {
        "Channel": 5, "DestinationChannel": 6, "LastApplication": 7, "Disposition": 14,
        "UniqueID": 16, "LinkedID": 19, "Sequence": 20,
    }  # fmt: skip
    lines = ["Event: Cdr", *(f"{name}: {columns[n]}" for name, n in names.items())]
    return "\r\n".join([*lines, "", ""])


def a_line(**values: str) -> bytes:
    fields = {
        "account": "", "src": "03023125010", "dst": "600", "context": "from-trunk", "clid": "",
        "channel": "PJSIP/trunk-00000001", "dst_channel": "", "app": "Dial", "data": "",
        "start": "2026-03-02 08:00:00", "answer": "", "end": "2026-03-02 08:00:10",
        "duration": "10", "billsec": "0", "disposition": "NO ANSWER", "flags": "DOCUMENTATION",
        "unique": "1772434800.1", "user": "", "peer": "", "linked": "1772434800.1",
        "sequence": "1",
    }  # fmt: skip
    fields.update(values)
    return ",".join(f'"{value}"' for value in fields.values()).encode() + b"\n"


def answered(at: str, secs: int, **values: str) -> bytes:
    end = f"2026-03-02 08:00:{int(at) + secs:02}"
    return a_line(
        answer=f"2026-03-02 08:00:{at}", end=end, billsec=f"{secs}", disposition="ANSWERED",
        **values,
    )  # fmt: skip


def the_call(*lines: bytes) -> CallRecord:
    ((call, _),) = calls_of(b"".join(lines))
    return call


def test_in_a_queue_the_phone_that_answered_is_told_by_its_channel() -> None:
    call = the_call(
        a_line(app="Queue", dst_channel="PJSIP/201-0000000a"),
        answered("08", 7, app="Queue", dst_channel="PJSIP/202-0000000b", sequence="2"),
    )

    assert (call.local_number, call.forwarded_via) == ("202", "600")
    assert (call.ring_ms, call.connected_secs, call.state) == (8000, 7, "CONN")


def test_a_call_that_was_forwarded_to_a_mobile_phone_went_out() -> None:
    call = the_call(
        answered("05", 9, src="201", dst="202", dst_channel="Local/01711234567@x-00000001;1"),
        answered(
            "05", 9, src="201", dst="01711234567", channel="Local/01711234567@x-00000001;2",
            dst_channel="PJSIP/trunk-00000002", unique="1772434800.3", sequence="2",
        ),
    )  # fmt: skip

    assert call.direction == "out"
    assert (call.local_number, call.remote_number) == ("201", "01711234567")
    assert (call.forwarded_via, call.line) == ("202", "PJSIP/trunk")
    assert call.connected_secs == 9


def test_after_an_attended_transfer_the_number_is_that_of_the_channel() -> None:
    call = the_call(
        answered("02", 20, dst="201", dst_channel="PJSIP/a-00000002"),
        answered(
            "12", 10, src="201", dst="202", channel="PJSIP/a-00000002",
            dst_channel="PJSIP/b-00000003", unique="1772434800.2", sequence="2",
        ),
        answered("22", 30, dst="201", dst_channel="PJSIP/b-00000003", app="", sequence="3"),
    )  # fmt: skip

    assert (call.remote_number, call.local_number) == ("03023125010", "202")
    assert (call.forwarded_via, call.connected_secs) == ("201", 50)


def test_an_announcement_after_the_call_did_not_answer_it() -> None:
    call = the_call(
        answered("02", 10, dst="201", dst_channel="PJSIP/201-00000002"),
        answered("12", 5, dst="8000", app="Playback", sequence="2"),
    )

    assert (call.local_number, call.forwarded_via, call.connected_secs) == ("201", None, 15)


def test_nobody_answered_and_one_was_busy() -> None:
    call = the_call(
        a_line(disposition="BUSY", dst_channel="PJSIP/201-00000002"),
        a_line(dst_channel="PJSIP/202-00000003", sequence="2", end="2026-03-02 08:00:20"),
    )

    assert (call.state, call.connected_secs, call.ring_ms) == ("BUSY", 0, 20_000)
    assert call.local_number == "600"


def test_files_without_linkedid_join_the_records_of_one_channel() -> None:
    lines = [a_line(), answered("05", 5), answered("05", 5, unique="1772434800.2")]
    old = [b",".join(line.rstrip().split(b",")[:18]) + b"\n" for line in lines]

    assert [legs for _, legs in calls_of(b"".join(old))] == [2, 1]
