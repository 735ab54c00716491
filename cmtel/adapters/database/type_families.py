"""What the types of the databases can hold, from their names."""

from __future__ import annotations

from cmtel.domain.table_differences import Family

_TEXT_WORDS = ("char", "text", "clob", "string", "long", "enum")
_DECIMAL_WORDS = ("numeric", "decimal", "number", "money", "real", "double", "float")


def family_of(words: str, *, timestamp_shifts: bool = False, date_has_time: bool = False) -> Family:
    """Return what a type can hold, from its name in lower case.

    Args:
        words: ``varchar(30)``, ``timestamp without time zone``, ``datetime2``...
        timestamp_shifts: The product's TIMESTAMP depends on the session's time zone.
        date_has_time: The product's DATE has a time of day.
    """
    if "with time zone" in words or "offset" in words or words.startswith("interval"):
        return Family.OTHER_TIME
    if words.startswith("timestamp"):
        return Family.OTHER_TIME if timestamp_shifts else Family.DATE_TIME
    if words.startswith("datetime") or (date_has_time and words == "date"):
        return Family.DATE_TIME
    if words.startswith(("date", "time", "smalldatetime", "year")):
        return Family.OTHER_TIME
    if any(word in words for word in _TEXT_WORDS):
        return Family.TEXT
    if "int" in words or "serial" in words:
        return Family.INTEGER
    if any(word in words for word in _DECIMAL_WORDS):
        return Family.DECIMAL
    return Family.OTHER


def size_of(family: Family, words: str, limit: int | None) -> int | None:
    """Return the bits of a whole number, or the limit of a text; None for no limit."""
    if family is Family.INTEGER:
        return next((bits for word, bits in _BITS if word in words), 32)
    return limit if family is Family.TEXT and limit and limit > 0 else None


_BITS = (("bigint", 64), ("int8", 64), ("smallint", 16), ("int2", 16), ("tinyint", 8),
         ("mediumint", 24))  # fmt: skip


def affinity(declared: str) -> Family:
    """Return what SQLite makes of values in a column declared so, in SQLite's order of rules."""
    words = declared.upper()
    if "INT" in words:
        return Family.INTEGER
    if any(part in words for part in ("CHAR", "CLOB", "TEXT")):
        return Family.TEXT
    if not words or "BLOB" in words:
        return Family.ANY
    if "DATE" in words or "TIME" in words:
        return Family.DATE_TIME
    return Family.DECIMAL
