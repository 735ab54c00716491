"""From a URL to an engine: which driver, which time-outs, which settings of the session.

``--url`` is any SQLAlchemy URL or ``odbc:DSN=...`` / ``odbc:Driver={...};...``. Connecting is left
to the first use; an engine connects again by itself after its connection has died.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import is_lost_connection
from cmtel.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

#: Seconds for making a connection: a server on another continent answers in one.
CONNECT_TIMEOUT_SECS = 10

#: Seconds that a writer waits for another one in SQLite; longer than any of our own transactions.
SQLITE_BUSY_TIMEOUT_SECS = 30

#: Seconds without an answer after which a statement's connection counts as dead.
ANSWER_TIMEOUT_SECS = 60

#: The driver of a URL that names none.
_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}

#: Module that a driver needs, and what to install for it.
_EXTRAS = {
    "psycopg": ("psycopg", "psycopg[binary]"),
    "pymysql": ("pymysql", "cmtel[mariadb]"),
    "oracledb": ("oracledb", "oracledb"),
    "mariadbconnector": ("mariadb", "mariadb"),
    "mysqldb": ("MySQLdb", "mysqlclient"),
    "pyodbc": ("pyodbc", "pyodbc"),
}


def open_engine(
    url: str, *, user: str | None = None, password: str | None = None,
    is_watching: bool = False, is_trial: bool = False,
) -> Engine:  # fmt: skip
    """Return an engine for the URL; connections of its pool are checked before each use.

    Args:
        url: SQLAlchemy URL, or ``odbc:`` and an ODBC connection string.
        user: The login, where the URL has none or another one.
        password: Likewise; kept out of every message.
        is_watching: For looking only: see watching_sessions.
        is_trial: For what is tried and taken back: see trial_sessions.

    Raises:
        UsageError: Not a URL, or no such dialect.
        MissingExtra: The driver's package is not installed.
        DatabaseUnavailable, DatabaseSetupError: Only for ``odbc:``, whose driver has to be asked.
    """
    if url[:5].lower() == "odbc:":
        from cmtel.adapters.database.odbc import open_odbc_engine

        engine = open_odbc_engine(url[5:], user=user, password=password)
    else:
        engine = _open(with_login(parse_url(url), user, password), is_watching=is_watching)
    if is_watching:
        prepare_watching(engine)
    else:
        prepare_sessions(engine, is_trial=is_trial)
    return engine


def parse_url(url: str) -> URL:
    """Return the URL with its driver named.

    Raises:
        UsageError: Not a URL, or one whose password is not percent-encoded.
    """
    import sqlalchemy.exc
    from sqlalchemy import make_url

    try:
        parsed = make_url(url)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        # The text may hold a password, so neither it nor the cause goes into the message.
        raise UsageError(
            "The database URL cannot be read.",
            hint="For example sqlite:///journal.db, postgresql://user@host/name, odbc:DSN=name.",
        ) from None
    if parsed.host is not None and "@" in f"{parsed.host}{parsed.database}":
        # What is behind the first @ counts as host: messages would show half the password.
        raise UsageError(
            "The user or the password in the database URL has an @ that is not written as %40.",
            hint="Write @ as %40, / as %2F, : as %3A and % as %25 in them.",
        )
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def with_login(url: URL, user: str | None, password: str | None) -> URL:
    """Return the URL with user and password where they are given."""
    url = url if user is None else url.set(username=user)
    return url if password is None else url.set(password=password)


def mask(url: str) -> str:
    """Return the URL as it may be shown: without the password."""
    if url[:5].lower() == "odbc:":
        from cmtel.adapters.database.odbc import mask_odbc

        return f"odbc:{mask_odbc(url[5:])}"
    parsed = parse_url(url)
    secret = {k: "***" for k in parsed.query if k.lower() in ("password", "passwd", "pwd")}
    return parsed.update_query_dict(secret).render_as_string(hide_password=True)


def describe_target(url: str) -> str:
    """Return a short name of the database for people: ``postgresql cdr on db.example:5432``."""
    if url[:5].lower() == "odbc:":
        return mask(url)
    parsed = parse_url(url)
    dialect = parsed.drivername.partition("+")[0]
    port = f":{parsed.port}" if parsed.port else ""
    place = f" on {parsed.host}{port}" if parsed.host else ""
    return f"{dialect} {parsed.database or ''}{place}".replace("  ", " ")


def _open(url: URL, *, is_watching: bool) -> Engine:
    import sqlalchemy
    import sqlalchemy.exc

    from cmtel.adapters.database.watching_sessions import watching_args

    name, _, driver = url.drivername.partition("+")
    if driver == "pyodbc" and url.host and url.database and "driver" not in url.query:
        raise UsageError(
            f"The URL {url.drivername}://... names no ODBC driver.",
            hint="Append ?driver=ODBC+Driver+18+for+SQL+Server; 'odbcinst -q -d' lists those "
            "that are installed. A data source needs none: mssql+pyodbc://user@dsn.",
        )
    try:
        dialect = url.get_dialect()
        defaults = _connect_args(name, driver, url)
        if is_watching:
            defaults = watching_args(url, defaults)
        engine = sqlalchemy.create_engine(url, pool_pre_ping=True, connect_args=defaults)
    except sqlalchemy.exc.NoSuchModuleError as exc:
        raise UsageError(
            f"There is no database dialect {url.drivername!r}.",
            hint="For example sqlite, postgresql, mariadb, mysql, mssql+pyodbc, oracle.",
        ) from exc
    except ImportError as exc:
        raise _missing(driver or dialect.driver) from exc
    except ValueError as exc:
        raise UsageError(
            f"An option in the database URL has a value that cannot be used: {exc}.",
            hint="Check what stands behind the ? in the URL.",
        ) from exc
    return engine


def _missing(driver: str) -> MissingExtra:
    _, package = _EXTRAS.get(driver, (driver, driver))
    return MissingExtra(
        f"The database driver {driver} is not installed.", hint=f'pip install "{package}"'
    )


def _connect_args(name: str, driver: str, url: URL) -> dict[str, Any]:
    """Time-outs and character sets by driver; what the URL's query says wins."""
    if name == "sqlite" and driver in ("", "pysqlite"):
        defaults: dict[str, Any] = {"timeout": SQLITE_BUSY_TIMEOUT_SECS}
    elif driver == "psycopg":
        defaults = {
            "connect_timeout": CONNECT_TIMEOUT_SECS,
            "client_encoding": "utf8",
            "application_name": "cmtel",
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 4,
            "tcp_user_timeout": ANSWER_TIMEOUT_SECS * 1000,
        }
    elif driver == "pymysql":
        defaults = {
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_TIMEOUT_SECS,
            "read_timeout": ANSWER_TIMEOUT_SECS,
            "write_timeout": ANSWER_TIMEOUT_SECS,
        }
    elif driver == "pyodbc":
        defaults = {"timeout": CONNECT_TIMEOUT_SECS}
    else:
        defaults = {}
    return {key: value for key, value in defaults.items() if key not in url.query}


