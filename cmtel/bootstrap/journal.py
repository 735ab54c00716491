"""From words or settings to the journal table: target, engine, columns, sink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind
from cmtel.domain.table_names import TableName, parse_table_name
from cmtel.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cmtel.adapters.database.journal_reader import SqlJournalReader
    from cmtel.adapters.database.journal_sink import SqlJournalSink
    from cmtel.config.model import Config, Database
    from cmtel.services.journal_table import Finding
    from cmtel.services.journal_view import JournalWatch
    from cmtel.services.reading_ports import JournalQuery

DEFAULT_TABLE = "journal"


@dataclass(frozen=True, slots=True)
class JournalTarget:
    """The journal table that a command works on."""

    url: str | None
    table: TableName
    columns: tuple[JournalColumn, ...]
    user: str | None = None
    password: str | None = None
    #: False: nobody has chosen columns; then those that the table has are written.
    are_columns_chosen: bool = False


def resolve_target(
    url: str | None,
    table: str | None,
    columns: Sequence[str] = (),
    names: Sequence[str] = (),
    sizes: Sequence[str] = (),
    *,
    needs_url: bool = True,
    config: Config | None = None,
) -> JournalTarget:
    """Return the target that the options name; what they leave out is in the settings file.

    Raises:
        UsageError: Wrong columns, names or sizes.
        ConfigError: No database is named anywhere.
    """
    from cmtel.domain.column_selection import select_columns

    are_chosen = bool(columns)
    selected = select_columns(columns, names, sizes)
    if config is not None and config.journal.columns and not (columns or names or sizes):
        selected, are_chosen = config.journal.selected_columns, True
    return _resolve(url, table, selected, config, are_chosen=are_chosen, needs_url=needs_url)


def resolve_readable(
    url: str | None, table: str | None, names: Sequence[str], config: Config
) -> JournalTarget:
    """Return a target to read from: every column type, of which the table may have some."""
    from cmtel.domain.column_selection import readable_columns

    chosen = names or [f"{c.type.name}={c.name}" for c in config.journal.selected_columns]
    return _resolve(url, table, readable_columns(chosen), config)


def _resolve(
    url: str | None, table: str | None, columns: tuple[JournalColumn, ...], config: Config | None,
    *, are_chosen: bool = True, needs_url: bool = True,
) -> JournalTarget:  # fmt: skip
    """The one place where what the options leave out is taken from the settings."""
    login: tuple[str | None, str | None] = (None, None)
    if config is not None:
        table = table or config.journal.table
        if url is None and config.database is not None:
            url, login = config.database.url, _login(config.database)
    if url is None and needs_url:
        raise ConfigError(
            "No database is named.",
            hint="Give --url, for example --url sqlite:///journal.db or --url odbc:DSN=name, or "
            "a Database in the settings file ('cmtel init' writes one).",
        )
    name = parse_table_name(table or DEFAULT_TABLE)
    return JournalTarget(url, name, columns, *login, are_columns_chosen=are_chosen)


def _login(database: Database) -> tuple[str | None, str | None]:
    from cmtel.bootstrap.config import resolve_password

    password = resolve_password(database.password, database.secret_ref)
    return database.user, password.reveal() if password else None


def table_statements(target: JournalTarget, dialect_name: str | None) -> list[str]:
    """Return the SQL of create-table, for a dialect or for the target's database."""
    from cmtel.adapters.database import ddl

    name = dialect_name or open_target(target).dialect.name
    return ddl.statements_for(name, target.table, target.columns)


def create_table(target: JournalTarget, *, if_missing: bool) -> bool:
    """Make the target's tables; False: the journal table was there, and that is well."""
    from cmtel.adapters.database import ddl

    engine = open_target(target)
    try:
        return ddl.create_tables(engine, target.table, target.columns, if_missing=if_missing)
    finally:
        engine.dispose()


def open_target(
    target: JournalTarget, *, is_watching: bool = False, is_trial: bool = False
) -> Engine:
    """Return the engine of the target's database; nothing is connected yet.

    Args:
        is_watching, is_trial: As of ``adapters.database.connect.open_engine``.
    """
    from cmtel.adapters.database.connect import open_engine

    if target.url is None:
        raise UsageError("This needs a database.", hint="Give --url.")
    return open_engine(
        target.url, user=target.user, password=target.password,
        is_watching=is_watching, is_trial=is_trial,
    )  # fmt: skip


def make_sink(target: JournalTarget, *, is_trial: bool = False) -> SqlJournalSink:
    """Return the sink that delivery writes to; it owns its engine.

    Args:
        is_trial: For ``rehearse`` only.
    """
    from cmtel.adapters.database.journal_sink import SqlJournalSink

    engine = open_target(target, is_trial=is_trial)
    return SqlJournalSink(
        engine, target.table, target.columns, are_chosen=target.are_columns_chosen
    )


def make_reader(target: JournalTarget) -> SqlJournalReader:
    """Return the reader of the target's table; it owns its engine."""
    from cmtel.adapters.database.journal_reader import SqlJournalReader

    return SqlJournalReader(open_target(target), target.table, target.columns)


def make_watch(reader: SqlJournalReader, query: JournalQuery) -> JournalWatch:
    """Return a watch over the reader's table."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.services.journal_view import JournalWatch

    has_id = any(column.kind is Kind.KEY for column in reader.columns)
    return JournalWatch(reader, query, SystemClock(), has_id=has_id)


def validate_table(target: JournalTarget, *, is_watching: bool = False) -> list[Finding]:
    """Return every difference between the target's table and its columns."""
    from cmtel.adapters.database.catalog import SqlTableCatalog
    from cmtel.services.journal_table import validate

    engine = open_target(target, is_watching=is_watching)
    try:
        return validate(SqlTableCatalog(engine, target.table, target.columns), target.columns)
    finally:
        engine.dispose()
