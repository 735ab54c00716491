"""When the journal last took a call: by its watermarks, in the database's own clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.watching import WatchingConnection

if TYPE_CHECKING:
    from cmtel.domain.table_names import TableName


class LastDelivery:
    """Asks the watermark table beside a journal. Used by one thread."""

    def __init__(self, connection: WatchingConnection, target: TableName) -> None:
        self._connection = connection
        self._target = target

    def age(self) -> timedelta | None:
        """Return how long ago calls were last delivered into the table; None: never.

        Both instants are the database's, so that neither its zone nor its clock matters.

        Raises:
            DatabaseUnavailable, DatabaseSetupError
        """
        from sqlalchemy import func, select

        from cmtel.adapters.database.schema import TARGET_SIZE, key_text, watermark_table

        table = watermark_table(self._target.schema)
        key = key_text(self._target.table, TARGET_SIZE)
        query: Any = select(func.max(table.c.updated_at), func.current_timestamp())
        # Of the journal's own identity the row is never moved.
        query = query.where(table.c.target_table == key, table.c.spool_id != "journal")
        row: Any = self._connection.rows(query)[0]
        last, now = row
        if last is None:
            return None
        return _moment(now) - _moment(last)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _moment(value: Any) -> datetime:
    """Return date/times of drivers that give texts, or the session's offset, without one."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=None)
