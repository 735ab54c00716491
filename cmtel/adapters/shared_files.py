"""Reading files that belong to others, without being in their way.

On Windows a file that Python has open can be neither renamed nor deleted by its owner: a switch's
log could not be rotated as long as somebody reads it. Opened here, it can.

Source:
    Microsoft Learn, "CreateFileW function", dwShareMode.
"""

from __future__ import annotations

import io
import os
import sys

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _GENERIC_READ = 0x80000000
    #: FILE_SHARE_READ, FILE_SHARE_WRITE and FILE_SHARE_DELETE, which renaming needs, too.
    _SHARE_ALL = 1 | 2 | 4
    _OPEN_EXISTING = 3
    _INVALID = wintypes.HANDLE(-1).value
    _create_file = ctypes.WinDLL("kernel32", use_last_error=True).CreateFileW
    _create_file.restype = wintypes.HANDLE
    _create_file.argtypes = (
        wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD,
        wintypes.DWORD, wintypes.HANDLE,
    )  # fmt: skip

    def _open_shared(path: str) -> io.FileIO:
        handle = _create_file(path, _GENERIC_READ, _SHARE_ALL, None, _OPEN_EXISTING, 0, None)
        if handle == _INVALID:
            code = ctypes.get_last_error()
            raise OSError(None, ctypes.FormatError(code).strip(), path, code)
        return io.FileIO(msvcrt.open_osfhandle(handle, os.O_RDONLY), "rb")


def open_shared(path: str | os.PathLike[str]) -> io.FileIO:
    """Open a file for reading, unbuffered; its owner may rename and delete it meanwhile.

    Raises:
        OSError: As ``open`` does.
    """
    if sys.platform == "win32":
        return _open_shared(os.fspath(path))
    return open(path, "rb", buffering=0)  # noqa: PTH123 - tens of thousands of times a second
