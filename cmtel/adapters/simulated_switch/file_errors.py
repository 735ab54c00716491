"""The file system's refusals, as errors a user understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmtel.errors import AccessDenied, SourceError


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what the file system says of ``path`` as AccessDenied or SourceError."""
    try:
        yield
    except PermissionError as exc:
        raise AccessDenied(f"{path} cannot be written: {exc.strerror}.") from exc
    except OSError as exc:
        raise SourceError(f"{path} cannot be written: {exc.strerror}.") from exc
