"""Every error a user can meet, and the exit status it ends with.

    CmtelError                     1   message; hint; retryable = False
    ├── UsageError                 2
    ├── ConfigError                6   .source  .problems: every one, with its path
    ├── MissingExtra               6
    ├── AccessDenied               5
    ├── ServiceError               1
    │   ├── ServiceNotInstalled    4
    │   ├── ServiceNotRunning      3
    │   └── ServiceTimeout         7   .wanted .seen .waited_secs
    ├── DatabaseError              1   .operation
    │   ├── DatabaseUnavailable   12   retryable: connection, time-out, deadlock
    │   ├── DatabaseSetupError     6   login refused, DSN unknown, table missing
    │   ├── WatermarkConflict      1   another writer moved the watermark; retryable
    │   └── RecordRejected        11   this row can never be stored -> dead letter
    ├── StoppedEarly             130   asked to stop before anything was started
    ├── JournalMismatch           11   .differences: every one
    ├── SpoolError                13
    │   └── SpoolFull             13   retryable
    ├── LineRejected              11   .reason -> dead letter, never fatal
    ├── SourceError                1
    │   └── SourceUnavailable      8   retryable: refused, cut, no such device
    ├── PhoneBookError             8   retryable: its last good copy stays in use
    └── MailError                  8   the mail settings are refused
        └── MailUnavailable        8   retryable: no answer, or not now

Messages are full sentences that name the thing and hold no secret; ``hint`` says what to do.
An adapter translates once (``raise ... from exc``); cli/boundary.py shows once.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, unique
from typing import ClassVar


@unique
class ExitStatus(IntEnum):
    """The published exit statuses; batch files compare with ``%ERRORLEVEL%==n``."""

    DONE = 0
    FAILURE = 1
    USAGE = 2
    NOT_RUNNING = 3
    NOT_INSTALLED = 4
    ACCESS_DENIED = 5
    CONFIGURATION = 6
    TIMED_OUT = 7
    DEGRADED = 8
    PAUSED = 9
    STALLED = 10
    DATA_DIFFER = 11
    DATABASE_UNAVAILABLE = 12
    SPOOL = 13
    INTERRUPTED = 130


class CmtelError(Exception):
    """Something cmtel expected could go wrong, did."""

    exit_status: ClassVar[ExitStatus] = ExitStatus.FAILURE
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CmtelError):
    """The command was given words that it does not know."""

    exit_status = ExitStatus.USAGE


class ConfigError(CmtelError):
    """The configuration is not usable; ``problems`` has every reason, each with its path."""

    exit_status = ExitStatus.CONFIGURATION

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        source: str = "",
        problems: Sequence[str] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.source = source
        self.problems = tuple(problems)


class MissingExtra(CmtelError):
    """A feature was asked for whose optional package is not installed."""

    exit_status = ExitStatus.CONFIGURATION


class AccessDenied(CmtelError):
    """The operating system refused; other rights are needed."""

    exit_status = ExitStatus.ACCESS_DENIED


class ServiceError(CmtelError):
    """The service manager refused."""


class ServiceNotInstalled(ServiceError):
    """The service is not installed."""

    exit_status = ExitStatus.NOT_INSTALLED


class ServiceNotRunning(ServiceError):
    """The service is not running."""

    exit_status = ExitStatus.NOT_RUNNING


class ServiceTimeout(ServiceError):
    """The service did not reach the wanted state in time."""

    exit_status = ExitStatus.TIMED_OUT

    def __init__(self, message: str, *, wanted: str, seen: str, waited_secs: float) -> None:
        super().__init__(message)
        self.wanted = wanted
        self.seen = seen
        self.waited_secs = waited_secs


class DatabaseError(CmtelError):
    """The database refused; not retried blindly."""

    def __init__(self, message: str, *, hint: str | None = None, operation: str = "") -> None:
        super().__init__(message, hint=hint)
        self.operation = operation


class DatabaseUnavailable(DatabaseError):
    """The database cannot be reached now; nothing was written, try again."""

    exit_status = ExitStatus.DATABASE_UNAVAILABLE
    retryable = True


class DatabaseSetupError(DatabaseError):
    """The database needs an administrator: login, data source, table, or right."""

    exit_status = ExitStatus.CONFIGURATION


class WatermarkConflict(DatabaseError):
    """Another writer was faster; nothing was written, read the watermark again."""

    retryable = True


class RecordRejected(DatabaseError):
    """The database can never store this row; its transaction was rolled back."""

    exit_status = ExitStatus.DATA_DIFFER


class StoppedEarly(CmtelError):
    """A wish to stop came before anything was started; nothing was changed."""

    exit_status = ExitStatus.INTERRUPTED


class JournalMismatch(CmtelError):
    """The journal table does not have the columns that were asked for."""

    exit_status = ExitStatus.DATA_DIFFER

    def __init__(
        self, message: str, *, hint: str | None = None, differences: Sequence[str]
    ) -> None:
        super().__init__(message, hint=hint)
        self.differences = tuple(differences)


class SpoolError(CmtelError):
    """The spool cannot be read or written; what it accepted before is still in it."""

    exit_status = ExitStatus.SPOOL


class SpoolFull(SpoolError):
    """The spool has reached its limit; nothing was accepted, the source has to wait."""

    retryable = True


class LineRejected(CmtelError):
    """A record that does not have the format's layout; ``reason`` is a code of formats.md 1.3."""

    exit_status = ExitStatus.DATA_DIFFER

    def __init__(self, reason: str = "unparsed") -> None:
        super().__init__(reason)
        self.reason = reason


class SourceError(CmtelError):
    """A source cannot be used as it was described."""


class SourceUnavailable(SourceError):
    """The source cannot be reached now; it is tried again."""

    exit_status = ExitStatus.DEGRADED
    retryable = True


class PhoneBookError(CmtelError):
    """A phone book or list of extensions cannot be read now; its last good copy stays in use."""

    exit_status = ExitStatus.DEGRADED
    retryable = True


class MailError(CmtelError):
    """A mail could not be handed to the server."""

    exit_status = ExitStatus.DEGRADED


class MailUnavailable(MailError):
    """The mail or token server does not answer, or not now."""

    retryable = True
