"""Where the earlier generations of a log have gone: renamed, or copied and emptied.

Looks among the neighbours of a file: by id for what was renamed, by content for what was copied
(logrotate's copytruncate), by name and time for generations that came and went while nobody
looked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from typing import BinaryIO

from cmtel.adapters.shared_files import open_shared
from cmtel.adapters.sources.file_finder import FileFinder, Found
from cmtel.adapters.sources.file_identity import PROOF_BYTES, Proof, file_id_of
from cmtel.adapters.sources.tailed_file import TailedFile

#: What log rotation packs is not read: its lines were taken before, or are beyond reach.
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".lz4")
#: What log rotation adds to a name: a count, a day, or "old".
_GENERATION = re.compile(r"[._-]?([0-9][0-9._T-]*|old|bak)")
#: How long a file that might be a copy still being made is left alone.
_COPYING_SECS = 5.0
#: How long a file that fits the little that was read of another one is left alone.
_DOUBT_SECS = 10.0


def added_part(path: str, of: str) -> str | None:
    """Return what a rotated name adds to ``of``: ".1" for Master.csv.1, "-2" for Master-2.csv.

    None if ``path`` is no such name, or a packed file.
    """
    name, base = os.path.split(path)[1], os.path.split(of)[1]
    if name == base or name.endswith(_PACKED):
        return None
    if name.startswith(base):
        return name[len(base) :]
    stem, extension = os.path.splitext(base)  # noqa: PTH122  # text is enough
    if name.startswith(stem) and name.endswith(extension):
        return name[len(stem) : len(name) - len(extension)]
    return None


def original_name_of(path: str, exists: Callable[[str], TailedFile | None]) -> TailedFile | None:
    """Return the followed file of which ``path`` is a rotated name, if there is one."""
    folder, name = os.path.split(path)
    extension = os.path.splitext(name)[1]  # noqa: PTH122  # text is enough
    for end in range(len(name) - 1, 0, -1):
        for base in (name[:end], name[:end] + extension):
            file = exists(os.path.join(folder, base)) if base != name else None  # noqa: PTH118
            if file is not None:
                return file
    return None


def copied(
    finder: FileFinder, file: TailedFile, known: Container[str]
) -> tuple[Found, BinaryIO] | None:
    """Return the copy of what was read of ``file``, open, that was made before it was emptied.

    Files in ``known`` are no copies: they were read themselves.
    """
    if not file.proof.offset_bytes:
        return None
    for neighbour in finder.neighbours(file.name):
        if neighbour.file_id in known or added_part(neighbour.path, file.name) is None:
            continue
        handle = open_same(neighbour)
        if handle is not None and file.proof.fits(handle):
            return neighbour, handle
        if handle is not None:
            handle.close()
    return None


def missed(
    path: str, neighbours: Collection[Found], known: Mapping[str, Proof], followed: Container[str]
) -> list[Found]:
    """Return generations of ``path`` that came and went while nobody looked, oldest first.

    They carry a rotated name, nothing was read of them, and they are younger than the youngest
    earlier generation that something was read of. Without such a one it is not known where our
    reading began, and nothing is returned. What begins as a known one is a copy of it.
    """
    relatives = [near for near in neighbours if is_generation(near.path, path)]
    seen = [near for near in relatives if near.file_id in known]
    if not seen:
        return []
    youngest_ns = max(near.mtime_ns for near in seen)
    proofs = [known[near.file_id] for near in neighbours if near.file_id in known]
    found = [
        near
        for near in relatives
        if near.mtime_ns >= youngest_ns
        and near.file_id not in known
        and near.file_id not in followed
        and not _begins_as_any(near, proofs)
    ]
    return sorted(found, key=lambda near: (near.mtime_ns, near.path))


def is_generation(path: str, of: str) -> bool:
    """Return whether ``path`` is the name that log rotation gives to ``of``."""
    return _GENERATION.fullmatch(added_part(path, of) or "") is not None


def is_copy(file: TailedFile, handle: BinaryIO, original: TailedFile, now_secs: float) -> bool:
    """Return whether a new file has to be left alone, because it is a copy of a followed one.

    If a kilobyte and more of it is what was read of the original, it is a copy for good. On less
    evidence it is left alone for 10 s, in which copytruncate empties the original.
    """
    waited_secs = now_secs - file.found_at_secs
    if original.proof.offset_bytes and original.proof.fits(handle):
        return original.proof.offset_bytes >= PROOF_BYTES or waited_secs < _DOUBT_SECS
    return original.proof.may_begin(handle) and waited_secs < _COPYING_SECS


def open_same(found: Found) -> BinaryIO | None:
    """Return the file, open, if it can be read and is still the one that was found."""
    try:
        handle = open_shared(found.path)  # the caller closes
    except OSError:
        return None
    if file_id_of(os.fstat(handle.fileno())) == found.file_id:
        return handle
    handle.close()
    return None


def _begins_as_any(found: Found, proofs: Iterable[Proof]) -> bool:
    handle = open_same(found)
    if handle is None:
        return True
    with handle:
        return any(proof.begins(handle) for proof in proofs)
