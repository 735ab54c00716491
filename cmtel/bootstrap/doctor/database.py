"""The way into the database: driver, data source, login, table, a row that is taken back, clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from cmtel.bootstrap.doctor.secrets import unchecked
from cmtel.bootstrap.journal import JournalTarget, make_sink, resolve_target, validate_table
from cmtel.domain.calls import CallRecord
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.domain.table_differences import Trouble
from cmtel.services.doctor import Finding, Probe, fail, ok, warn
from cmtel.services.ports import RowBatch

if TYPE_CHECKING:
    from cmtel.adapters.database.watching import WatchingConnection
    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.model import Config

#: Differences with which nothing, or nothing for sure, is stored.
_FATAL = frozenset({Trouble.NO_TABLE, Trouble.NO_COLUMN, Trouble.NOT_FILLED})
#: A database whose clock is off by more is worth a word, in seconds.
_CLOCK_SECS = 30.0
#: Whose row is tried: no spool has such an id, and nothing of it stays.
_TRIAL_SPOOL, _TRIAL_SOURCE = "cmtel doctor", "doctor"


def database_probes(site: Site) -> list[Sequence[Probe]]:
    """Return the probes of the settings' database, each building on those before it."""
    database = site.config.database
    if database is None:
        return []
    from cmtel.adapters.database.connect import describe_target

    looks = _Looks(site)
    asks = f"the database {describe_target(database.url)}"
    strand: list[Probe] = []

    def add(name: str, subject: str, look: Callable[[], Finding]) -> None:
        strand.append(Probe(name, subject, look, asks))

    if database.url[:5].lower() == "odbc:":
        add("odbc", "", looks.odbc)
        add("odbc-source", "", looks.source)
    add("database", describe_target(database.url), looks.login)
    add("database-clock", "", looks.clock)
    if site.config.journal.sources:
        add("journal-table", site.config.journal.table, looks.table)
        add("journal-insert", site.config.journal.table, looks.insert)
    return [strand]


