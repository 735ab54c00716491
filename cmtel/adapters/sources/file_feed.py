"""A text file that grows, as a feed: each new line, or call of a format, is a record.

The file is known by id and content (file_identity.py), not by name:

- grown: what is behind the offset is new; a partial last line waits;
- copied or restored as it was (another id, the same content up to the offset): read on;
- rotated: the rest of the old file, found by its id among its neighbours, then the new one;
- emptied and filled again, or another file in its place: read from the beginning, if it was
  written later than the last look; else (an older copy was put there) from its end.

Without a format every line that is not empty counts. With one, only calls do, each dated by its
start. A decoder that joins records sees those of one look and of the running process; one that
needs the heading of the file gets its first bytes again after a restart.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, NamedTuple

from cmtel.adapters.shared_files import open_shared
from cmtel.adapters.sources.file_finder import FileFinder
from cmtel.adapters.sources.file_identity import Proof, file_id_of, read_at
from cmtel.domain.calls import CallRecord
from cmtel.errors import SourceUnavailable
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.services.notifier.ports import FeedReading, NewRecord
from cmtel.services.ports import Clock

#: At first sight the last record is looked for in so many bytes at the end.
_LAST_BYTES = 256 * 1024
#: Of more than this since the last look only the end is read.
_MOST_BYTES = 64 * 1024 * 1024
#: The heading of a file lies in its first bytes.
_HEADING_BYTES = 4096
_TEXT_CHARS = 60


class _Place(NamedTuple):
    """Where reading stands: the cursor."""

    file_id: str
    proof: Proof
    written_ns: int

    def dump(self) -> str:
        return json.dumps([self.file_id, asdict(self.proof), self.written_ns])

    @classmethod
    def load(cls, text: str) -> _Place | None:
        try:
            file_id, proof, written_ns = json.loads(text)
            return cls(file_id, Proof(**proof), int(written_ns))
        except (ValueError, TypeError):
            return None


class FileFeed:
    """Implements ``ports.FeedReader``. Used by one thread."""

    def __init__(
        self, path: Path, clock: Clock, form: Format | None = None,
        options: DecodeOptions | None = None, *, shows_lines: bool = True,
    ) -> None:  # fmt: skip
        """Follow a file.

        Args:
            form: What is counted are this format's calls; None: lines.
            shows_lines: The text of a record is the line; else it only says that there is one.
        """
        self._shows_lines = shows_lines
        self._path = path
        self._clock = clock
        self._form = form
        self._options = options or DecodeOptions()
        self._finder = FileFinder(str(path))
        #: The decoder of the file that is followed, by its id.
        self._decoder: tuple[str, Decoder] | None = None

    def read(self, cursor: str | None) -> FeedReading:
        """Return the records after the cursor; see the port.

        Raises:
            SourceUnavailable: The file is not there, or cannot be read.
        """
        try:
            with BufferedReader(open_shared(self._path)) as handle:
                return self._read(handle, cursor)
        except OSError as exc:
            raise SourceUnavailable(
                f"The file {self._path} cannot be read: {exc.strerror}.",
                hint="Feed/@path names it; the service's user must have the right to read it.",
            ) from exc

    def close(self) -> None:
        """Nothing is kept open between looks."""

    def _read(self, handle: BinaryIO, cursor: str | None) -> FeedReading:
        place = _Place.load(cursor) if cursor is not None else None
        file_id = file_id_of(os.fstat(handle.fileno()))
        if place is None:
            records, place = self._from_end(handle, file_id)
            return FeedReading(place.dump(), records[-1:] if cursor is None else [])
        if place.proof.fits(handle):
            records, after = self._from(handle, file_id, place.proof.offset_bytes)
        elif os.fstat(handle.fileno()).st_mtime_ns > place.written_ns and not self._is_cut(
            handle, place
        ):
            rest = self._rest_of_rotated(place, file_id)
            records, after = self._from(handle, file_id, 0)
            records = rest + records
        else:
            _, after = self._from_end(handle, file_id)
            records = []
        return FeedReading(after.dump(), records)

    @staticmethod
    def _is_cut(handle: BinaryIO, place: _Place) -> bool:
        """The same beginning, but less of it: an older state of this file was restored."""
        return place.proof.begins(handle)

    def _rest_of_rotated(self, place: _Place, file_id: str) -> list[NewRecord]:
        """Return what was written to the old file after the last look, under its new name."""
        if file_id == place.file_id:
            return []
        for found in self._finder.neighbours(str(self._path)):
            if found.file_id == place.file_id:
                with BufferedReader(open_shared(found.path)) as old:
                    if place.proof.fits(old):
                        return self._from(old, place.file_id, place.proof.offset_bytes)[0]
        return []

    def _from_end(self, handle: BinaryIO, file_id: str) -> tuple[list[NewRecord], _Place]:
        """Read the end only; what is before the first line end in it is no whole line."""
        size = os.fstat(handle.fileno()).st_size
        start = max(0, size - _LAST_BYTES)
        if start:
            start += read_at(handle, start, _LAST_BYTES).find(b"\n") + 1
        return self._from(handle, file_id, start)

    def _from(self, handle: BinaryIO, file_id: str, offset: int) -> tuple[list[NewRecord], _Place]:
        stat = os.fstat(handle.fileno())
        if stat.st_size - offset > _MOST_BYTES:
            return self._from_end(handle, file_id)
        data = read_at(handle, offset, stat.st_size - offset)
        whole, records = self._records(handle, file_id, offset, data)
        end = offset + whole
        return records, _Place(file_id, Proof.of(handle, end, end), stat.st_mtime_ns)

    def _records(
        self, handle: BinaryIO, file_id: str, offset: int, data: bytes
    ) -> tuple[int, list[NewRecord]]:
        """Return how many bytes belong to whole records, and what counts of those."""
        if self._form is None:
            whole = data.rfind(b"\n") + 1
            lines = (line.strip() for line in data[:whole].split(b"\n"))
            shown = _shown if self._shows_lines else _hidden
            return whole, [NewRecord(None, shown(line)) for line in lines if line]
        framer = self._form.make_framer()
        raws = framer.feed(data)
        decoder = self._decoder_of(self._form, handle, file_id, offset)
        outcomes = decoder.decode(raws, offset + 1, self._clock.now()).outcomes
        calls = [each for each in outcomes if isinstance(each, CallRecord)]
        return len(data) - framer.pending_bytes, [self._record(call) for call in calls]

    def _decoder_of(self, form: Format, handle: BinaryIO, file_id: str, offset: int) -> Decoder:
        known = self._decoder
        if known is not None and known[0] == file_id and offset:
            return known[1]
        decoder = form.make_decoder(self._options)
        if offset:
            heading = read_at(handle, 0, min(offset, _HEADING_BYTES))
            decoder.decode(form.make_framer().feed(heading), 1, self._clock.now())
        self._decoder = file_id, decoder
        return decoder

    def _record(self, call: CallRecord) -> NewRecord:
        moment = None
        if call.started_at is not None:
            moment = datetime.fromisoformat(call.started_at)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._options.timezone or UTC)
            # The years 1 and 9999 mean "never", and other zones may have no such time.
            is_moment = moment.year not in (MINYEAR, MAXYEAR)
            moment = moment.astimezone(UTC) if is_moment else None
        words = [word for word in (call.direction, call.line) if word]
        return NewRecord(moment, ", ".join(["call", *words]))


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else " " for c in text)[:_TEXT_CHARS]


def _hidden(line: bytes) -> str:
    return f"a line of {len(line)} bytes"
