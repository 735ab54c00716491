"""Small private files: read with a limit, written whole or not at all.

Source: rename(2) and fsync(2) for the order of steps; Microsoft MoveFileEx for Windows.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from cmtel.errors import AccessDenied, CmtelError, ConfigError


def is_there(path: Path) -> bool:
    """Whether something has that name; also True where this user may not look: reading tells."""
    try:
        path.lstat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def read_limited(path: Path, max_bytes: int, what: str) -> bytes:
    """Return the content of a file, or its first ``max_bytes + 1`` bytes if it has more.

    Args:
        path: The file; it must be a regular one, so that reading ends.
        max_bytes: More is not wanted; the caller says so.
        what: What the file is, for messages ("The settings file").

    Raises:
        ConfigError: There is no such file, or it is a folder or device.
        AccessDenied: This user may not read it.
    """
    with _told(path, what, "read"):
        if path.exists() and not path.is_file():
            raise ConfigError(f"{what} {path} is no file.")
        with path.open("rb") as file:
            return file.read(max_bytes + 1)


def write_private(path: Path, data: bytes, what: str, *, replace: bool) -> bool:
    """Write a file that only its owner can read; missing folders are made (0700).

    1. Write a new file beside it (0600) and sync it. 2. Give it the name, in one step. 3. Sync
    the folder. A crash leaves the old file.

    Returns:
        False if the name is taken and ``replace`` is false; nothing was changed.

    Raises:
        AccessDenied, CmtelError: The system refused; nothing was changed.
    """
    with _told(path, what, "written"):
        make_private_folder(path.parent)
        new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
        try:
            _write_synced(new, data)
            if not _give_name(new, path, replace=replace):
                return False
        finally:
            new.unlink(missing_ok=True)
        _sync_folder(path.parent)
    return True


def make_private_folder(folder: Path) -> None:
    """Make a folder for its owner only (those above it as usual); one that exists stays as it is.

    Raises:
        AccessDenied, CmtelError: The system refused.
    """
    with _told(folder, "The folder", "made"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_synced(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give_name(new: Path, path: Path, *, replace: bool) -> bool:
    if replace:
        new.replace(path)
        return True
    try:
        if sys.platform == "win32":
            new.rename(path)  # fails there if the name is taken
        else:
            os.link(new, path)  # a rename would replace silently
    except FileExistsError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be opened there; NTFS logs the rename itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told(path: Path, what: str, verb: str) -> Iterator[None]:
    """Translate what the operating system says into errors of ours."""
    try:
        yield
    except PermissionError as error:
        hint = "Run it as the file's owner, or elevated."
        raise AccessDenied(f"{what} {path} cannot be {verb}: access denied.", hint=hint) from error
    except FileNotFoundError as error:
        raise ConfigError(f"{what} {path} does not exist.") from error
    except OSError as error:
        reason = error.strerror or "the system refused"
        raise CmtelError(f"{what} {path} cannot be {verb}: {reason}.") from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(f"{what} {str(path)!r} has no possible name.") from error
