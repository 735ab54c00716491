"""One file being followed: from where it is read, and what proves that it is still the same.

A TailedFile is one generation: when the file is truncated or replaced, a new one begins.
"""

from __future__ import annotations

import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import BinaryIO

from cmtel.adapters.sources.file_identity import Proof
from cmtel.services.ports import Feed, Intake
from cmtel.services.spool_ports import FileCheckpoint

#: One read.
BLOCK_BYTES = 256 * 1024
NOTHING_READ = Proof("", 0, "", 0, 0)


@dataclass(slots=True, eq=False)
class TailedFile:
    """State of one generation of one file.

    Attributes:
        path: Where it is now.
        name: The path under which it was followed first: the base of its rotated names.
        position_bytes: Everything before it was pushed into the feed.
        proof: What proves the generation; its offset is behind the last whole record.
        input_id: The name of its input in the spool; "" while it has none.
        seen: Size and time of change when it was last read to its end.
        changed_at_secs: When (monotonic) it last had something new.
        found_at_secs: When (monotonic) it was first seen in this run.
        is_rotated: It has lost its name to another file, or to nobody.
        is_own: It was made sure that it is no copy of another followed file.
        is_copy_for_good: It is one, and stays unread.
    """

    file_id: str
    path: str
    name: str
    proof: Proof = NOTHING_READ
    position_bytes: int = 0
    feed: Feed | None = None
    input_id: str = ""
    seen: tuple[int, int] = (-1, -1)
    changed_at_secs: float = 0.0
    found_at_secs: float = 0.0
    is_rotated: bool = False
    is_own: bool = False
    is_copy_for_good: bool = False

    def push(self, intake: Intake, handle: BinaryIO, limit_bytes: int) -> int:
        """Read on from the position and push up to ``limit_bytes``; return how many there were."""
        pushed = 0
        handle.seek(self.position_bytes)
        while pushed < limit_bytes and (block := handle.read(BLOCK_BYTES)):
            self._opened(intake).push(block)
            pushed += len(block)
            self.position_bytes += len(block)
        return pushed

    def remember(self, intake: Intake, handle: BinaryIO, *, is_complete: bool = False) -> None:
        """Queue the checkpoint; with ``is_complete`` the partial last line counts as read."""
        feed = self._opened(intake)
        pending = 0 if is_complete else feed.pending_bytes
        offset = max(self.position_bytes - pending, 0)
        self.proof = Proof.of(handle, offset, self.position_bytes)
        self._queue_checkpoint(feed)

    def remember_complete(self) -> None:
        """Count the partial last line of a file that can no longer be read as read."""
        head = self.proof
        self.proof = Proof(head.head, head.head_bytes, "", 0, self.position_bytes)

    def end_feed(self, intake: Intake) -> bool:
        """Close the input, also one that an earlier run left open; return whether there was one.

        Its partial line, if any, becomes a record.
        """
        if not self.input_id:
            return False
        feed = self._opened(intake)
        self.input_id, self.feed = "", None
        self._queue_checkpoint(feed)
        feed.close()
        return True

    def _opened(self, intake: Intake) -> Feed:
        """Return the feed; a generation keeps its input over renames, copies and restarts."""
        if self.feed is None:
            self.input_id = self.input_id or f"{self.file_id}/{secrets.token_hex(4)}"
            self.feed = intake.open_feed(input_id=self.input_id)
        return self.feed

    def _queue_checkpoint(self, feed: Feed) -> None:
        proof = self.proof
        feed.checkpoint(
            file_id=self.file_id,
            path=self.name,
            fingerprint=proof.head,
            fingerprint_bytes=proof.head_bytes,
            offset_bytes=proof.offset_bytes,
            note=json.dumps(
                {"tail": proof.tail, "tailBytes": proof.tail_bytes, "input": self.input_id}
            ),
        )


def input_id_of(checkpoint: FileCheckpoint) -> str:
    """Return the input that was open when the checkpoint was made, "" if none was."""
    return str(json.loads(checkpoint.note)["input"]) if checkpoint.note else ""


class OpenHandles:
    """The handles of the files read last; older ones are closed, so 10,000 files need few.

    A handle that is kept lets a file be read to its end after it was renamed or deleted. On
    Windows nothing is kept (capacity 0): Python opens without FILE_SHARE_DELETE, so a handle of
    ours would keep the writer from renaming its file; there it is open only while it is read.

    Source: Microsoft, CreateFileW, dwShareMode.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._handles: OrderedDict[TailedFile, BinaryIO] = OrderedDict()

    def kept(self, file: TailedFile) -> BinaryIO | None:
        """Return the open handle of a file, if there is one."""
        return self._handles.get(file)

    def keep(self, file: TailedFile, handle: BinaryIO) -> None:
        """Take over an open handle and close those that are too many, perhaps this one."""
        self._handles[file] = handle
        self._handles.move_to_end(file)
        while len(self._handles) > self._capacity:
            self._handles.popitem(last=False)[1].close()

    def drop(self, file: TailedFile) -> None:
        """Close the handle of a file."""
        handle = self._handles.pop(file, None)
        if handle is not None:
            handle.close()

    def close(self) -> None:
        """Close all."""
        while self._handles:
            self._handles.popitem()[1].close()
