"""The ids of phone-book records where the journal keeps them as numbers."""

from __future__ import annotations

import re

#: What fits the kind long: 32 bits with a sign.
_MAX_LONG = 2**31 - 1
_WHOLE = re.compile(r"-?[0-9]{1,10}")


def record_number(record_id: str | None) -> int | None:
    """Return the id as a number; None if it is none, or does not fit a long."""
    if not record_id or not _WHOLE.fullmatch(record_id):
        return None
    number = int(record_id)
    return number if abs(number) <= _MAX_LONG else None
