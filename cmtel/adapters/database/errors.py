"""The one place where errors of database drivers become errors of cmtel.

What a driver tells is asked in this order: SQLSTATE, then the product's own code. Text is looked
at only where a product gives nothing else: SQLite for a missing table, and libpq when the
connection could not be made (it keeps the server's SQLSTATE to itself).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from cmtel.adapters.database.error_codes import MYSQL, ORACLE, SQLITE, SQLSTATES, Meaning
from cmtel.errors import DatabaseError, DatabaseSetupError, DatabaseUnavailable, RecordRejected

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: pyodbc puts the driver's own code in brackets before the name of the ODBC function.
_NATIVE_CODE = re.compile(r"\((-?\d+)\) \(SQL\w+\)")

#: Values that a driver refuses before the database sees them: lone surrogates, too large a number.
_VALUE_ERRORS = (UnicodeEncodeError, OverflowError)

#: libpq's texts for a server that answered, but has no room for one more connection.
_PG_FULL = ("too many", "connection slots")

_HINTS: Mapping[Meaning, str] = {
    DatabaseUnavailable: "Is the server running, and can it be reached from here? Try again.",
    DatabaseSetupError: "Check --url, user, password, table and rights; "
    "'cmtel journal validate' lists what differs.",
}


class Codes(NamedTuple):
    """What a driver's exception tells: its SQLSTATE, the product's own code, the text."""

    sqlstate: str | None
    native: int | None
    text: str


@contextmanager
def translated(engine: Engine, operation: str) -> Iterator[None]:
    """Raise a DatabaseError for whatever the drivers raise inside.

    Args:
        engine: Whose driver it is; its URL is named in the message without the password.
        operation: What was being done, for the message: "read the watermark".
    """
    import sqlalchemy.exc

    name = engine.dialect.name
    module: Any = engine.dialect.dbapi
    try:
        yield
    except sqlalchemy.exc.DBAPIError as exc:
        raise as_database_error(exc.orig, name, label_of(engine), operation) from exc
    except TypeError as exc:
        if "unexpected keyword argument" not in str(exc):
            raise
        raise DatabaseSetupError(
            f"The database {label_of(engine)} could not {operation}: its driver knows no such "
            f"option ({str(exc).partition('unexpected ')[2]}).",
            hint="Check what stands behind the ? in the URL.",
            operation=operation,
        ) from exc
    except (sqlalchemy.exc.SQLAlchemyError, module.Error) as exc:
        raise as_database_error(exc, name, label_of(engine), operation) from exc


def label_of(engine: Engine) -> str:
    """Return the database as messages name it: its URL or ODBC string, without secrets."""
    odbc = engine.url.query.get("odbc_connect")
    if odbc:
        return f"odbc:{odbc}"
    return engine.url.render_as_string(hide_password=True).partition("?")[0]


def driver_errors(engine: Engine) -> tuple[type[Exception], ...]:
    """Return the exceptions that the driver below the engine may raise."""
    module: Any = engine.dialect.dbapi
    return (module.Error, *_VALUE_ERRORS)


def as_database_error(
    exc: BaseException | None, dialect: str, label: str, operation: str
) -> DatabaseError:
    """Return the error of cmtel for the error of a driver.

    Args:
        dialect: SQLAlchemy's name of the database; it says how to read the codes.
        label: The database as messages name it, without secrets.
        operation: What could not be done.
    """
    codes = read_codes(exc)
    meaning = meaning_of(exc, codes, dialect)
    told = _one_line(codes.text) or type(exc).__name__  # a killed connection says nothing
    message = f"The database {label} could not {operation}: {told}."
    return meaning(message, hint=_HINTS.get(meaning), operation=operation)


def refusal_of(exc: BaseException, engine: Engine) -> str | None:
    """Return what the database says against a row; None if the error is not about a row."""
    codes = read_codes(exc)
    is_about_row = issubclass(meaning_of(exc, codes, engine.dialect.name), RecordRejected)
    return _one_line(codes.text) if is_about_row else None


def is_lost_connection(exc: BaseException | None, dialect: str) -> bool:
    """Whether the error means that this connection will never work again."""
    codes = read_codes(exc)
    if dialect in ("mysql", "mariadb") and codes.native in _MYSQL_LOST:
        return True
    return (codes.sqlstate or "").startswith(("08", "57P0"))


#: CR_SERVER_GONE_ERROR, CR_SERVER_LOST, ER_SERVER_SHUTDOWN, ER_CONNECTION_KILLED.
_MYSQL_LOST = frozenset({2006, 2013, 1053, 1927})


def read_codes(exc: BaseException | None) -> Codes:
    """Return what the exception tells, whichever driver made it."""
    first = exc.args[0] if exc is not None and exc.args else None
    text = str(exc)
    sqlstate = getattr(exc, "sqlstate", None)
    native = getattr(exc, "sqlite_errorcode", None) or getattr(first, "code", None)
    if isinstance(first, int):  # pymysql: (code, text)
        native, text = first, str(exc.args[-1]) if exc else ""
    elif isinstance(first, str) and len(first) == 5 and len(exc.args if exc else ()) > 1:
        sqlstate, text = first, str(exc.args[1]) if exc else ""  # pyodbc: (SQLSTATE, text)
        found = _NATIVE_CODE.search(text)
        native = int(found[1]) if found else None
    return Codes(sqlstate, native if isinstance(native, int) else None, text)


def meaning_of(exc: BaseException | None, codes: Codes, dialect: str) -> Meaning:
    """Return the class of the error, most specific knowledge first."""
    if isinstance(exc, _VALUE_ERRORS):
        return RecordRejected
    by_native = _by_native(codes, dialect)
    if by_native is not None:
        return by_native
    if dialect == "postgresql" and codes.sqlstate in (None, "08001"):
        return _postgresql_without_state(exc, codes)
    return _by_sqlstate(codes.sqlstate) or _by_driver_class(exc)


def _by_native(codes: Codes, dialect: str) -> Meaning | None:
    if codes.native is None:
        return None
    if dialect in ("mysql", "mariadb"):
        return MYSQL.get(codes.native)
    if dialect == "oracle":
        return ORACLE.get(codes.native)
    if dialect == "sqlite":
        if codes.native == 1 and "no such" in codes.text:
            return DatabaseSetupError
        return SQLITE.get(codes.native & 0xFF)
    return None


def _by_sqlstate(sqlstate: str | None) -> Meaning | None:
    for length in (5, 3, 2):
        if sqlstate and sqlstate[:length] in SQLSTATES:
            return SQLSTATES[sqlstate[:length]]
    return None


def _postgresql_without_state(exc: BaseException | None, codes: Codes) -> Meaning:
    """libpq could not connect, or lost the connection, or refused a value.

    A server that refuses says FATAL in every language that it speaks, a network never does.
    """
    if type(exc).__name__ == "DataError":
        return RecordRejected
    if type(exc).__name__ == "ProgrammingError":  # psycopg: libpq knows no such option
        return DatabaseSetupError
    is_refusal = "FATAL" in codes.text and not any(part in codes.text for part in _PG_FULL)
    is_starting = "starting up" in codes.text or "shutting down" in codes.text
    return DatabaseSetupError if is_refusal and not is_starting else DatabaseUnavailable


def _by_driver_class(exc: BaseException | None) -> Meaning:
    """The classes of PEP 249, which every driver has, when there is no code that is known."""
    names = [base.__name__ for base in type(exc).__mro__]
    if "DataError" in names or "IntegrityError" in names:
        return RecordRejected
    if "InterfaceError" in names or "TimeoutError" in names:
        return DatabaseUnavailable
    return DatabaseError


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
