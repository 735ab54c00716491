from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.traffic import TrafficPlan
from cmtel.services.playback import Batch, Encode, Playback
from tests.fakes_switch import one_line, three_lines

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def a_playback(
    rate: float | None = None, *, encode: Encode = one_line, seed: int = 1, **changes: Any
) -> Playback:
    playback = Playback(plan=TrafficPlan(seed, MONDAY, rate), encode=encode, has_manifest=True)
    return playback._replace(**changes)


def records_of(batches: Sequence[Batch]) -> list[bytes]:
    found: list[bytes] = []
    for batch in batches:
        starts = [0, *batch.ends[:-1]]
        found += [batch.data[start:end] for start, end in zip(starts, batch.ends, strict=True)]
    return found


def manifest_of(batches: Sequence[Batch]) -> list[dict[str, object]]:
    return [json.loads(line) for batch in batches for line in batch.manifest.splitlines()]


@given(st.integers(), st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_realistic_traffic_sends_each_record_of_each_call_once_in_order_of_time(
    seed: int, max_calls: int
) -> None:
    batches = list(a_playback(encode=three_lines, seed=seed, max_calls=max_calls).batches())

    dues = [batch.due_secs for batch in batches]
    assert dues == sorted(dues)
    expected = Counter(
        f"{event};{number}\n".encode()
        for number in range(max_calls)
        for event in ("RING", "CONNECT", "DISCONNECT")
    )
    assert Counter(records_of(batches)) == expected


def test_records_of_overlapping_calls_are_interleaved() -> None:
    batches = list(a_playback(encode=three_lines, max_calls=30).batches())
    numbers = [record.split(b";")[1] for record in records_of(batches)]

    assert numbers != sorted(numbers, key=int)


def test_a_call_is_complete_with_its_last_record() -> None:
    for batch in a_playback(encode=three_lines, max_calls=10).batches():
        is_last = batch.data.startswith(b"DISCONNECT")
        assert batch.calls == (1 if is_last else 0,)
        assert bool(batch.manifest) == is_last


def test_speed_divides_the_waiting() -> None:
    slow = [batch.due_secs for batch in a_playback(max_calls=10).batches()]
    fast = [batch.due_secs for batch in a_playback(max_calls=10, speed=1440).batches()]

    assert fast == [secs / 1440 for secs in slow]


@given(st.sampled_from([0.0, 0.5, 7.0, 250.0, 6000.0]), st.integers(1, 300))
@settings(max_examples=20, deadline=None)
def test_constant_traffic_is_due_evenly_and_ends_at_the_limit(rate: float, max_calls: int) -> None:
    batches = list(a_playback(rate, max_calls=max_calls).batches())

    assert sum(batch.calls[-1] for batch in batches) == max_calls
    assert len(records_of(batches)) == max_calls
    assert len(manifest_of(batches)) == max_calls
    done = 0
    for batch in batches:
        assert batch.due_secs == (done / rate if rate else 0.0)
        done += batch.calls[-1]


def test_the_limit_falls_between_calls_also_where_a_call_has_several_records() -> None:
    batches = list(a_playback(0.0, encode=three_lines, max_calls=5).batches())

    assert [record.split(b";")[0] for record in records_of(batches)] == [
        b"RING",
        b"CONNECT",
        b"DISCONNECT",
    ] * 5


def test_the_manifest_has_what_was_sent() -> None:
    batches = list(a_playback(100.0, max_calls=50).batches())
    sent = [record.decode() for record in records_of(batches)]

    assert [line["raw"] for line in manifest_of(batches)] == sent
    assert all(line["kind"] == "call" for line in manifest_of(batches))


def test_without_a_manifest_no_line_is_made() -> None:
    for rate in (None, 100.0):
        for batch in a_playback(rate, max_calls=5, has_manifest=False).batches():
            assert not batch.manifest
            assert not batch.manifest_ends


def test_fast_traffic_repeats_a_block_with_other_ids() -> None:
    batches = list(a_playback(0.0, max_calls=10_000).batches())
    ids = [record.split(b";")[0].decode() for record in records_of(batches)]

    assert len(set(ids)) == 10_000
    assert [line["call_id"] for line in manifest_of(batches)] == ids
    assert [batch.ends for batch in batches[4:8]] == [batch.ends for batch in batches[:4]]
    rest = [record.split(b";", 1)[1] for record in records_of(batches)]
    assert rest[4096:8192] == rest[:4096]


def test_fast_paced_traffic_stays_in_time_from_block_to_block() -> None:
    batches = list(islice(a_playback(50_000.0, has_manifest=False).batches(), 30))
    dues = [batch.due_secs for batch in batches]

    assert [round(secs, 6) for secs in dues] == [round(0.01 * slot, 6) for slot in range(30)]


def test_a_format_without_call_ids_gets_fresh_calls_in_every_block() -> None:
    batches = list(a_playback(0.0, encode=three_lines, max_calls=5000).batches())

    assert len(set(records_of(batches))) == 15_000


def test_slow_traffic_is_never_repeated() -> None:
    batches = list(islice(a_playback(500.0, has_manifest=False).batches(), 1000))
    rest = [record.split(b";", 1)[1] for record in records_of(batches)]
    same = sum(one == other for one, other in zip(rest, rest[4100:], strict=False))

    assert len(rest) == 5000
    assert same < 9


def test_bytes_that_are_no_utf_8_are_latin_1_in_the_manifest() -> None:
    playback = a_playback(1.0, max_calls=1)
    latin = playback._replace(encode=lambda call: [one_line(call)[0]._replace(data=b"M\xfcller\n")])

    (line,) = manifest_of(list(latin.batches()))
    assert line["raw"] == "Müller\n"


def test_batches_know_the_switchs_day() -> None:
    plan = TrafficPlan(1, MONDAY.replace(hour=23, minute=59, second=58), 1.0)
    days = [batch.day for batch in islice(Playback(plan, one_line).batches(), 4)]

    assert days == [date(2026, 3, 2)] * 2 + [date(2026, 3, 3)] * 2


@given(st.lists(st.integers(1, 3), min_size=1, max_size=20), st.data())
def test_cutting_a_batch_keeps_whole_calls(sizes: list[int], data: st.DataObject) -> None:
    ends = [4 * number for number in range(1, sum(sizes) + 1)]
    calls = [
        done + (place == size) for done, size in enumerate(sizes) for place in range(1, size + 1)
    ]
    lines = b"".join(b"%03d\n" % number for number in range(len(sizes)))
    whole = Batch(0.0, MONDAY.date(), bytes(ends[-1]), ends, calls, lines, ends[: len(sizes)])
    limit = data.draw(st.integers(1, len(sizes) + 2))

    cut = whole.first_calls(limit)

    kept = min(limit, len(sizes))
    assert cut.calls[-1] == kept
    assert len(cut.ends) == len(cut.calls) == sum(sizes[:kept])
    assert len(cut.data) == cut.ends[-1]
    assert cut.manifest == lines[: 4 * kept]
