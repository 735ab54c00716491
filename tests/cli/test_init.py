"""cmtel init: what is written, what is refused, what comes next."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus

Captured = pytest.CaptureFixture[str]
FULL = ["--url", "sqlite:///j.db", "--source", "tcp-listen:127.0.0.1:9000"]
FULL += ["--format", "asterisk-csv"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "CmTelNotifier.xml"


def init(path: Path, *words: str) -> int:
    return main(["init", "--output", str(path), *words])


def test_a_full_file_passes_the_check(path: Path, capsys: Captured) -> None:
    status = init(path, *FULL, "--lang", "pt-BR", "--time-zone", "America/Sao_Paulo")

    out, err = capsys.readouterr()
    assert status == ExitStatus.DONE
    assert out == f"{path} is written.\n"
    assert f"Next: cmtel --config {path} config check\n" in err
    assert main(["config", "check", "--config", str(path)]) == ExitStatus.DONE
    assert 'language="pt-BR"' in path.read_text(encoding="utf-8")


def test_a_bare_file_names_what_has_to_be_filled_in(path: Path, capsys: Captured) -> None:
    assert init(path) == ExitStatus.DONE

    err = capsys.readouterr().err
    assert "CmTelNotifier/Database/@url" in err
    assert main(["config", "check", "--config", str(path)]) == ExitStatus.CONFIGURATION


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_the_file_is_its_owners_only(path: Path) -> None:
    init(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_older_file_stays_without_force(path: Path, capsys: Captured) -> None:
    init(path)
    before = path.read_bytes()

    assert init(path, *FULL) == ExitStatus.FAILURE

    assert "exists already; nothing was changed.\nhint: --force" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert init(path, *FULL, "--force") == ExitStatus.DONE
    assert path.read_bytes() != before


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_another_programs_file_is_never_touched(
    path: Path, capsys: Captured, force: list[str]
) -> None:
    path.parent.mkdir()
    path.write_text("<CmTelNotifier><Email>a</Email></CmTelNotifier>", encoding="utf-8")
    before = path.read_bytes()

    assert init(path, *force) == ExitStatus.CONFIGURATION

    assert path.read_bytes() == before
    assert "left alone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", "pigeon:9"], "'pigeon:9' is no source"),
        (["--format", "asterix-csv"], "did you mean asterisk-csv?"),
        (["--time-zone", "Mars/Base"], "must be a time zone"),
        (["--lang", "fr"], "must be one of en, de, pt-BR"),
        (["--url", "journal.db"], "must be an SQLAlchemy URL"),
        (["--hotel-id", "a\nb"], "characters that cannot be written"),
    ],
)
def test_wrong_words_are_wrong_usage_and_nothing_is_written(
    path: Path, capsys: Captured, words: list[str], said: str
) -> None:
    assert init(path, *words) == ExitStatus.USAGE

    assert said in capsys.readouterr().err
    assert not path.exists()


def test_json_has_the_path_and_what_is_open(path: Path, capsys: Captured) -> None:
    assert init(path, "--json") == ExitStatus.DONE

    document = json.loads(capsys.readouterr().out)
    assert document["file"] == str(path)
    assert len(document["to_fill_in"]) == 1


def test_the_config_option_names_the_place_too(path: Path) -> None:
    assert main(["--config", str(path), "init"]) == ExitStatus.DONE

    assert path.exists()
