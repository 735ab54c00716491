"""How a feed is read, for people: what, by which columns, and whether an index serves it."""

from __future__ import annotations

from typing import NamedTuple


class IndexCheck(NamedTuple):
    """Whether a look is a seek in an index, whatever the size of the table.

    Attributes:
        is_ok: None: there is no table that could have one (a file, a spool).
        text: A sentence.
        cure: The SQL that makes the index; empty if none is missing or nobody can tell.
    """

    is_ok: bool | None
    text: str
    cure: str = ""


class FeedFacts(NamedTuple):
    """How a feed is read.

    Attributes:
        origin: What is read: ``table journal in postgresql cdr on db:5432``.
        key, time: The columns by which records are found and dated; empty: none.
        calls: Which records count.
    """

    origin: str
    indexed: IndexCheck
    key: str = ""
    time: str = ""
    calls: str = "all records"
