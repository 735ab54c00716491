"""TCP -> spool -> PostgreSQL, durable, beside psql \\copy of the same rows.

One run of each, interleaved, several times. The sender is this process; the ingest is a real
``cmtel journal ingest`` with its spool on the same disk as PostgreSQL's. The clock runs from the
first byte sent to the last row committed. Needs PostgreSQL on 127.0.0.1:5432.
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

SERVER = os.environ.get("CMTEL_BENCH_POSTGRESQL", "host=127.0.0.1 user=postgres")
LINE = (
    '"acct{n:03d}","030231250{n:02d}","2{n:03d}","from-trunk","""Zoë Müller"" <030231250{n:02d}>",'
    '"PJSIP/trunk-{n:08x}","PJSIP/2{n:03d}-{n:08x}","Dial","PJSIP/2{n:03d},30,tT",'
    '"2026-03-02 08:{m:02d}:{s:02d}","2026-03-02 08:{m:02d}:{s:02d}",'
    '"2026-03-02 09:{m:02d}:{s:02d}",'
    '3600,3595,"ANSWERED","DOCUMENTATION","lab-{u}.{n}","","","lab-{u}.{n}",{n}\n'
)


def lines(count: int) -> bytes:
    """Return ``count`` records, each with a uniqueid of its own."""
    block = [
        LINE.format(n=k % 100, m=k // 60 % 60, s=k % 60, u=1772438400 + k) for k in range(count)
    ]
    return "".join(block).encode()


def run_cmtel(database: str, data: bytes, count: int) -> tuple[float, float, float]:
    """Return (seconds, CPU seconds of the ingest, its peak memory in MB) for ``data``."""
    url = f"postgresql://postgres@127.0.0.1/{database}"
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command(folder, "create-table", "--url", url)
        process = subprocess.Popen(
            [
                sys.executable, "-m", "cmtel", "journal", "ingest", "--url", url, "--format",
                "asterisk-csv", "--source", f"tcp-listen:127.0.0.1:{port}", "--spool", folder,
            ],
            env={**os.environ, "XDG_STATE_HOME": folder},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            peer = dial(port)
            started = time.perf_counter()
            peer.sendall(data)
            wait_for_rows(database, count)
            seconds = time.perf_counter() - started
            return seconds, cpu_secs(process.pid), peak_memory_mb(process.pid)
        finally:
            process.terminate()
            process.wait()


def command(folder: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "cmtel", "journal", *words],
        check=True, env={**os.environ, "XDG_STATE_HOME": folder}, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def dial(port: int) -> socket.socket:
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)  # noqa: TID251  # waits for a real process
    raise SystemExit("the ingest does not listen")


def wait_for_rows(database: str, count: int) -> None:
    """Return when the journal has ``count`` rows; asks the watermark, which costs nothing."""
    with psycopg.connect(f"{SERVER} dbname={database}", autocommit=True) as connection:
        for _ in range(60_000):
            found = connection.execute(
                "SELECT sum(sequence) FROM cmtel_watermark WHERE source LIKE '%@%'"
            ).fetchone()
            if found and found[0] is not None and found[0] >= count:
                rows = connection.execute("SELECT count(*) FROM journal").fetchone()
                assert rows == (count,), rows
                return
            time.sleep(0.01)  # noqa: TID251  # waits for a real process
    raise SystemExit("the rows did not come")


def cpu_secs(process_id: int) -> float:
    """Return the processor time of a process, start-up included."""
    fields = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text("ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def run_copy(database: str, file: Path, count: int) -> float:
    """Return the seconds that psql \\copy takes for the same rows into the same table."""
    dsn = f"{SERVER} dbname={database}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not file.exists():
            with file.open("wb") as out, connection.cursor().copy("COPY journal TO STDOUT") as rows:
                for block in rows:
                    out.write(block)
        connection.execute("TRUNCATE journal")
    started = time.perf_counter()
    subprocess.run(["psql", "-q", dsn, "-c", f"\\copy journal from '{file}'"], check=True)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench ingest")
    parser.add_argument("--calls", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    data = lines(options.calls)
    figures = []
    for run in range(options.runs):
        database = f"cmtel_bench_{secrets.token_hex(4)}"
        with psycopg.connect(f"{SERVER} dbname=postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {database}")
        try:
            with tempfile.TemporaryDirectory() as folder:
                seconds, cpu, memory_mb = run_cmtel(database, data, options.calls)
                copy_seconds = run_copy(database, Path(folder) / "rows", options.calls)
        finally:
            with psycopg.connect(f"{SERVER} dbname=postgres", autocommit=True) as admin:
                admin.execute(f"DROP DATABASE {database} WITH (FORCE)")
        figures.append((options.calls / seconds, copy_seconds / seconds, memory_mb))
        print(
            f"run {run + 1}: cmtel {options.calls / seconds:,.0f} calls/s, "
            f"\\copy {options.calls / copy_seconds:,.0f} rows/s, "
            f"ratio {copy_seconds / seconds:.2f}, {cpu / options.calls * 1e6:.1f} us CPU a call, "
            f"peak memory {memory_mb:.0f} MB"
        )
    rates, ratios, memories = zip(*figures, strict=True)
    print(
        f"median {statistics.median(rates):,.0f} calls/s, ratio to \\copy "
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}), "
        f"peak memory {max(memories):.0f} MB"
    )


if __name__ == "__main__":
    main()