def prepare_watching(engine: Engine) -> None:
    """See to it that every new connection only looks, and never for long."""
    from sqlalchemy import event

    from cmtel.adapters.database.watching_sessions import open_read_only, prepare_watching_session

    event.listen(engine, "handle_error", _notice_lost_connection)
    if engine.dialect.driver == "pysqlite":
        event.listen(engine, "do_connect", open_read_only)
    event.listen(engine, "connect", prepare_watching_session(engine))


def prepare_sessions(engine: Engine, *, is_trial: bool = False) -> None:
    """See to it that every new connection is durable, strict and transactional."""
    from sqlalchemy import event

    event.listen(engine, "handle_error", _notice_lost_connection)
    name = engine.dialect.name
    if name == "sqlite" and is_trial:
        from cmtel.adapters.database.trial_sessions import prepare_sqlite_trials

        prepare_sqlite_trials(engine)
    elif name == "sqlite" and engine.dialect.driver == "pysqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_over_odbc)
    elif name in ("mysql", "mariadb"):
        event.listen(engine, "connect", _prepare_mysql)
    elif name == "postgresql":
        event.listen(engine, "connect", _prepare_postgresql)


def _notice_lost_connection(context: Any) -> None:
    """SQLAlchemy's dialects over pyodbc do not know what a lost connection looks like."""
    if is_lost_connection(context.original_exception, context.dialect.name):
        context.is_disconnect = True


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """WAL lets readers read while a batch is written; FULL: a commit survives a power cut.

    Python's sqlite3 is kept from its own ideas of when a transaction begins: with them a
    savepoint would be outside of any.
    """
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_sqlite_over_odbc(connection: Any, _record: Any) -> None:
    connection.autocommit = True  # inside a transaction the journal mode cannot be changed
    _run(connection, f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_SECS * 1000}")
    _run(connection, "PRAGMA journal_mode=WAL")
    _run(connection, "PRAGMA synchronous=FULL")
    _run(connection, "PRAGMA foreign_keys=ON")
    connection.autocommit = False


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _prepare_mysql(connection: Any, _record: Any) -> None:
    """Without strict mode MariaDB and MySQL cut texts and clip numbers instead of refusing them."""
    _run(
        connection,
        "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES')",
    )


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """The spool forgets what was committed, so a commit that is not on disk yet must not count."""
    _run(
        connection,
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'",
    )
    connection.commit()


def _run(connection: Any, sql: str) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
    finally:
        cursor.close()
