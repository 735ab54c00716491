"""A new settings file, for ``cmtel init`` and for an installation without one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import known_to
from cmtel.bootstrap.folders import places
from cmtel.errors import CmtelError, ConfigError, UsageError

if TYPE_CHECKING:
    from cmtel.config.starter import Wishes


@dataclass(frozen=True, slots=True)
class Written:
    """A settings file that was written.

    Attributes:
        path: Where it is.
        to_fill_in: What has to be filled in before it can be used, each with its path and line.
    """

    path: Path
    to_fill_in: tuple[str, ...]


def write_settings(wishes: Wishes, output: str | None, *, force: bool) -> Written:
    """Write a commented settings file, for its owner only (0600).

    Args:
        wishes: What goes in; they are checked before anything is written.
        output: The path; None: the platform's first place.
        force: An older file of cmtel's is replaced. Another program's never is.

    Raises:
        UsageError: A wish cannot be; every one is named.
        ConfigError: The file that is there belongs to another program.
        CmtelError: There is a file already, and ``force`` is false.
        AccessDenied: This user may not write there.
    """
    from cmtel.adapters.secrets.private_files import write_private
    from cmtel.config.starter import starter_content, write_starter

    path = Path(output).absolute() if output is not None else Path(places().settings_files[0])
    _check_wishes(wishes, path)
    _check_old(path)
    text = write_starter(starter_content(wishes))
    if not write_private(path, text.encode("utf-8"), "The settings file", replace=force):
        message = f"{path} exists already; nothing was changed."
        raise CmtelError(message, hint="--force replaces it, --output names another place.")
    return Written(path, tuple(_problems(text.encode("utf-8"), path)))


def _check_wishes(wishes: Wishes, path: Path) -> None:
    from cmtel.config.starter import starter_content, write_starter

    for name in wishes.__slots__:
        if not (getattr(wishes, name) or "").isprintable():
            raise UsageError(f"The option for {name} has characters that cannot be written.")
    text = write_starter(starter_content(wishes, blank=False))
    problems = _problems(text.encode("utf-8"), path)
    if problems:
        # The line of a file that is not there yet says nothing.
        sentences = (re.sub(r" \(line [0-9]+\)", "", problem, count=1) for problem in problems)
        raise UsageError(" ".join(f"{sentence}." for sentence in sentences))


def _check_old(path: Path) -> None:
    """Return if there is nothing of another program's at ``path``.

    What is no XML at all is nobody's settings, and may be replaced by force.
    """
    from cmtel.adapters.secrets.private_files import is_there, read_limited
    from cmtel.config.load import MAX_FILE_BYTES, ForeignSettings, load

    if not is_there(path):
        return
    try:
        load(read_limited(path, MAX_FILE_BYTES, "The settings file"), str(path))
    except ForeignSettings:
        raise
    except ConfigError:
        return


def _problems(data: bytes, path: Path) -> list[str]:
    from cmtel.config.load import load
    from cmtel.config.parse import parse

    try:
        parse(load(data, str(path)), known_to(path.parent))
    except ConfigError as error:
        return list(error.problems or [error.message])
    return []
