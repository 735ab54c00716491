"""A Windows machine for a test: a Wine prefix of its own, with cmtel installed and services.

tests/windows/setup makes the Windows Python and the prefix once; each machine is a copy of it.

Wine 8 needs some care: it is started before all else and detached, or its services would hold the
pipes of whoever starts it; and nobody's standard stream may be a regular file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
#: Debian's wine64 has no program in /usr/bin.
WINE = Path("/usr/lib/wine/wine64")
#: How the folder of the Windows Python is called inside: quoting and code pages are tried by it.
PYTHON_FOLDER = r"C:\Programme für cmtel"
#: The folder of cmtel on C:, with what its tests need.
SOURCE = "cmtel-source"
_TIMEOUT_SECS = 300
_ENVIRONMENT = "[System\\\\CurrentControlSet\\\\Control\\\\Session Manager\\\\Environment]"


@dataclass(frozen=True)
class Done:
    """What a Windows program said."""

    status: int
    out: str
    error: str

    def __str__(self) -> str:
        return f"exit status {self.status}\n{self.out}\n{self.error}"


class Windows:
    """One machine; ``drive`` is its C: as a folder of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.drive = folder / "prefix" / "drive_c"
        self.program_data = self.drive / "ProgramData" / "cmtel"

    def run(self, program: str, *words: str, folder: Path | None = None) -> Done:
        """Run a program to its end, in this folder."""
        done = subprocess.run(
            ["wine64", program, *words], capture_output=True, stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT_SECS, env=self.environment(), check=False, cwd=folder,
        )  # fmt: skip
        return Done(done.returncode, _text(done.stdout), _text(done.stderr))

    def python(self, *words: str, folder: Path | None = None) -> Done:
        """Run the Windows Python."""
        return self.run(rf"{PYTHON_FOLDER}\python.exe", *words, folder=folder)

    def cmtel(self, *words: str) -> Done:
        """Run ``cmtel``."""
        return self.python("-P", "-m", "cmtel", *words)

    def environment(self) -> dict[str, str]:
        """Return the variables with which Wine's programs find this machine, and cmtel."""
        kept = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
        return {
            **kept,
            "PATH": f"{WINE.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "LC_ALL": "C.UTF-8",
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEARCH": "win64",
            "WINEDEBUG": os.environ.get("WINEDEBUG", "-all"),
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winedbg.exe=d",
            "PYTHONPATH": r"C:\cmtel-source",
            "WINEPATH": PYTHON_FOLDER,  # before PATH: there are cmtel.exe and CmTelNotifier.exe
        }

    def path(self, path: Path) -> str:
        """Return how Windows calls a path of this machine."""
        if path.is_relative_to(self.drive):
            return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")
        return "Z:" + str(path).replace("/", "\\")


@contextmanager
def windows_machine(made: Path, folder: Path) -> Iterator[Windows]:
    """Make a machine in ``folder``, of what tests/windows/setup ``made``, and end it."""
    machine = Windows(folder)
    _copy_prefix(made / "prefix", folder / "prefix")
    (folder / "home").mkdir()
    _install_cmtel(machine)
    environment = machine.environment()
    try:
        # Persistent, or every service would end a second after the last program.
        for words in (["wineserver", "-p"], ["wine64", "wineboot"]):
            subprocess.run(
                words, env=environment, timeout=_TIMEOUT_SECS, check=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        yield machine
    finally:
        subprocess.run(["wineserver", "-k"], env=environment, check=False, timeout=30)


def make_windows_python() -> Path:
    """Return the folder of the Windows Python; made if it is not there."""
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        [str(Path(__file__).with_name("setup"))], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"tests/windows/setup failed: {done.stderr}")
    return Path(done.stdout.strip())


def wait_until(predicate: Callable[[], bool], timeout_secs: float) -> bool:
    """Return whether it became true in time."""
    ends = time.monotonic() + timeout_secs
    while not predicate():
        if time.monotonic() > ends:
            return False
        time.sleep(0.2)  # noqa: TID251 - another process, on another machine as it were
    return True


def _copy_prefix(made: Path, wanted: Path) -> None:
    """Files by hard links, which takes no time; what Wine writes in place by real copies."""
    subprocess.run(["cp", "-al", str(made), str(wanted)], check=True)
    for file in wanted.glob("*.reg"):
        text = file.read_text(encoding="utf-8")
        file.unlink()
        file.write_text(_with_source_path(text), encoding="utf-8")


def _with_source_path(registry: str) -> str:
    """Services have the registry's environment, not that of who starts them."""
    head, found, rest = registry.partition(_ENVIRONMENT)
    if not found:
        return registry
    first, _, others = rest.partition("\n")
    return f'{head}{found}{first}\n"PYTHONPATH"="C:\\\\cmtel-source"\n{others}'


def _install_cmtel(machine: Windows) -> None:
    """A copy: what Windows compiles is not to be found in this checkout."""
    source = machine.drive / SOURCE
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("cmtel", "tests"):
        shutil.copytree(TOP / package, source / package, ignore=ignored)
    for file in ("pyproject.toml", "conftest.py"):
        shutil.copy(TOP / file, source)
    # The same .pyc as Windows would write, and much faster.
    words = [sys.executable, "-m", "compileall", "-q", str(source / "cmtel")]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
