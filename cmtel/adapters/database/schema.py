"""The two tables as SQLAlchemy sees them: the user's journal and cmtel's watermarks."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects import mssql, mysql, oracle
from sqlalchemy.types import NVARCHAR, TypeEngine

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind
from cmtel.domain.table_names import TableName

WATERMARK_TABLE = "cmtel_watermark"

#: Characters. Together they stay below the 1000 bytes of a MyISAM key (4 bytes a character) and
#: the 900 bytes of a SQL Server key (2 bytes a character).
SPOOL_ID_SIZE, SOURCE_SIZE, TARGET_SIZE = 36, 100, 64

#: Oracle up to 12.1 allows an identifier 30 bytes; names of indexes are ours to choose.
_INDEX_NAME_BYTES = 30

#: A longer text is not indexed: 190 characters of 4 bytes fit every key of MariaDB and MySQL.
_INDEXED_TEXT_SIZE = 190

#: The indexes of a new table: what list, watch and validate look rows up by.
_INDEXED = ("Journal_ZeitpunktNumerisch", "Journal_LokaleRufnummer")


def journal_table(name: TableName, columns: Sequence[JournalColumn]) -> Table:
    """Return the journal table as create-table makes it, with its indexes."""
    parts = [_column(column) for column in columns]
    table = Table(name.table, MetaData(), *parts, schema=name.schema, **_TABLE_OPTIONS)
    indexed = set(_INDEXED)
    if not any(column.type.name == _INDEXED[0] for column in columns):
        indexed.add("Journal_Zeitpunkt")
    for column in columns:
        if column.type.name in indexed and (column.size or 0) <= _INDEXED_TEXT_SIZE:
            Index(_index_name(name.table, column.name), table.c[column.name])
    return table


def watermark_table(schema: str | None) -> Table:
    """Return the table of the watermarks; it lies in the schema of the journal.

    ``sequence`` is the highest sequence of the source that is in the target table.
    """
    return Table(
        WATERMARK_TABLE,
        MetaData(),
        Column("spool_id", _key_text(SPOOL_ID_SIZE), primary_key=True),
        Column("source", _key_text(SOURCE_SIZE), primary_key=True),
        Column("target_table", _key_text(TARGET_SIZE), primary_key=True),
        Column("sequence", BigInteger, nullable=False, autoincrement=False),
        Column("updated_at", date_time(), nullable=False, server_default=func.current_timestamp()),
        schema=schema,
        **{**_TABLE_OPTIONS, "mysql_engine": "InnoDB", "mariadb_engine": "InnoDB"},
    )


def key_text(text: str, size: int) -> str:
    """Return ``text``, or where it is too long its beginning and a fingerprint of all of it."""
    if len(text) <= size:
        return text
    return f"{text[: size - 17]}#{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


_TABLE_OPTIONS: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mariadb_charset": "utf8mb4",
    # A row id that was used once never comes again, so watch by id misses nothing.
    "sqlite_autoincrement": True,
}


def _column(column: JournalColumn) -> Column[Any]:
    if column.kind is Kind.KEY:
        return Column(column.name, big_key(), Identity(), primary_key=True, autoincrement=True)
    return Column(column.name, sql_type(column), nullable=True)


def sql_type(column: JournalColumn) -> TypeEngine[Any]:
    """Return the type of the column, with what differs from database to database."""
    if column.kind is Kind.TEXT:
        return _text(column.size or 1)
    made: TypeEngine[Any] = _TYPES[column.kind]()
    return made


def big_key() -> TypeEngine[Any]:
    """A key that counts itself; SQLite does that for INTEGER only."""
    return BigInteger().with_variant(Integer(), "sqlite")


def date_time() -> TypeEngine[Any]:
    """Date and time in whole seconds, without offset."""
    return DateTime().with_variant(mssql.DATETIME2(0), "mssql")  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped


def _text(size: int) -> TypeEngine[Any]:
    wide = String(size).with_variant(NVARCHAR(size), "mssql")
    # NVARCHAR2 ends at 2000 characters of two bytes.
    return wide.with_variant(NVARCHAR(size) if size <= 2000 else oracle.NCLOB(), "oracle")


def _long_text() -> TypeEngine[Any]:
    # A record of 65,536 bytes may need twice as many in UTF-8, more than MySQL's TEXT holds.
    text = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
    return text.with_variant(NVARCHAR(None), "mssql").with_variant(oracle.NCLOB(), "oracle")


def _key_text(size: int) -> TypeEngine[Any]:
    """Text whose upper and lower case differ, as names of sources do."""
    binary = mysql.VARCHAR(size, charset="utf8mb4", collation="utf8mb4_bin")
    sql_server = NVARCHAR(size, collation="Latin1_General_BIN2")
    text = String(size).with_variant(binary, "mysql", "mariadb")
    return text.with_variant(sql_server, "mssql").with_variant(NVARCHAR(size), "oracle")


_TYPES: dict[Kind, Any] = {
    Kind.LONG: Integer,
    Kind.BIG: BigInteger,
    Kind.DATE_TIME: date_time,
    Kind.DECIMAL: lambda: Numeric(18, 6),
    Kind.LONG_TEXT: _long_text,
}


def _index_name(table: str, column: str) -> str:
    name = f"{table}_{column}_ix"
    if name.isascii() and len(name) <= _INDEX_NAME_BYTES:
        return name
    return f"ix_{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"
