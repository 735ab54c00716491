"""The manifest of a simulation: a JSON line for each call that was sent, to compare with."""

from __future__ import annotations

from pathlib import Path

from cmtel.adapters.simulated_switch.file_errors import translated


class ManifestFile:
    """Writes a new file; each line is with the operating system when ``add`` returns."""

    def __init__(self, path: Path) -> None:
        """Make the file, or empty it.

        Raises:
            AccessDenied, SourceError: It cannot be written.
        """
        self._path = path
        with translated(path):
            self._file = path.open("wb")

    def add(self, lines: bytes) -> None:
        with translated(self._path):
            self._file.write(lines)
            self._file.flush()

    def close(self) -> None:
        self._file.close()
