"""A new file with what a source has brought."""

from __future__ import annotations

from pathlib import Path

from cmtel.errors import AccessDenied, SourceError, UsageError


def write_new(path: Path, data: bytes) -> None:
    """Write ``data`` to a file that is not there yet.

    Raises:
        UsageError: There is such a file already; it is left alone.
        AccessDenied: The operating system refuses.
        SourceError: It cannot be written for another reason.
    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as exc:
        raise UsageError(f"There is a file '{path}' already.", hint="Name a new one.") from exc
    except PermissionError as exc:
        raise AccessDenied(f"The file '{path}' may not be written.") from exc
    except OSError as exc:
        raise SourceError(f"'{path}' cannot be written: {exc.strerror or exc}.") from exc
