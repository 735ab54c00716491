"""What of ODBC is set up on this machine: manager, drivers, data sources, and their bitness.

A 64-bit Python needs 64-bit drivers and sees only the data sources of the 64-bit administrator;
on Windows that is the usual reason for IM002 and IM014.

Source:
    ODBC Programmer's Reference, "Data Source Specification Subkeys", SQLSTATE IM002 and IM014;
    Microsoft, "Managing Data Sources" (32-bit and 64-bit versions).
"""

from __future__ import annotations

import importlib
import struct
from typing import Any, NamedTuple

from cmtel.adapters.database.odbc import attributes
from cmtel.errors import MissingExtra


class OdbcSetup(NamedTuple):
    """What pyodbc and the driver manager know here."""

    pyodbc_version: str
    #: 32 or 64: that of this Python, which drivers must share.
    bits: int
    drivers: tuple[str, ...]
    #: Data sources that this user sees, with the driver of each.
    sources: dict[str, str]


class NamedByString(NamedTuple):
    """What a connection string relies on; empty: it does not name such a thing."""

    source: str
    driver: str


def odbc_setup() -> OdbcSetup:
    """Ask the driver manager; nothing is connected.

    Raises:
        MissingExtra: pyodbc or the driver manager is not installed.
    """
    try:
        pyodbc: Any = importlib.import_module("pyodbc")
    except ImportError as exc:
        raise MissingExtra(
            f"ODBC cannot be used here: {exc}.",
            hint="Install the driver manager (Debian: apt install unixodbc); pip install pyodbc",
        ) from exc
    return OdbcSetup(
        str(pyodbc.version), struct.calcsize("P") * 8, tuple(pyodbc.drivers()),
        {str(name): str(driver) for name, driver in pyodbc.dataSources().items()},
    )  # fmt: skip


def named_by(connection_string: str) -> NamedByString:
    """Return the data source and the driver that an ODBC connection string names."""
    found = {key.lower(): value.strip("{}") for key, value in attributes(connection_string)}
    return NamedByString(found.get("dsn", ""), found.get("driver", ""))
