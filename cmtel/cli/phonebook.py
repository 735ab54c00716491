"""``cmtel phonebook lookup|list|import|backfill``: names for numbers, rooms for extensions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli import phonebook_output
from cmtel.cli.journal_options import Names, Table, Url, target_of
from cmtel.cli.journal_view import Since
from cmtel.cli.output import settings, tell_error
from cmtel.errors import CmtelError, ExitStatus, PhoneBookError, UsageError

if TYPE_CHECKING:
    from cmtel.bootstrap.phone_books import Directories

app = typer.Typer(
    name="phonebook", help="Names for numbers, rooms for extensions.", no_args_is_help=True
)

Numbers = Annotated[
    list[str], typer.Argument(metavar="NUMBER...", help="Numbers, as calls or people write them.")
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Read every phone book anew before.")]
Extensions = Annotated[
    bool, typer.Option("--extensions", help="The list of extensions, not the phone book.")
]
Problems = Annotated[
    bool,
    typer.Option(
        "--problems",
        help="With --extensions: unknown, unused for 90 days and overlapping ones, as the "
        "journal's calls show.",
    ),
]
File = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]",
        help="A CSV with a header, or vCards (.vcf); without one all phone books are read anew.",
    ),
]
Encoding = Annotated[str, typer.Option("--encoding", help="utf-8, latin-1, cp1252 or cp850.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Forget what was imported before, instead of adding.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count, and change nothing.")]


@app.command()
def lookup(numbers: Numbers, refresh: Refresh = False) -> ExitStatus:
    """Tell whose numbers these are; exit status 1 if one is unknown."""
    from cmtel.bootstrap.phone_book_work import look_up

    with _directories() as directories:
        found, errors = look_up(directories, numbers, is_forced=refresh)
    for error in errors:
        tell_error(error)
    phonebook_output.show_found(found)
    if any(each.hit is None for each in found):
        return ExitStatus.FAILURE
    return ExitStatus.DEGRADED if errors and refresh else ExitStatus.DONE


@app.command("list")
def list_books(
    extensions: Extensions = False,
    problems: Problems = False,
    url: Url = None,
    table: Table = None,
    name: Names = None,
) -> ExitStatus:
    """List the phone books and the health of their local copies."""
    if problems and not extensions:
        raise UsageError("--problems needs --extensions.")
    with _directories() as directories:
        if problems:
            return _list_problems(directories, url, table, name)
        if extensions:
            _list_extensions(directories)
        else:
            _list_books(directories)
    return ExitStatus.DONE


@app.command("import")
def import_file(
    file: File = None,
    extensions: Extensions = False,
    encoding: Encoding = "utf-8",
    replace: Replace = False,
) -> ExitStatus:
    """Take a file into cmtel's own phone book, or read all books anew.

    A number that is there already is replaced; so is an extension with the same first day.
    """
    if encoding not in ("utf-8", "latin-1", "cp1252", "cp850"):
        raise UsageError(f"{encoding!r} is no known encoding.", hint="utf-8 or cp1252, mostly.")
    if file is None:
        return _refresh_all()
    return _import(file, encoding, extensions=extensions, is_whole=replace)


@app.command()
def backfill(
    url: Url = None,
    table: Table = None,
    name: Names = None,
    since: Since = None,
    dry_run: DryRun = False,
    refresh: Refresh = False,
) -> ExitStatus:
    """Give names to rows of the journal that have none.

    A row that has a name is never changed. It can be stopped and begun again at any time.
    """
    return _backfill(url, table, name, since, is_dry=dry_run, is_forced=refresh)


@contextmanager
def _directories() -> Iterator[Directories]:
    from cmtel.bootstrap.config import load_config_or_defaults
    from cmtel.bootstrap.enrichment import EnrichmentOrder
    from cmtel.bootstrap.phone_book_work import directories_of

    config = load_config_or_defaults(settings.config_path)
    with directories_of(EnrichmentOrder(config.journal, config.database)) as directories:
        yield directories


def _list_books(directories: Directories) -> None:
    from cmtel.bootstrap.phone_book_work import states

    phonebook_output.show_books(states(directories))


def _list_extensions(directories: Directories) -> None:
    _tell_errors(directories, is_forced=False)
    phonebook_output.show_extensions(directories.lists.directory.entries)


def _list_problems(
    directories: Directories, url: str | None, table: str | None, names: list[str] | None
) -> ExitStatus:
    from cmtel.bootstrap.phone_book_work import extension_problems

    _tell_errors(directories, is_forced=False)
    problems = extension_problems(directories, target_of(url, table, None, names))
    phonebook_output.show_problems(problems)
    return ExitStatus.DATA_DIFFER if problems else ExitStatus.DONE


def _refresh_all() -> ExitStatus:
    with _directories() as directories:
        is_well = _tell_errors(directories, is_forced=True)
        _list_books(directories)
    return ExitStatus.DONE if is_well else ExitStatus.DEGRADED


def _tell_errors(directories: Directories, *, is_forced: bool) -> bool:
    """Refresh copies; False, and the reasons on stderr, if some could not be made."""
    from cmtel.bootstrap.phone_book_work import refresh

    errors = refresh(directories, is_forced=is_forced)
    for error in errors:
        tell_error(error)
    return not errors


def _import(file: Path, encoding: str, *, extensions: bool, is_whole: bool) -> ExitStatus:
    from cmtel.bootstrap.phone_book_work import import_extensions, import_numbers

    take = import_extensions if extensions else import_numbers
    try:
        imported = take(file, encoding, is_whole=is_whole)
    except PhoneBookError as error:  # a file that was named is no book that comes back by itself
        raise CmtelError(error.message, hint=error.hint) from error
    phonebook_output.show_imported(imported)
    return ExitStatus.DATA_DIFFER if imported.faults else ExitStatus.DONE


def _backfill(
    url: str | None, table: str | None, names: list[str] | None, since: datetime | None,
    *, is_dry: bool, is_forced: bool,
) -> ExitStatus:  # fmt: skip
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap import phone_book_work
    from cmtel.cli.signals import stopped_by_signals

    target = target_of(url, table, None, names)
    clock = SystemClock()
    with stopped_by_signals(clock), _directories() as directories:
        is_well = _tell_errors(directories, is_forced=is_forced)
        result = phone_book_work.backfill(directories, target, since, clock, is_dry=is_dry)
    phonebook_output.show_backfill(result, is_dry=is_dry)
    if not result.is_complete:
        return ExitStatus.INTERRUPTED
    return ExitStatus.DONE if is_well else ExitStatus.DEGRADED
