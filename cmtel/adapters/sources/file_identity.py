"""What makes a file the same file: its id on its volume, and the bytes that were read of it.

A path is not an identity (rotation), an inode alone neither (it is used again after a deletion,
and survives a truncation). So three things together say "go on at this offset": the id, the hash
of the first bytes (up to 1,024; fewer while the file is shorter) and the hash of the last bytes
before the offset (up to 1,024).
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import BinaryIO

from cmtel.services.spool_ports import FileCheckpoint

#: How much of the beginning is hashed, and how much before the offset. Call records begin with
#: their time, so a few lines tell two files apart; a heading alone does not fill it.
PROOF_BYTES = 1024


def file_id_of(stat: os.stat_result) -> str:
    """Return ``device:inode``; on Windows volume serial number and file id."""
    return f"{stat.st_dev:x}:{stat.st_ino:x}"


def read_at(handle: BinaryIO, offset_bytes: int, count: int) -> bytes:
    """Return up to ``count`` bytes from ``offset_bytes`` on; fewer only at the end."""
    handle.seek(offset_bytes)
    return handle.read(count)


def hash_at(handle: BinaryIO, offset_bytes: int, count: int) -> str:
    """Return the SHA-256 of ``count`` bytes at ``offset_bytes``; "" if they are not all there."""
    data = read_at(handle, offset_bytes, count)
    return hashlib.sha256(data).hexdigest() if len(data) == count else ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What has to be in a file for reading to go on at ``offset_bytes``."""

    head: str
    head_bytes: int
    tail: str
    tail_bytes: int
    offset_bytes: int

    @classmethod
    def of(cls, handle: BinaryIO, offset_bytes: int, read_bytes: int) -> Proof:
        """Return the proof for an open file of which ``read_bytes`` were read.

        ``offset_bytes`` is at most ``read_bytes``: a partial line lies between the two.
        """
        head_bytes = min(read_bytes, PROOF_BYTES)
        tail_bytes = min(offset_bytes, PROOF_BYTES)
        return cls(
            hash_at(handle, 0, head_bytes),
            head_bytes,
            hash_at(handle, offset_bytes - tail_bytes, tail_bytes),
            tail_bytes,
            offset_bytes,
        )

    @classmethod
    def of_checkpoint(cls, checkpoint: FileCheckpoint) -> Proof:
        """Return the proof that a checkpoint holds."""
        note = json.loads(checkpoint.note) if checkpoint.note else {}
        return cls(
            checkpoint.fingerprint,
            checkpoint.fingerprint_bytes,
            note.get("tail", ""),
            note.get("tailBytes", 0),
            checkpoint.offset_bytes,
        )

    def fits(self, handle: BinaryIO) -> bool:
        """Return whether an open file begins with what was read."""
        if os.fstat(handle.fileno()).st_size < self.offset_bytes:
            return False
        tail_from = self.offset_bytes - self.tail_bytes
        return _is_at(handle, 0, self.head_bytes, self.head) and _is_at(
            handle, tail_from, self.tail_bytes, self.tail
        )

    def begins(self, handle: BinaryIO) -> bool:
        """Return whether an open file begins with the first bytes that were read."""
        return self.head_bytes > 0 and _is_at(handle, 0, self.head_bytes, self.head)

    def may_begin(self, handle: BinaryIO) -> bool:
        """Return whether it does, or is shorter still and might."""
        return os.fstat(handle.fileno()).st_size < self.head_bytes or self.begins(handle)


def _is_at(handle: BinaryIO, offset_bytes: int, count: int, wanted: str) -> bool:
    return count == 0 or (wanted != "" and hash_at(handle, offset_bytes, count) == wanted)
