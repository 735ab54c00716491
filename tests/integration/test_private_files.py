"""Files that only their owner can read, on a real disk."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmtel.adapters.secrets.file import MAX_SECRET_BYTES, FileSecrets
from cmtel.adapters.secrets.private_files import is_there, read_limited, write_private
from cmtel.errors import AccessDenied, CmtelError, ConfigError

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")


def write(path: Path, data: bytes = b"x", *, replace: bool = False) -> bool:
    return write_private(path, data, "The file", replace=replace)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_a_file_is_its_owners_only_and_so_is_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"

    write(path)

    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_a_file_is_not_replaced_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "file"

    assert write(path, b"old")
    assert not write(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - names are what is compared


@posix
def test_a_replaced_file_loses_its_old_mode(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)

    write(path, b"new", replace=True)

    assert path.read_bytes() == b"new"
    assert mode(path) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(CmtelError, match="cannot be made"):
        write(tmp_path / "file" / "below")

    with pytest.raises(CmtelError):
        read_limited(tmp_path / "file" / "below", 9, "The file")


def test_reading_stops_a_byte_after_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100)

    assert read_limited(tmp_path / "file", 9, "The file") == b"x" * 10


@pytest.mark.parametrize("name", ["missing", ".", "x\0y"])
def test_what_is_no_file_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="The file"):
        read_limited(tmp_path / name, 9, "The file")


@posix
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ConfigError, match="is no file"):
        read_limited(tmp_path / "pipe", 9, "The file")


@posix
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o601])
def test_a_secret_open_to_others_is_not_used(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "it's"
    path.write_bytes(b"hunter2")
    path.chmod(bits)

    with pytest.raises(ConfigError, match="open to others") as caught:
        FileSecrets().read(str(path))

    assert (caught.value.hint or "").startswith("chmod 600 '")
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.parametrize(
    ("data", "secret"),
    [(b"a\n", "a"), (b"a\r\n", "a"), (b"a\n\n", "a\n"), (b"\xef\xbb\xbfa", "a"), (b" a ", " a ")],
)
def test_one_line_end_is_no_part_of_a_secret(tmp_path: Path, data: bytes, secret: str) -> None:
    write(tmp_path / "file", data)

    assert FileSecrets().read(str(tmp_path / "file")).reveal() == secret


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe", b"x" * (MAX_SECRET_BYTES + 1)])
def test_what_is_no_secret_is_said_without_showing_it(tmp_path: Path, data: bytes) -> None:
    write(tmp_path / "file", data)

    with pytest.raises(ConfigError) as caught:
        FileSecrets().read(str(tmp_path / "file"))

    assert "\\xff" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder that this user may not use, with a file in it; root becomes another user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "closed")
        folder.mkdir()
        (folder / "file").write_bytes(b"x")
        folder.chmod(0)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65_534)  # nobody
        yield folder
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)


@posix
def test_what_this_user_may_not_read_or_write_is_access_denied(closed: Path) -> None:
    assert is_there(closed / "file"), "reading it is to say that access is denied"
    with pytest.raises(AccessDenied, match=r"cannot be read: access denied\."):
        read_limited(closed / "file", 9, "The file")
    with pytest.raises(AccessDenied, match="cannot be"):
        write(closed / "new")
    with pytest.raises(AccessDenied):
        FileSecrets().read(str(closed / "file"))


def test_a_name_that_cannot_be_is_not_there(tmp_path: Path) -> None:
    assert not is_there(tmp_path / "x\0y")
    assert not is_there(tmp_path / "missing")
    assert is_there(tmp_path)
