"""ODBC: the driver is asked which database is behind it, and gets SQLAlchemy's dialect for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmtel.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine


def open_odbc_engine(connection_string: str, *, user: str | None, password: str | None) -> Engine:
    raise UsageError("Not yet.")


def mask_odbc(connection_string: str) -> str:
    return connection_string.partition(";")[0]
