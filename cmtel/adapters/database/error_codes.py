"""What the codes of the databases mean for a record: try again, call somebody, or give it up.

SQLSTATE first: its classes are the standard's (ISO/IEC 9075-2, table "SQLSTATE class and subclass
codes"), so one table serves every driver that tells it. Codes of a product's own decide where
the product has no SQLSTATE for the case (MariaDB's HY000) or no SQLSTATE at all (SQLite).

Source:
    PostgreSQL manual, appendix "PostgreSQL Error Codes"; ODBC Programmer's Reference, appendix A;
    MariaDB knowledge base, "MariaDB Error Codes"; SQLite, "Result and Error Codes"; Oracle
    Database Error Messages.
"""

from __future__ import annotations

from collections.abc import Mapping

from cmtel.errors import DatabaseError, DatabaseSetupError, DatabaseUnavailable, RecordRejected

Meaning = type[DatabaseError]

_AGAIN, _SETUP, _REJECTED = DatabaseUnavailable, DatabaseSetupError, RecordRejected

#: SQLSTATEs and beginnings of them; the longest that fits wins.
SQLSTATES: Mapping[str, Meaning] = {
    "01": _SETUP,  # unixODBC: a driver that cannot be loaded is a mere warning to it
    "08": _AGAIN,  # connection exceptions
    "HYT": _AGAIN,  # ODBC: time-out expired
    "HY008": _AGAIN,  # ODBC: operation cancelled
    "40": _AGAIN,  # transaction rollback: serialization failure, deadlock
    "53": _AGAIN,  # PostgreSQL: insufficient resources: disk full, too many connections
    "55P03": _AGAIN,  # PostgreSQL: lock not available
    "57": _AGAIN,  # PostgreSQL: operator intervention: shutdown, cancelled, starting up
    "25006": _AGAIN,  # PostgreSQL: read-only transaction, as on a server that was failed over
    "28": _SETUP,  # invalid authorization
    "3D": _SETUP,  # no such database
    "3F": _SETUP,  # no such schema
    "IM": _SETUP,  # ODBC driver manager: no such data source, driver cannot be loaded
    "42": _SETUP,  # no such table or column, no right
    "0A": _SETUP,  # feature not supported, as writing to a view that cannot be written to
    "55000": _SETUP,  # PostgreSQL: cannot insert into view
    "21": _REJECTED,  # cardinality
    "22": _REJECTED,  # data exceptions: too long, out of range, wrong type, wrong encoding
    "23": _REJECTED,  # constraints
    "44": _REJECTED,  # WITH CHECK OPTION of a view
    "54000": _REJECTED,  # PostgreSQL: program limit, as an index entry that is too large
    "07006": _REJECTED,  # ODBC: restricted data type attribute violation
    "P0001": _REJECTED,  # PostgreSQL: a trigger of the table's owner raised an exception
    "45000": _REJECTED,  # MariaDB: a trigger of the table's owner signalled one
}

MYSQL: Mapping[int, Meaning] = {
    **dict.fromkeys(
        (1021, 1040, 1041, 1053, 1114, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1290, 1317),
        _AGAIN,
    ),
    **dict.fromkeys((1836, 1927, 1969, 2002, 2003, 2004, 2005, 2006, 2013, 2014, 2055), _AGAIN),
    **dict.fromkeys((1044, 1045, 1049, 1054, 1129, 1130, 1142, 1143, 1146, 1227, 1251), _SETUP),
    **dict.fromkeys((1364, 1370, 1471, 1698, 1820, 2026, 2059, 2061), _SETUP),
    **dict.fromkeys((1048, 1062, 1118, 1169, 1216, 1264, 1265, 1292, 1300, 1366, 1367), _REJECTED),
    **dict.fromkeys((1406, 1411, 1416, 1452, 1526, 1644, 1690, 1761, 1762, 3819, 4025), _REJECTED),
}

#: Primary result codes (the low byte of an extended one).
SQLITE: Mapping[int, Meaning] = {
    5: _AGAIN,  # SQLITE_BUSY
    6: _AGAIN,  # SQLITE_LOCKED
    10: _AGAIN,  # SQLITE_IOERR
    13: _AGAIN,  # SQLITE_FULL
    3: _SETUP,  # SQLITE_PERM
    8: _SETUP,  # SQLITE_READONLY
    14: _SETUP,  # SQLITE_CANTOPEN
    23: _SETUP,  # SQLITE_AUTH
    26: _SETUP,  # SQLITE_NOTADB
    18: _REJECTED,  # SQLITE_TOOBIG
    19: _REJECTED,  # SQLITE_CONSTRAINT
    20: _REJECTED,  # SQLITE_MISMATCH
}

ORACLE: Mapping[int, Meaning] = {
    **dict.fromkeys((54, 60, 1033, 1034, 1089, 3113, 3114, 3135, 8177, 12170, 12514), _AGAIN),
    **dict.fromkeys((12537, 12541, 12543, 12547, 28547), _AGAIN),
    **dict.fromkeys((904, 942, 1005, 1017, 1031, 1045, 12154, 28000, 28001), _SETUP),
    **dict.fromkeys((1, 1400, 1401, 1438, 1461, 1722, 1830, 1843, 2290, 2291, 12899), _REJECTED),
}
