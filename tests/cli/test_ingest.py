"""``journal ingest|import|spool|dead-letters`` and ``status`` through the command line."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.crash.killable import IngestProcess, a_line, pause

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def journal(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    assert main(["--quiet", "journal", "create-table", "--url", url]) == 0
    return url


def write_calls(path: Path, first: int, last: int) -> Path:
    with path.open("ab") as file:
        file.writelines(a_line(f"1.{n}") for n in range(first, last + 1))
    return path


def run(capsys: Captured, *words: object) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(["--json", *map(str, words)])
    printed = capsys.readouterr().out
    return status, json.loads(printed) if printed else {}


def take(url: str, folder: Path, *words: object) -> list[object]:
    return ["journal", *words[:1], "--url", url, "--format", "asterisk-csv", "--spool",
            folder / "spool", *words[1:]]  # fmt: skip


def test_an_import_can_be_resumed_and_takes_nothing_twice(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 3)
    status, books = run(capsys, *take(journal, tmp_path, "import", path))
    assert (status, books["delivered"]) == (0, 3)

    status, books = run(capsys, *take(journal, tmp_path, "import", path))
    assert (status, books["received"]) == (0, 0)

    write_calls(path, 4, 5)
    status, books = run(capsys, *take(journal, tmp_path, "import", path))
    assert (status, books["delivered"]) == (0, 2)


def test_a_second_table_gets_everything_of_its_own(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 3)
    second = f"sqlite:///{tmp_path / 'second.db'}"
    assert main(["--quiet", "journal", "create-table", "--url", second, "--table", "other"]) == 0

    first_run = run(capsys, *take(journal, tmp_path, "import", path))
    second_run = run(capsys, *take(second, tmp_path, "import", "--table", "other", path))

    assert first_run[1]["delivered"] == second_run[1]["delivered"] == 3


def test_rejected_records_are_dead_letters_and_the_status_says_so(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 2)
    path.write_bytes(path.read_bytes() + b"no call\r\n")

    status, books = run(capsys, *take(journal, tmp_path, "import", path))

    assert status == 11
    assert (books["delivered"], books["dead_letters"]) == (2, 1)
    spool = ["--spool", str(tmp_path / "spool")]
    status, letter = run(capsys, "journal", "dead-letters", "list", *spool)
    assert (letter["reason"], letter["raw"]) == ("unparsed", "no call\r\n")
    assert run(capsys, "journal", "dead-letters", "show", letter["sequence"], *spool)[0] == 0
    assert run(capsys, "journal", "dead-letters", "show", 99, *spool)[0] == 1


def test_a_replayed_dead_letter_is_delivered_by_the_next_run(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "Master.csv"
    path.write_bytes(a_line("1.1") + b"no call\r\n")
    run(capsys, *take(journal, tmp_path, "import", path))
    spool = ["--spool", str(tmp_path / "spool")]

    assert run(capsys, "journal", "dead-letters", "replay", *spool)[1] == {"replayed": 1}
    status, books = run(capsys, *take(journal, tmp_path, "import", path))

    assert (status, books["dead_letters"]) == (11, 1)  # it is no call this time either
    document = run(capsys, "status", *spool)[1]
    (book,) = document["books"]
    assert book["received"] == 2
    assert book["waiting"] == 0


def test_the_status_finds_the_spools_that_were_used(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 2)
    run(capsys, *take(journal, tmp_path, "import", path))

    status, document = run(capsys, "status")

    assert status == 4  # no service is installed
    folders = [book["spool"] for book in document["books"]]
    assert str(tmp_path / "spool") in folders


def test_the_spool_is_described(journal: str, tmp_path: Path, capsys: Captured) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 2)
    run(capsys, *take(journal, tmp_path, "import", path))
    capsys.readouterr()

    assert main(["journal", "spool", "--spool", str(tmp_path / "spool")]) == 0

    printed = capsys.readouterr().out
    assert "not in use" in printed
    assert "import:asterisk-csv" in printed


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--source", "stdin"], 2, "No format is named"),
        (["--source", "nonsense:1", "--format", "jsonl"], 2, "its kind is unknown"),
        (["--source", "stdin", "--format", "nonsense"], 2, "no format 'nonsense'"),
        (["--source", "stdin", "--format", "jsonl", "--opt", "x=1"], 2, "no option 'x'"),
        (["--source", "stdin", "--format", "jsonl", "--timezone", "Mars"], 2, "no time zone"),
        (["--source", "stdin", "--format", "jsonl", "--table", "nope"], 6, "no table nope"),
        (["--source", "file:/nowhere/x", "--format", "jsonl", "--once"], 1, "no folder '/nowhere'"),
        (["--source", "stdin", "--format", "jsonl", "--legs", "x"], 2, "are not known"),
        (["--source", "tcp:h:1", "--format", "asterisk-ami"], 2, "needs the option 'user'"),
        (
            ["--source", "tcp:h:1", "--format", "jsonl", "--source-opt", "user=a"],
            2,
            "no option 'user'",
        ),
        (["--source", "tcp:h:1", "--format", "jsonl", "--source-opt", "x=a"], 2, "no option 'x'"),
        (
            [
                "--source",
                "tcp:h:1",
                "--format",
                "mitel-5000",
                "--source-opt",
                "secretRef=env:NO_NO",
            ],
            6,
            "NO_NO",
        ),
    ],
)
def test_bad_words_are_one_clear_line(
    journal: str, tmp_path: Path, capsys: Captured, words: list[str], status: int, says: str
) -> None:
    spool = ["--spool", str(tmp_path / "spool")]
    capsys.readouterr()

    found = main(["--quiet", "journal", "ingest", "--url", journal, *spool, *words])

    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert found == status
    assert len(errors) == 1
    assert says in errors[0]


def test_a_spool_in_use_is_left_alone(journal: str, tmp_path: Path, capsys: Captured) -> None:
    from cmtel.adapters.spool.lock import lock_spool

    (tmp_path / "spool").mkdir()
    lock = lock_spool(tmp_path / "spool")
    path = write_calls(tmp_path / "Master.csv", 1, 2)

    status = main([str(word) for word in take(journal, tmp_path, "import", path)])

    lock.close()
    assert status == 13
    assert "in use by another cmtel" in capsys.readouterr().err


def test_an_interrupted_once_is_not_done(journal: str, tmp_path: Path) -> None:
    process = IngestProcess(
        tmp_path, "--url", journal, "--source", "tcp-listen:127.0.0.1:0", "--format",
        "asterisk-csv", "--spool", str(tmp_path / "spool"),
    )  # fmt: skip
    process.start("--once")
    while "listening" not in process.log():
        pause(0.05)

    assert process.end() == 130, process.log()


@pytest.mark.parametrize(
    "name", [b"blank .csv ", b"new\nline.csv", b"a[1].csv", b"*.csv", b"not utf-8 \xfc.csv"]
)
def test_whatever_a_file_is_called_it_is_imported_once(
    journal: str, tmp_path: Path, capsys: Captured, name: bytes
) -> None:
    if os.name == "nt":
        pytest.skip("no such names on Windows")
    path = tmp_path / os.fsdecode(name)
    write_calls(path, 1, 3)

    done = [run(capsys, *take(journal, tmp_path, "import", path)) for _ in range(2)]

    assert [books["delivered"] for _, books in done] == [3, 0]


def test_a_followed_file_may_have_a_name_that_is_not_utf8(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    if os.name == "nt":
        pytest.skip("no such names on Windows")
    path = tmp_path / os.fsdecode(b"M\xfcller.csv")
    write_calls(path, 1, 3)
    words = take(journal, tmp_path, "ingest", "--once", "--source", f"file:{path}")

    assert [run(capsys, *words)[1]["delivered"] for _ in range(2)] == [3, 0]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@127.0.0.1:{port}/d",
        "mysql://u@127.0.0.1:{port}/d",
    ],
)
def test_a_database_that_does_not_answer_does_not_keep_it_from_stopping(
    tmp_path: Path, url: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        words = ["--url", url.format(port=silent.getsockname()[1]), "--source", "stdin"]
        process = IngestProcess(tmp_path, *words, "--format", "jsonl", "--spool", str(tmp_path))
        process.start()
        connection, _ = silent.accept()
        with connection:
            assert process.end(5) == 130, process.log()


def test_an_option_that_the_driver_does_not_know_is_a_setup_error(
    tmp_path: Path, capsys: Captured
) -> None:
    url = "mysql://u:s3cret@127.0.0.1:1/d?nonsense=1"

    assert main(list(map(str, take(url, tmp_path, "ingest", "--source", "stdin")))) == 6

    told = capsys.readouterr().err
    assert "'nonsense'" in told
    assert "s3cret" not in told


def test_a_new_spool_for_a_file_that_was_read_before_is_warned_of(
    journal: str, tmp_path: Path, capsys: Captured
) -> None:
    path = write_calls(tmp_path / "Master.csv", 1, 2)
    words = ["journal", "ingest", "--url", journal, "--format", "asterisk-csv", "--once"]
    for spool in ("first", "first", "second"):
        capsys.readouterr()
        told = "from another spool before"
        source = ["--source", f"file:{path}", "--spool", str(tmp_path / spool)]
        assert main([*words, *source]) == 0
        assert (told in capsys.readouterr().err) == (spool == "second")
