"""A real systemd: a small Debian booted in a container, with this project's program in it.

The container has no network but its own loopback, writes to memory only, and is never registered
with the host's systemd. Interpreter, libraries and source are those of this run, read-only; they
lie under a path with a blank and an umlaut.

Source: systemd-nspawn(1), debootstrap(8), nsenter(1), pyvenv.cfg in "venv", the Python library.
"""

from __future__ import annotations

import os
import shutil
import signal
import site
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cmtel.adapters.clock import SystemClock

TOP = Path(__file__).parents[2]
PACKAGES = "systemd,systemd-sysv,dbus,libpam-systemd,python3"
MIRROR = "http://deb.debian.org/debian"
#: Where the program lies inside.
HOME = "/opt/cm tel ü"
_VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
_BOOT_SECS = 60

Done = subprocess.CompletedProcess[str]

_SET_UP = f"""
set -e
echo /opt/python/lib > /etc/ld.so.conf.d/python.conf
ldconfig
make_program() {{
    mkdir -p "$1/bin" "$1/lib/{_VERSION}/site-packages"
    ln -s /opt/python/bin/{_VERSION} "$1/bin/python"
    echo "home = /opt/python/bin" > "$1/pyvenv.cfg"
    printf '/opt/src\\n/opt/site\\n' > "$1/lib/{_VERSION}/site-packages/cmtel.pth"
}}
make_program "{HOME}"
make_program /root/cmtel
printf '#!/bin/sh\\nexec "{HOME}/bin/python" -P -m cmtel "$@"\\n' > /usr/local/bin/cmtel
chmod 755 /usr/local/bin/cmtel
useradd --create-home --uid 1000 ana
"""


class Machine:
    """A booted system, by the process id of its systemd."""

    def __init__(self, leader: int) -> None:
        self._enter = ["nsenter", "-t", str(leader), "-m", "-u", "-i", "-n", "-p", "--"]

    def run(self, *words: str, user: int = 0, text: str = "", timeout_secs: float = 100) -> Done:
        """Run a program inside, and return what it said."""
        who = [] if not user else _as_user(user)
        return subprocess.run(
            [*self._enter, *who, *words], input=text, capture_output=True, text=True,
            timeout=timeout_secs, check=False, env=_ENVIRONMENT,
        )  # fmt: skip

    def cmtel(self, *words: str, user: int = 0, text: str = "") -> Done:
        """Run cmtel inside."""
        return self.run("cmtel", *words, user=user, text=text)

    def must(self, *words: str, user: int = 0, text: str = "") -> str:
        """Run a program inside that has to succeed; return its output."""
        done = self.run(*words, user=user, text=text)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def write(self, path: str, text: str, mode: str = "600") -> None:
        """Write a file inside."""
        script = f'umask 022; mkdir -p "$(dirname "$0")" && cat > "$0" && chmod {mode} "$0"'
        self.must("sh", "-c", script, path, text=text)

    def read(self, path: str) -> str:
        """Return the text of a file inside."""
        return self.must("cat", path)


def wait_until(is_so: Callable[[], object], timeout_secs: float = 30) -> None:
    """Wait for a state."""
    clock = SystemClock()
    until_secs = clock.monotonic() + timeout_secs
    while not is_so():
        assert clock.monotonic() < until_secs, "it did not become so in time"
        clock.wait(0.2)


def missing_tools() -> list[str]:
    """Return what a booted system needs and this machine does not have."""
    tools = [name for name in ("debootstrap", "systemd-nspawn", "nsenter") if not _tool(name)]
    return tools if os.geteuid() == 0 else [*tools, "root"]


def make_debian(folder: Path) -> None:
    """Put a small Debian of the host's own release into a folder; takes a minute or two."""
    words = [str(_tool("debootstrap")), "--variant=minbase", f"--include={PACKAGES}"]
    done = subprocess.run(
        [*words, _release(), str(folder), MIRROR], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@contextmanager
def booted(root: Path, log: Path) -> Iterator[Machine]:
    """Boot the system in ``root`` and set it up; it is gone at the end, with all it wrote."""
    binds = {
        "/opt/src": TOP, "/opt/python": Path(sys.base_prefix), "/opt/site": _site_packages(),
    }  # fmt: skip
    words = ["systemd-nspawn", "--quiet", "-D", str(root), "--volatile=overlay"]
    words += ["--private-network", "--register=no", "--keep-unit", "--machine=cmtel-test"]
    words += [f"--bind-ro={outside}:{inside}" for inside, outside in binds.items()]
    with log.open("wb") as out:
        nspawn = subprocess.Popen(
            [*words, "--boot"], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        machine = Machine(_leader(nspawn))
        wait_until(
            lambda: machine.run("systemctl", "is-system-running").stdout.strip() == "running"
        )
        machine.must("sh", text=_SET_UP)
        yield machine
    finally:
        nspawn.send_signal(signal.SIGTERM)
        try:
            nspawn.wait(30)
        except subprocess.TimeoutExpired:
            nspawn.kill()
            nspawn.wait(10)


_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LANG": "C.UTF-8", "HOME": "/root"}  # fmt: skip


def _as_user(user: int) -> list[str]:
    who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "env"]
    return [
        *who,
        f"XDG_RUNTIME_DIR=/run/user/{user}",
        "HOME=/home/ana" if user == 1000 else "HOME=/",
    ]


def _leader(nspawn: subprocess.Popen[bytes]) -> int:
    """Return the process id of the systemd inside, as the host sees it."""
    children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children")

    def found() -> list[str]:
        assert nspawn.poll() is None, "systemd-nspawn ended"
        return children.read_text(encoding="ascii").split()

    wait_until(found, _BOOT_SECS)
    return int(found()[0])


def _tool(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def _release() -> str:
    text = Path("/etc/os-release").read_text(encoding="utf-8")
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return values["VERSION_CODENAME"].strip('"')


def _site_packages() -> Path:
    return Path(next(path for path in site.getsitepackages() if Path(path, "typer").is_dir()))
