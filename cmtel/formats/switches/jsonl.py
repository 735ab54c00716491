"""cmtel's own decode output as input: one JSON object a line (formats.md 11.1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "jsonl"
OPTIONS = (ENCODING,)

_KEYS = CallRecord._fields[:-1]  # raw is the line itself
_WHOLE_NUMBERS = frozenset({"ring_ms", "connected_secs", "charge_cents", "leg"})
_KINDS = tuple(int if key in _WHOLE_NUMBERS else str for key in _KEYS)
_TIMES = (_KEYS.index("started_at"), _KEYS.index("ended_at"))
_DIRECTIONS = ("in", "out", "internal", None)
_STATES = ("CONN", "RING", "BUSY")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def _read(text: str, raw: str) -> Outcome:
    document = _parsed(text)
    kind = document.get("kind")
    if kind in ("skipped", "rejected"):
        reason = document.get("reason")
        if not isinstance(reason, str) or _HALF_CHARACTER.search(reason):
            raise LineRejected
        return Skipped(reason, raw) if kind == "skipped" else Rejected(reason, raw)
    if kind not in ("call", None):
        raise LineRejected
    values = list(map(document.get, _KEYS))
    _check(values, has_escapes="\\u" in text)
    return tuple.__new__(CallRecord, (*values, raw))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        document = _JSON.decode(text)
    except (ValueError, RecursionError) as exc:  # RecursionError: brackets thousands deep
        raise LineRejected from exc
    if not isinstance(document, dict):
        raise LineRejected
    return document


def _check(values: Sequence[Any], *, has_escapes: bool) -> None:
    if values[0] not in _DIRECTIONS or values[1] not in _STATES:
        raise LineRejected
    for value, kind in zip(values, _KINDS, strict=True):
        if value is not None and type(value) is not kind:
            raise LineRejected
    # Half of a surrogate pair is no text: no database and no file could take it.
    if has_escapes and any(
        type(value) is str and _HALF_CHARACTER.search(value) for value in values
    ):
        raise LineRejected
    for place in _TIMES:
        if values[place] is not None:
            _check_time(values[place])


def _check_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as exc:
        raise LineRejected from exc


def _refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity: Python reads them, JSON has none."""
    raise ValueError(name)


#: Made once: json.loads makes one for each text.
_JSON = json.JSONDecoder(parse_constant=_refuse_constant)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option. Legs are as sent, not counted."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _read)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the call as one line, with all its fields but ``raw``."""
    document = {"kind": "call", **dict(zip(_KEYS, call, strict=False))}
    line = json.dumps(document, ensure_ascii=False)
    return [EncodedRecord(CallTimes(call).total_secs, line.encode() + b"\n")]


FORMAT = Format(
    name=NAME,
    switch="cmtel itself: what 'cmtel format decode' prints",
    transport="file, or whatever brings lines",
    default_port=None,
    layout="""\
one JSON object a line: kind (call, skipped, rejected; call if missing) and the fields of a call:
direction state started_at ended_at remote_number local_number forwarded_via name ring_ms
connected_secs charge charge_cents currency line account_code call_id leg
missing keys are null, unknown ones are ignored, values pass unchanged""",
    example=(
        '{"direction": "out", "state": "BUSY", "started_at": "2024-04-01T10:00:00", '
        '"remote_number": "112"}'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("call_id where it is given", is_reused=True),
)
