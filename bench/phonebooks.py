"""Phone books: look-ups a second, memory for a million entries, and what they cost an ingest.

The book is a CSV file; three in ten calls are from a number that is in it. The ingest is
``cmtel journal import`` into SQLite, with and without the book in turn; its copy is made before,
so that the clock runs for the calls alone. Processor time is told beside the wall clock: it says
more on a machine that is busy with other things.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from cmtel.adapters.phonebooks.copies import SqliteNumberCopy
from cmtel.adapters.phonebooks.files import CsvRecords
from cmtel.domain.calls import CallRecord
from cmtel.domain.phone_books import BookFields, KeyedEntry
from cmtel.domain.row_mapping import Column
from cmtel.services.name_enricher import NameEnricher
from cmtel.services.phone_books import PhoneBook, PhoneBooks

BATCH = 5_000
#: Callers of the ingest: one in ten calls is from somebody new.
_LINE = (
    '"","{number}","2{n:03d}","from-trunk","<{number}>","PJSIP/t-{n:08x}","PJSIP/2{n:03d}-1",'
    '"Dial","PJSIP/2{n:03d},30,tT","2026-03-02 08:{m:02d}:{s:02d}","2026-03-02 08:{m:02d}:{s:02d}",'
    '"2026-03-02 09:{m:02d}:{s:02d}",3600,3595,"ANSWERED","DOCUMENTATION","lab-{u}","","","",1\n'
)


def number(index: int) -> str:
    """Return number ``index``, the same each time."""
    return f"030{index * 7_919 % 100_000_000:08d}"


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def look_ups(entries: int) -> None:
    """Make a copy, and ask it and the enricher for batches of numbers that are all different."""
    with tempfile.TemporaryDirectory() as folder:
        copy = SqliteNumberCopy(Path(folder) / "book.sqlite3")
        before_mb, started = memory_mb(), time.perf_counter()
        made = (
            KeyedEntry(number(n), f"Name {n}", f"Firma {n % 999}", str(n)) for n in range(entries)
        )
        copy.replace(made, datetime(2026, 1, 1, tzinfo=UTC))
        built_secs = time.perf_counter() - started
        rate, found = _rate_of(copy, entries)
        enriched = _enriched_rate(copy, entries)
        size_mb = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        copy.close()
    print(
        f"{entries:,} entries: copied in {built_secs:.1f} s, {size_mb:.0f} MB on disk, "
        f"{memory_mb() - before_mb:.0f} MB of memory for copying and asking\n"
        f"{rate:,.0f} look-ups/s in batches of {BATCH:,} different numbers ({found:.0%} found), "
        f"{enriched:,.0f} calls/s through the enricher"
    )


def _rate_of(copy: SqliteNumberCopy, entries: int) -> tuple[float, float]:
    picked = random.Random(1).sample(range(entries * 2), 300_000)
    keys = [number(n) for n in picked]
    found, started = 0, time.process_time()
    for start in range(0, len(keys), BATCH):
        found += len(copy.find(keys[start : start + BATCH]))
    return len(keys) / (time.process_time() - started), found / len(keys)


def _enriched_rate(copy: SqliteNumberCopy, entries: int) -> float:
    source = CsvRecords(Path("unread.csv"))
    book = PhoneBook("b", "b", BookFields(("number",)), source, copy, None, 3600)
    enricher = NameEnricher(PhoneBooks([book]))
    blank = CallRecord(
        "in", "CONN", None, None, None, None, None, None, None, None, None, None, None, None,
        None, None, None, "",
    )  # fmt: skip
    chosen = random.Random(2)  # one in ten calls is from somebody new
    pool = chosen.sample(range(entries * 2), 30_000)
    picked = chosen.choices(pool, k=300_000)
    calls = [blank._replace(remote_number=number(n)) for n in picked]
    started = time.process_time()
    for start in range(0, len(calls), BATCH):
        known: dict[str, Column] = {}
        enricher.enrich(calls[start : start + BATCH], known)
    return len(calls) / (time.process_time() - started)


def imports(calls: int, runs: int, entries: int) -> None:
    """Import the same calls without and with a phone book, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "calls.csv").write_bytes(_calls(calls).encode())
        rows = "".join(f"{number(n)},Name {n},Firma {n % 999}\n" for n in range(entries))
        (folder / "book.csv").write_text(f"number,name,company\n{rows}")
        figures: dict[str, list[tuple[float, float]]] = {"without": [], "with": []}
        for run in range(runs):
            for what, told in figures.items():
                told.append(_import(folder, f"{what}{run}", has_book=what == "with"))
    for place, unit in enumerate(("wall clock", "processor time")):
        rates = {k: calls / statistics.median(r[place] for r in v) for k, v in figures.items()}
        print(
            f"import by {unit}: {rates['without']:,.0f} calls/s without, {rates['with']:,.0f} "
            f"with a phone book of {entries:,} ({rates['with'] / rates['without'] - 1:+.1%})"
        )


def _calls(count: int) -> str:
    chosen = random.Random(3)
    numbers = [number(chosen.randrange(max(1, count // 10))) for _ in range(count)]
    known = [n if chosen.random() < 0.3 else f"{n}9" for n in numbers]
    return "".join(
        _LINE.format(number=each, n=k % 100, m=k // 60 % 60, s=k % 60, u=k)
        for k, each in enumerate(known)
    )


def _import(folder: Path, run: str, *, has_book: bool) -> tuple[float, float]:
    """Return wall-clock and processor seconds."""
    config = folder / f"{run}.xml"
    book = '<PhoneBook kind="csv" path="book.csv" number="number" name="name" company="company"/>'
    config.write_text(
        f'<CmTelNotifier version="1"><Database url="sqlite:///{folder}/{run}.db"/>'
        f"<Journal>{book if has_book else ''}</Journal></CmTelNotifier>"
    )
    _cmtel(folder, config, "journal", "create-table")
    _cmtel(folder, config, "phonebook", "import")
    words = ["--format", "asterisk-csv", "--spool", f"{folder}/{run}", f"{folder}/calls.csv"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    _cmtel(folder, config, "journal", "import", *words)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _cmtel(folder: Path, config: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "cmtel", "--quiet", "--config", str(config), *words],
        check=True, env={**os.environ, "XDG_STATE_HOME": f"{folder}/state"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench phonebooks")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    look_ups(options.entries)
    imports(options.calls, options.runs, min(options.entries, 100_000))


if __name__ == "__main__":
    main()
