"""cmtel's own output as input."""

from __future__ import annotations

import json

import pytest

from cmtel.domain.calls import CallRecord, Rejected, Skipped
from tests.format_samples import decode_text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 30_000, "{" * 5, '{"state": "RING", "leg": ' + "9" * 5000 + "}", "null", '"x"', "7",
        '{"state": "RING", "direction": ["in"]}', '{"state": ["RING"]}', '{"state": "ring"}',
        '{"state": "RING", "ring_ms": Infinity}', '{"state": "RING", "ring_ms": "5"}',
        '{"state": "RING", "charge": 1.5}', '{"state": "RING", "ended_at": "2024-13-01T00:00:00"}',
        '{"state": "RING", "line": "\\ud800"}', '{"kind": "skipped", "reason": 5}', "{}",
        '{"kind": "skipped", "reason": "\\udc00"}', '{"kind": 5, "state": "RING"}',
    ],
)  # fmt: skip
def test_what_is_no_call_is_rejected(text: str) -> None:
    assert decode_text("jsonl", text + "\n") == [Rejected("unparsed", text + "\n")]


def test_values_pass_unchanged() -> None:
    given = {
        "started_at": "2024-05-01T08:00:00.5Z", "remote_number": " 0 30 ", "charge_cents": -5,
        "ring_ms": 7, "leg": 3, "name": "", "call_id": "\u0000",
    }  # fmt: skip

    (call,) = decode_text("jsonl", json.dumps({"state": "BUSY", **given}) + "\n")

    assert {key: getattr(call, key) for key in given} == given


def test_kinds_come_out_as_they_were() -> None:
    lines = '{"kind":"skipped","reason":"x"}\n{"kind":"rejected","reason":"y"}\n'

    skipped, rejected = decode_text("jsonl", lines)

    assert isinstance(skipped, Skipped)
    assert isinstance(rejected, Rejected)
    assert (skipped.reason, rejected.reason) == ("x", "y")


def test_raw_is_the_line_and_not_the_raw_in_it() -> None:
    line = '{"state": "RING", "raw": "inside"}\r\n'

    (call,) = decode_text("jsonl", line)

    assert isinstance(call, CallRecord)
    assert call.raw == line
