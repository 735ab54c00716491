"""cmtel config check|show|schema: stdout, stderr, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import xmlschema

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus

Captured = pytest.CaptureFixture[str]

GOOD = """<CmTelNotifier version="1">
  <Database url="mysql://u:hunter2@h/d"/>
  <Journal><Source name="a" kind="tcp-listen" address="127.0.0.1:9000" format="asterisk-csv"/>
  </Journal>
</CmTelNotifier>"""
BAD = GOOD.replace("mysql:", "").replace("127.0.0.1:9000", "nowhere").replace("asterisk", "asterix")
OPTION = GOOD.replace(
    '"asterisk-csv"/>', '"asterisk-csv"><Option name="nonsense" value="1"/></Source>'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "CmTelNotifier.xml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_good_settings_have_no_problems_and_may_have_warnings(path: Path, capsys: Captured) -> None:
    status = main(["config", "check", "--config", str(path)])

    out, err = capsys.readouterr()
    assert status == ExitStatus.DONE
    assert out == f"{path} has no problems.\n"
    assert err.startswith("warning: CmTelNotifier/Database/@url: the password stands in the URL")
    assert "hunter2" not in err


def test_all_problems_are_on_stderr_with_status_6(path: Path, capsys: Captured) -> None:
    path.write_text(BAD, encoding="utf-8")

    status = main(["--config", str(path), "config", "check"])

    out, err = capsys.readouterr()
    assert status == ExitStatus.CONFIGURATION
    assert out == ""
    assert err.startswith(f"error: {path} has 2 problems.\n")
    assert "  - CmTelNotifier/Journal/Source[1]/@address (line 3): " in err
    assert "did you mean asterisk-csv?" in err


def test_the_formats_check_their_own_options(path: Path, capsys: Captured) -> None:
    path.write_text(OPTION, encoding="utf-8")

    status = main(["config", "check", "--config", str(path)])

    assert status == ExitStatus.CONFIGURATION
    assert "CmTelNotifier/Journal/Source[1]/Option: " in capsys.readouterr().err


@pytest.mark.parametrize(("text", "status", "problems"), [(GOOD, 0, 0), (BAD, 6, 2), ("<", 6, 1)])
def test_json_has_problems_and_warnings(
    path: Path, capsys: Captured, text: str, status: int, problems: int
) -> None:
    path.write_text(text, encoding="utf-8")

    assert main(["config", "check", "--json", "--config", str(path)]) == status

    document = json.loads(capsys.readouterr().out)
    assert document["file"] == str(path)
    assert len(document["problems"]) == problems


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_missing_file_is_said(tmp_path: Path, capsys: Captured, command: str) -> None:
    status = main(["config", command, "--config", str(tmp_path / "none.xml")])

    assert status == ExitStatus.CONFIGURATION
    assert "none.xml does not exist.\n" in capsys.readouterr().err


def test_another_programs_file_is_left_alone(path: Path, capsys: Captured) -> None:
    path.write_text("<CmTelNotifier><Smtp>x</Smtp></CmTelNotifier>", encoding="utf-8")

    status = main(["config", "check", "--config", str(path)])

    err = capsys.readouterr().err
    assert status == ExitStatus.CONFIGURATION
    assert str(path) in err
    assert "left alone" in err
    assert "hint: " in err


def test_show_has_what_is_in_effect_without_secrets(path: Path, capsys: Captured) -> None:
    assert main(["config", "show", "--config", str(path)]) == ExitStatus.DONE

    out, err = capsys.readouterr()
    assert "CmTelNotifier/Check/@every = 5m\n" in out
    assert "CmTelNotifier/Database/@url = mysql://u:***@h/d\n" in out
    assert err == ""


def test_show_in_json(path: Path, capsys: Captured) -> None:
    assert main(["config", "show", "--json", "--config", str(path)]) == ExitStatus.DONE

    document = json.loads(capsys.readouterr().out)
    assert document["check"]["every_secs"] == 300
    assert document["database"]["url"] == "mysql://u:***@h/d"


def test_schema_prints_an_xsd(capsys: Captured) -> None:
    assert main(["config", "schema"]) == ExitStatus.DONE

    assert xmlschema.XMLSchema10(capsys.readouterr().out).is_valid(GOOD)


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH", "PYTHONPATH", "SYSTEMROOT"} & {*os.environ}
    return subprocess.run(
        [sys.executable, "-m", "cmtel", *words],
        env={name: os.environ[name] for name in kept} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_variable_names_the_file_and_the_option_wins(tmp_path: Path, path: Path) -> None:
    environment = {"CMTEL_CONFIG": str(path)}

    assert run(environment, "config", "check").returncode == ExitStatus.DONE
    other = run(environment, "--config", str(tmp_path / "other.xml"), "config", "check")
    assert other.returncode == ExitStatus.CONFIGURATION
    assert "other.xml" in other.stderr


def test_without_a_file_it_is_told_where_one_was_looked_for(tmp_path: Path) -> None:
    done = run({"HOME": str(tmp_path), "PROGRAMDATA": str(tmp_path)}, "config", "check")

    assert done.returncode == ExitStatus.CONFIGURATION
    assert "There is no settings file; looked for " in done.stderr
    assert "CmTelNotifier.xml" in done.stderr
    assert "cmtel init" in done.stderr


AMI = GOOD.replace(
    'kind="tcp-listen" address="127.0.0.1:9000" format="asterisk-csv"/>',
    'kind="tcp" address="127.0.0.1:5038" format="asterisk-ami" LOGIN>OPTIONS</Source>',
)
LOGIN = 'user="ann" password="hunter2"'


@pytest.mark.parametrize(
    ("login", "options", "problem"),
    [
        (LOGIN, '<SourceOption name="auth" value="md5"/>', ""),
        ("", "", "needs the option 'user'"),
        ('user="ann"', "", "needs the option 'secretRef'"),
        (LOGIN, '<SourceOption name="auth" value="sha"/>', "'sha' is no value"),
        (LOGIN, '<SourceOption name="requests" value="yes"/>', "no option 'requests'"),
        (LOGIN, '<SourceOption name="user" value="bob"/>', "is the attribute user of Source"),
        ("", '<SourceOption name="session" value="none"/>', ""),
    ],
)
def test_the_login_of_a_source_is_checked_and_no_secret_looked_up(
    login: str, options: str, problem: str, path: Path, capsys: Captured
) -> None:
    path.write_text(AMI.replace("LOGIN", login).replace("OPTIONS", options), encoding="utf-8")

    status = main(["config", "check", "--config", str(path)])

    captured = capsys.readouterr()
    assert status == (ExitStatus.CONFIGURATION if problem else ExitStatus.DONE)
    assert problem in captured.out + captured.err
    assert "hunter2" not in captured.out + captured.err
