"""A file of arrivals, one time stamp a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cmtel.errors import SourceError


@contextmanager
def open_arrivals(path: Path) -> Iterator[TextIO]:
    """Open the file as text; ``-`` is standard input.

    Raises:
        SourceError: It cannot be opened, or is no UTF-8 text.
    """
    try:
        if str(path) == "-":
            yield sys.stdin
            return
        with path.open(encoding="utf-8-sig") as file:
            yield file
    except OSError as exc:
        raise SourceError(f"The arrivals file {path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise SourceError(
            f"The arrivals file {path} is no UTF-8 text.", hint="Save it as UTF-8 or plain ASCII."
        ) from exc
