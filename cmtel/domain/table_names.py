"""How a user names a table: ``journal``, ``schema.journal``, ``"dotted.name"``."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import category

from cmtel.errors import UsageError

_QUOTED = re.compile(r'(?:(?P<schema>.+)\.)?"(?P<table>(?:[^"]|"")+)"', re.DOTALL)


class TableName(NamedTuple):
    """A table and the schema it is in; None is the connection's own schema."""

    schema: str | None
    table: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}" if self.schema else self.table


def is_name(text: str) -> bool:
    """Whether a table or column can be called so: something to see, no control characters."""
    return bool(text.strip()) and not any(category(c) in ("Cc", "Cs") for c in text)


def parse_table_name(text: str) -> TableName:
    """Return the parts of a table name as a user writes it.

    The last dot parts schema and table. A table whose own name has a dot stands in double
    quotes (a double quote in it is doubled); then only what is before them is the schema.

    Raises:
        UsageError: No name, or control characters in it.
    """
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        schema, table = quoted["schema"], quoted["table"].replace('""', '"')
    else:
        schema, _, table = text.rpartition(".")
    if not is_name(table) or (schema and not is_name(schema)):
        raise UsageError(f"{text!r} is no table name.", hint="For example: --table journal")
    return TableName(_unquoted(schema) if schema else None, table)


def _unquoted(schema: str) -> str:
    is_quoted = len(schema) > 2 and schema[0] == schema[-1] == '"'
    return schema[1:-1].replace('""', '"') if is_quoted else schema
