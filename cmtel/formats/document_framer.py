"""Framers for documents, of which some parts are records: an XML element, a JSON object.

Bytes outside the records belong to the record that follows, the last ones to the last record;
a document without any is one record (formats.md 1.2).
"""

from __future__ import annotations

from abc import abstractmethod

from cmtel.formats.search_framer import SearchFramer


class DocumentFramer(SearchFramer):
    """Records are the parts that a subclass finds; each waits for the next, or for the end."""

    @abstractmethod
    def start_of_part(self, data: bytes, begin: int) -> int | None:
        """Return where the first part after ``begin`` starts, None if there is none yet."""

    @abstractmethod
    def end_of_part(self, data: bytes, start: int, *, is_settled: bool) -> int | None:
        """Return where the part that starts at ``start`` ends, None if that is not there yet."""

    def end_of_record(self, data: bytes, begin: int, *, is_settled: bool) -> int | None:
        """Return the end of the first part after ``begin``, once it is known not to be the last."""
        start = self.start_of_part(data, begin)
        end = None if start is None else self.end_of_part(data, start, is_settled=is_settled)
        if end is None:
            return None
        is_last = self.start_of_part(data, end) is None
        if not is_last:
            return end
        return len(data) if is_settled else None