class _Looks:
    """The probes; what one has found the next ones know."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._has_watermarks = True

    def odbc(self) -> Finding:
        """Manager and drivers."""
        from cmtel.adapters.database.odbc_setup import odbc_setup

        setup = odbc_setup()
        words = f"pyodbc {setup.pyodbc_version}, {setup.bits} bits"
        if not setup.drivers:
            return fail(
                f"there is no ODBC driver for {setup.bits}-bit programs ({words})",
                f"Install the database's {setup.bits}-bit ODBC driver; on Linux see "
                "'odbcinst -q -d'.",
            )
        return ok(f"{words}, drivers: {', '.join(setup.drivers)}")

    def source(self) -> Finding:
        """The data source or driver that the URL names."""
        from cmtel.adapters.database.odbc_setup import named_by, odbc_setup

        setup, named = odbc_setup(), named_by(_url(self._site.config)[5:])
        if named.source:
            known = {name.casefold(): driver for name, driver in setup.sources.items()}
            if named.source.casefold() not in known:
                return _no_source(named.source, setup.bits, setup.sources, self._site)
            return ok(f"{named.source} is there, with driver {known[named.source.casefold()]}")
        is_path = "/" in named.driver or "\\" in named.driver
        if named.driver and not is_path and named.driver not in setup.drivers:
            return fail(
                f"there is no {setup.bits}-bit ODBC driver '{named.driver}'",
                f"Installed are {', '.join(setup.drivers)}.",
            )
        return ok(f"driver {named.driver or 'of a file data source'}")

    def login(self) -> Finding:
        """Connect and log in, for looking only."""
        from cmtel.adapters.database.session_facts import product_of

        database = self._site.config.database
        found = unchecked(database.secret_ref) if database is not None else None
        if found is not None:
            return found._replace(is_blocking=True)
        with closing(self._connection()) as connection:
            product = product_of(connection)
        return ok(f"logged in; {product.dialect} {product.version}".rstrip())

    def clock(self) -> Finding:
        """The database's clock beside this machine's."""
        from cmtel.adapters.database.session_facts import database_now, product_of

        with closing(self._connection()) as connection:
            product_of(connection)  # connects, so that only the question is timed
            before = self._site.clock.now()
            theirs = database_now(connection)
            after = self._site.clock.now()
        if theirs is None:
            return ok("none of its own: the database is in a file")
        off_secs = (theirs - before - (after - before) / 2).total_seconds()
        if abs(off_secs) > _CLOCK_SECS + (after - before).total_seconds():
            ahead = "ahead of" if off_secs > 0 else "behind"
            return warn(
                f"the database's clock is {abs(off_secs):.0f} s {ahead} this machine's",
                "Let both be set by the network (NTP); calls would seem late or in the future.",
            )
        return ok(f"the database's clock and this machine's differ by {abs(off_secs):.1f} s")

    def table(self) -> Finding:
        """As ``cmtel journal validate``."""
        findings = validate_table(self._target(), is_watching=True)
        troubles = {each.trouble for each in findings}
        self._has_watermarks = Trouble.NO_WATERMARKS.value not in troubles
        if not findings:
            return ok("it has all columns, as they have to be")
        lines = [line for each in findings for line in (each.message, *_statements(each.cure))]
        cure = "'cmtel journal create-table' makes it; 'cmtel journal validate' has the SQL."
        is_fatal = bool(troubles & {each.value for each in _FATAL})
        what = "difference" if len(findings) == 1 else "differences"
        return (fail if is_fatal else warn)(f"{len(findings)} {what}", cure, lines)

    def insert(self) -> Finding:
        """A row and its watermark in a transaction that is rolled back."""
        if not self._has_watermarks:
            return warn(
                "not tried: there is no table cmtel_watermark yet",
                "'cmtel journal create-table --if-missing' makes it; the ingest does, if it may.",
            )
        with closing(make_sink(self._target(), is_trial=True)) as sink:
            sink.look()
            if not sink.is_transactional:
                return warn(
                    "not tried: what is written to this table cannot be taken back",
                    "See 'cmtel journal validate'.",
                )
            mapper = RowMapper(sink.columns, MappingContext(_TRIAL_SOURCE))
            rows = mapper.rows([_a_call(self._site)], [1])
            refused = sink.rehearse(RowBatch(_TRIAL_SPOOL, _TRIAL_SOURCE, rows, 0, 1))
        if refused:
            return fail(
                f"the database refuses a usual row: {refused[0].detail}",
                "'cmtel journal validate' compares the table; look for triggers and constraints.",
            )
        return ok("a row was written and taken back")

    def _connection(self) -> WatchingConnection:
        from cmtel.adapters.database.watching import WatchingConnection

        target = self._target()
        return WatchingConnection(target.url or "", user=target.user, password=target.password)

    def _target(self) -> JournalTarget:
        return resolve_target(None, None, config=self._site.config)


def _url(config: Config) -> str:
    return config.database.url if config.database is not None else ""


def _no_source(name: str, bits: int, known: dict[str, str], site: Site) -> Finding:
    seen = f"This user sees {', '.join(known)}." if known else "This user sees none."
    return fail(
        f"there is no {bits}-bit data source '{name}'",
        f"Make it as a system data source of the {bits}-bit ODBC administrator (Linux: in "
        f"/etc/odbc.ini). {seen}",
        ["A user data source is seen by its user only, never by a service."]
        if site.is_service
        else (),
    )


def _statements(cure: Sequence[str]) -> list[str]:
    return [f"  {statement}" if statement[:2] == "--" else f"  {statement};" for statement in cure]


def _a_call(site: Site) -> CallRecord:
    """A short call of this minute, with a value in every field that most switches tell."""
    zone = site.config.time_zone
    started_at = site.clock.now().astimezone(zone).replace(tzinfo=None).isoformat("T", "seconds")
    return CallRecord(
        direction="out", state="CONN", started_at=started_at, ended_at=started_at,
        remote_number="0", local_number="0", forwarded_via=None, name=None, ring_ms=0,
        connected_secs=1, charge=None, charge_cents=None, currency=None, line=None,
        account_code=None, call_id=None, leg=None, raw="cmtel doctor",
    )  # fmt: skip
