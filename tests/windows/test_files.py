"""Spool, logs and followed files on Windows: its paths, its locks, its rules for open files."""

from __future__ import annotations

import pytest

from tests.windows.wine import SOURCE, Windows

pytestmark = pytest.mark.timeout(400)  # the first one may have to make the Windows Python

#: Tests of this project that are run by the Windows Python.
_TESTS = (
    "tests/integration/notifier_log",
    "tests/integration/spool",
    "tests/integration/test_file_tail.py",
)
#: What needs something that Windows or Wine does not have, or too much time there.
_NOT = (
    "owners_only",  # Unix's rights
    "without_the_right",  # Unix's rights
    "survives_a_kill",  # signals
    "link_that_points",  # Wine makes no symbolic links
    "replaced_file",  # a name stays taken until the last reader has closed the file
    "deleted_file",
    "folder_in_the_place",
    "thousand",
    "every_file_of_a_glob",
)


def test_files_as_windows_locks_them(windows: Windows) -> None:
    wanted = " and ".join(f"not {name}" for name in _NOT)
    words = ("-q", "-p", "no:cacheprovider", "-o", "timeout=0", "-k", wanted)
    done = windows.python("-m", "pytest", *words, *_TESTS, folder=windows.drive / SOURCE)

    assert done.status == 0, done
    assert " passed" in done.out
