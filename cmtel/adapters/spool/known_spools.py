"""Which spools were used on this machine, so that ``cmtel status`` finds them without options.

One absolute folder a line in ``spools`` of the state folder. It is a convenience: if the state
folder cannot be written, ``--spool`` still names any spool.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cmtel.adapters.spool.sqlite_spool import FILE_NAME

_LIST_NAME = "spools"


def note(state_folder: Path, spool_folder: Path) -> None:
    """Add a spool to the list, if it is not in it."""
    folder = spool_folder.resolve()
    if folder in _listed(state_folder):
        return
    with contextlib.suppress(OSError):  # a read-only state folder: status then needs --spool
        state_folder.mkdir(parents=True, exist_ok=True)
        with (state_folder / _LIST_NAME).open("ab") as file:
            file.write(os.fsencode(f"{folder}\n"))


def known(state_folder: Path) -> list[Path]:
    """Return the folders in the list that still hold a spool."""
    return [folder for folder in _listed(state_folder) if (folder / FILE_NAME).exists()]


def _listed(state_folder: Path) -> list[Path]:
    try:
        text = os.fsdecode((state_folder / _LIST_NAME).read_bytes())
    except OSError:
        return []
    return [Path(line) for line in dict.fromkeys(text.splitlines()) if line]
