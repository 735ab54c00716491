"""How fast a folder of files of one call each is taken in, to the rows in SQLite.

    python -m bench.folder [FILES] [keep|delete]

Prints files a second for the whole run of ``cmtel journal ingest --once``, its start included.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.killable import a_line


def main(count: int, then: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        folder = base / "drop"
        folder.mkdir()
        for number in range(count):
            (folder / f"{number}.csv").write_bytes(a_line(f"1.{number}"))
        url = f"sqlite:///{base}/journal.db"
        environment = {**os.environ, "XDG_STATE_HOME": name, "STATE_DIRECTORY": name}
        cmtel = [sys.executable, "-m", "cmtel", "--quiet", "journal"]
        subprocess.run([*cmtel, "create-table", "--url", url], env=environment, check=True)
        words = [
            *("ingest", "--url", url, "--format", "asterisk-csv", "--once"),
            *("--source", f"file:{folder}/*.csv", "--source-opt", f"then={then}"),
            *("--spool", str(base / "spool")),
        ]
        for run in ("first", "second"):
            began = time.perf_counter()
            subprocess.run([*cmtel, *words], env=environment, check=True)
            secs = time.perf_counter() - began
            print(f"{run} run, {then}: {count} files, {secs:.1f} s, {count / secs:,.0f} files/s")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 100_000,
        sys.argv[2] if len(sys.argv) > 2 else "keep",
    )
