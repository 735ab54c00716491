"""cmtel secret set|list|remove: no value ever in words or output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmtel.errors import ExitStatus

SETTINGS = """<CmTelNotifier version="1">
  <Database url="odbc:DSN=x" user="u" secretRef="file:secrets/db"/>
  <Mail from="a@example.org"><Server host="h" user="u" secretRef="env:MAIL_PASSWORD"/></Mail>
</CmTelNotifier>"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "CmTelNotifier.xml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def run(
    path: Path, *words: str, value: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "cmtel", "--config", str(path), "secret", *words],
        env={**os.environ, **variables},
        input=value,
        capture_output=True,
        check=False,
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert "hunter2" not in out + err
    return subprocess.CompletedProcess(words, done.returncode, out, err)


def test_a_secret_is_set_from_standard_input_beside_the_settings(path: Path) -> None:
    done = run(path, "set", "file:secrets/db", value=b"hunter2\r\n")

    stored = path.parent / "secrets" / "db"
    assert done.returncode == ExitStatus.DONE
    assert done.stderr == f"file:{stored} is stored.\n"
    assert stored.read_bytes() == b"hunter2"
    if sys.platform != "win32":
        assert stored.stat().st_mode & 0o077 == 0


def test_list_tells_which_references_resolve(path: Path) -> None:
    run(path, "set", "file:secrets/db", value=b"hunter2")

    before = run(path, "list", "--json")
    after = run(path, "list", "--json", MAIL_PASSWORD="hunter2")  # noqa: S106 - the test's own

    assert before.returncode == ExitStatus.CONFIGURATION
    found = json.loads(before.stdout)
    assert [each["setting"] for each in found] == [
        "CmTelNotifier/Database/@secretRef",
        "CmTelNotifier/Mail/Server[1]/@secretRef",
    ]
    assert found[0]["problem"] is None
    assert "not set in the environment" in found[1]["problem"]
    assert after.returncode == ExitStatus.DONE


def test_list_is_a_table_for_people(path: Path) -> None:
    done = run(path, "list", MAIL_PASSWORD="hunter2")  # noqa: S106 - the test's own

    assert "env:MAIL_PASSWORD" in done.stdout
    assert "does not exist" in done.stdout
    assert done.returncode == ExitStatus.CONFIGURATION


def test_remove_is_done_also_when_there_is_none(path: Path) -> None:
    run(path, "set", "file:secrets/db", value=b"hunter2")

    first = run(path, "remove", "file:secrets/db")
    second = run(path, "remove", "file:secrets/db", "--json")

    assert first.returncode == second.returncode == ExitStatus.DONE
    assert first.stderr.endswith("is removed.\n")
    assert json.loads(second.stdout)["state"] == "not there"


@pytest.mark.parametrize(
    ("reference", "value", "status", "said"),
    [
        ("env:X", b"hunter2", ExitStatus.USAGE, "Set X where the program is started"),
        ("hunter2", b"hunter2", ExitStatus.USAGE, "must begin with env:"),
        ("keyring:x", b"hunter2", ExitStatus.USAGE, "must be keyring:SERVICE/NAME"),
        ("file:x", b"", ExitStatus.USAGE, "No secret was given."),
        ("file:x", b"\n", ExitStatus.USAGE, "No secret was given."),
        ("file:x", b"\xff\xfe", ExitStatus.USAGE, "is no UTF-8"),
        ("file:x", b"x" * 70_000, ExitStatus.USAGE, "more than 65536 bytes"),
        ("file:CmTelNotifier.xml/x", b"hunter2", ExitStatus.FAILURE, "cannot be made"),
    ],
)
def test_what_cannot_be_set_says_why(
    path: Path, reference: str, value: bytes, status: ExitStatus, said: str
) -> None:
    done = run(path, "set", reference, value=value)

    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the other systems' answer")
def test_dpapi_is_for_windows_only(path: Path) -> None:
    done = run(path, "set", "dpapi:x", value=b"hunter2")

    assert done.returncode == ExitStatus.CONFIGURATION
    assert "on Windows only" in done.stderr


def test_no_option_takes_the_value(path: Path) -> None:
    done = run(path, "set", "file:x", "value-on-the-line")

    assert done.returncode == ExitStatus.USAGE
    assert not (path.parent / "x").exists()


def test_the_missing_keyring_package_is_named_with_its_extra() -> None:
    code = (
        "import sys; sys.modules['keyring'] = sys.modules['keyring.errors'] = None;"
        "from cmtel.cli.boundary import main;"
        "sys.exit(main(['secret', 'remove', 'keyring:cmtel/db']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == ExitStatus.CONFIGURATION
    assert "hint: pip install 'cmtel[keyring]'" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("again", "status"), [("hunter2", ExitStatus.DONE), ("hunter3", ExitStatus.USAGE)]
)
def test_a_terminal_is_asked_twice_and_shows_nothing(
    path: Path, again: str, status: ExitStatus
) -> None:
    import pty

    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "cmtel", "--config", str(path), "secret", "set", "file:x"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown = _answer(screen, "hunter2") + _answer(screen, again)
        assert process.wait(timeout=30) == status
    os.close(screen)

    assert "Secret: " in shown
    assert "Again: " in shown
    assert "hunter" not in shown
    assert (path.parent / "x").exists() == (status is ExitStatus.DONE)


def _answer(screen: int, text: str) -> str:
    """Type a line once a prompt stands there; return what was on the screen until then."""
    shown = ""
    while not shown.endswith(": "):
        shown += os.read(screen, 1024).decode("utf-8")
    os.write(screen, f"{text}\n".encode())
    return shown
