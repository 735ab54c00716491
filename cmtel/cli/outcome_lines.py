"""Outcomes as JSON lines on stdout: the output of ``cmtel format decode``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped

_KINDS: dict[type[Any], str] = {CallRecord: "call", Skipped: "skipped", Rejected: "rejected"}
_FIELDS: dict[type[Any], tuple[str, ...]] = {
    kind: ("kind", *kind._fields) for kind in (CallRecord, Skipped, Rejected)
}
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def emit_outcomes(batches: Iterable[list[Outcome]]) -> bool:
    """Print one object a line, each batch at once; return True if one of them was rejected."""
    has_rejected = False
    for batch in batches:
        if batch:
            sys.stdout.write("".join([_line(outcome) for outcome in batch]))
            sys.stdout.flush()
            has_rejected = has_rejected or any(type(each) is Rejected for each in batch)
    return has_rejected


def emit_folded(batches: Iterable[list[tuple[Outcome, int]]]) -> bool:
    """The same for outcomes with the number of their legs, which a call then tells as ``legs``."""
    has_rejected = False
    for batch in batches:
        sys.stdout.write("".join([_line(outcome, legs) for outcome, legs in batch]))
        sys.stdout.flush()
        has_rejected = has_rejected or any(type(each) is Rejected for each, _ in batch)
    return has_rejected


def _line(outcome: Outcome, legs: int | None = None) -> str:
    kind = type(outcome)
    values = dict(zip(_FIELDS[kind], (_KINDS[kind], *outcome), strict=True))
    if legs is not None and kind is CallRecord:
        values["legs"] = legs
    return _ENCODER.encode(values) + "\n"
