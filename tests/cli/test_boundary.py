"""The boundary: words in, exit status out, one line an error; with a tree of our own commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Annotated, Literal

import pytest
import typer

from cmtel import __version__
from cmtel.cli.app import new_app
from cmtel.cli.boundary import hoist_globals, main, main_drop_in, run
from cmtel.cli.output import settings
from cmtel.errors import (
    AccessDenied,
    CmtelError,
    ConfigError,
    DatabaseUnavailable,
    ExitStatus,
    JournalMismatch,
    ServiceNotInstalled,
    ServiceTimeout,
    SpoolFull,
)

Captured = pytest.CaptureFixture[str]


def app_with(command: Callable[..., object]) -> typer.Typer:
    """The real root, with a group ``try`` whose one command is called ``it``."""
    app = new_app()
    group = typer.Typer(no_args_is_help=True, help="Try something.")
    group.callback()(lambda: None)
    group.command("it")(command)
    app.add_typer(group, name="try")
    return app


def raising(error: BaseException) -> typer.Typer:
    def it() -> None:
        """Raise."""
        raise error

    return app_with(it)


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


# --- global options ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "hoisted"),
    [
        ("--json format list", "--json format list"),
        ("format list --json", "--json format list"),
        ("format --quiet list --config a.xml", "--quiet --config a.xml format list"),
        ("format list --config=a.xml --lang=de", "--config=a.xml --lang=de format list"),
        ("format decode -- --json", "format decode -- --json"),
        ("--verbose format -- --config x", "--verbose format -- --config x"),
        ("format --opt x=--json", "format --opt x=--json"),
        ("format list --config", "--config format list"),
        ("format --jsonx", "format --jsonx"),
        ("", ""),
    ],
)
def test_global_options_move_to_the_front(words: str, hoisted: str) -> None:
    assert hoist_globals(words.split()) == hoisted.split()


@pytest.mark.parametrize("words", [["--json", "try", "it"], ["try", "it", "--json"]])
def test_global_options_reach_the_command_from_both_sides(words: list[str]) -> None:
    seen: list[bool] = []

    def it() -> None:
        """Look."""
        seen.append(settings.is_json)

    run(app_with(it), hoist_globals(words))

    assert seen == [True]


def test_global_options_do_not_stay_for_the_next_call() -> None:
    seen: list[str | None] = []

    def it() -> None:
        """Look."""
        seen.append(settings.config_path)

    app = app_with(it)
    run(app, ["--config", "a.xml", "try", "it"])
    run(app, ["try", "it"])

    assert seen == ["a.xml", None]


# --- usage -------------------------------------------------------------------------------------


def with_arguments(
    file: str, kind: Annotated[Literal["a", "b"], typer.Option()] = "a", count: int = 0
) -> None:
    """Take arguments."""


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nothing"], "nothing"),
        (["try", "nothing"], "nothing"),
        (["--nothing"], "--nothing"),
        (["try", "it", "x", "--nothing"], "--nothing"),
        (["try", "it"], "FILE"),
        (["try", "it", "x", "y"], "y"),
        (["try", "it", "x", "--kind", "c"], "--kind"),
        (["try", "it", "x", "--count", "many"], "--count"),
        (["try", "it", "x", "--count"], "--count"),
        (["try", "it\x1b[31m"], r"\x1b"),
    ],
)
def test_wrong_usage_is_one_line_and_a_hint(words: list[str], named: str, capsys: Captured) -> None:
    status = run(app_with(with_arguments), words)
    out, err = capsys.readouterr()
    error, hint = err.splitlines()

    assert status == ExitStatus.USAGE
    assert out == ""
    assert error.startswith("error: ")
    assert named.lower() in error.lower()
    assert error.endswith(".")
    assert hint.startswith("hint: 'cmtel")
    assert hint.endswith("--help' lists what there is.")


def test_a_mistyped_command_gets_a_suggestion(capsys: Captured) -> None:
    run(app_with(with_arguments), ["tri"])

    assert "Did you mean 'try'?" in capsys.readouterr().err


def test_the_hint_names_the_group_whose_help_is_meant(capsys: Captured) -> None:
    run(app_with(with_arguments), ["try", "nothing"])

    assert "hint: 'cmtel try --help' lists" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["try"]])
def test_without_a_command_the_help_is_shown_as_wrong_usage(
    words: list[str], capsys: Captured
) -> None:
    status = run(app_with(with_arguments), words)
    out, err = capsys.readouterr()

    assert status == ExitStatus.USAGE
    assert out == ""
    assert err.startswith("Usage: cmtel")
    assert "error:" not in err


def test_help_is_a_result(capsys: Captured) -> None:
    status = run(app_with(with_arguments), ["try", "it", "--help"])
    out, err = capsys.readouterr()

    assert status == ExitStatus.DONE
    assert out.startswith("Usage: cmtel try it [OPTIONS]")
    assert err == ""


# --- version -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [["--version"], ["format", "--version"], ["--version", "--quiet"]]
)
def test_the_version_is_told_wherever_it_is_asked(words: list[str], capsys: Captured) -> None:
    assert main(words) == ExitStatus.DONE
    assert capsys.readouterr().out == f"cmtel {__version__}\n"


def test_the_version_as_json_is_a_document(capsys: Captured) -> None:
    assert main(["--json", "--version"]) == ExitStatus.DONE
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


def test_a_settings_file_called_version_is_no_question(capsys: Captured) -> None:
    assert main(["--config", "--version", "nothing"]) == ExitStatus.USAGE
    assert "nothing" in capsys.readouterr().err


def test_the_version_does_not_wait_for_typer() -> None:
    code = (
        "import sys; from cmtel.cli.boundary import main; main(['--version']);"
        "sys.exit('typer' in sys.modules)"
    )

    assert run_python(code).returncode == 0


def test_python_m_cmtel_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cmtel", "--version"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"cmtel {__version__}\n")


# --- results and errors ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "status"),
    [(None, 0), (ExitStatus.DONE, 0), (ExitStatus.PAUSED, 9), (ExitStatus.DATA_DIFFER, 11)],
)
def test_the_status_of_a_command_is_that_of_the_program(
    result: ExitStatus | None, status: int
) -> None:
    def it() -> ExitStatus | None:
        """Return."""
        return result

    assert run(app_with(it), ["try", "it"]) == status


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CmtelError("No."), 1),
        (ServiceNotInstalled("No."), 4),
        (AccessDenied("No."), 5),
        (ConfigError("No."), 6),
        (ServiceTimeout("No.", wanted="running", seen="stopped", waited_secs=3.0), 7),
        (JournalMismatch("No.", differences=()), 11),
        (DatabaseUnavailable("No."), 12),
        (SpoolFull("No."), 13),
        (typer.Exit(9), 9),
    ],
)
def test_an_error_ends_with_its_status(error: Exception, status: int) -> None:
    assert run(raising(error), ["try", "it"]) == status


def test_an_error_is_a_line_and_a_hint_on_stderr(capsys: Captured) -> None:
    run(raising(CmtelError("The table is gone.", hint="Make it again.")), ["try", "it"])

    assert capsys.readouterr() == ("", "error: The table is gone.\nhint: Make it again.\n")


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("Not usable.", problems=["a: is missing", "b: is no number"]),
        JournalMismatch("Not usable.", differences=["a: is missing", "b: is no number"]),
    ],
)
def test_every_problem_is_listed(error: CmtelError, capsys: Captured) -> None:
    run(raising(error), ["try", "it"])

    assert capsys.readouterr().err == (
        "error: Not usable.\n  - a: is missing\n  - b: is no number\n"
    )


def test_control_characters_of_a_message_are_shown(capsys: Captured) -> None:
    error = ConfigError("Bad \x1b[2J\r.", problems=["\x07\n"], hint="\u202ex")
    run(raising(error), ["try", "it"])

    assert capsys.readouterr().err == ("error: Bad \\x1b[2J\\r.\n  - \\x07\\n\nhint: \\u202ex\n")


def test_debug_lets_the_error_through() -> None:
    with pytest.raises(CmtelError, match="No"):
        run(raising(CmtelError("No.")), ["--debug", "try", "it"])


def test_a_question_without_an_answer_is_a_failure(capsys: Captured) -> None:
    assert run(raising(typer.Abort()), ["try", "it"]) == ExitStatus.FAILURE
    assert "no answer" in capsys.readouterr().err


# --- ends that only a process has --------------------------------------------------------------

#: A program with one command, ended by the real boundary: ``{body}`` is the command's.
PROGRAM = """
import os, signal, sys
from cmtel.cli import app as tree, boundary
from cmtel.cli.output import emit_json, emit_table, emit_text
@tree.app.command()
def it() -> None:
    "Do it."
    {body}
sys.exit(boundary.main())
"""


def test_an_unknown_exception_is_one_line() -> None:
    done = run_python(PROGRAM.format(body="raise ValueError('x\\x1b')"), "it")

    assert done.returncode == ExitStatus.FAILURE
    assert done.stderr.splitlines()[0].endswith(r"does not know: ValueError: x\x1b.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("body", ["raise ValueError('x')", "raise OSError('x')"])
def test_debug_shows_the_traceback_of_an_unknown_exception(body: str) -> None:
    done = run_python(PROGRAM.format(body=body), "it", "--debug")

    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a Windows process cannot signal itself so")
def test_ctrl_c_is_130_without_a_word() -> None:
    done = run_python(PROGRAM.format(body=f"os.kill(os.getpid(), {int(signal.SIGINT)})"), "it")

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "body",
    [
        "emit_text('x')",
        "[emit_json({'n': n}) for n in range(100_000)]",
        "[sys.stdout.write('x' * 100) for n in range(10_000)]",
        "emit_table(['n'], [[n] for n in range(5_000)])",
    ],
)
def test_a_reader_that_went_away_is_no_error(body: str, unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body), "it"],
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_pipe_that_broke_elsewhere_is_an_error() -> None:
    done = run_python(PROGRAM.format(body="raise BrokenPipeError('the link')"), "it")

    assert done.returncode == 1
    assert "the link" in done.stderr


def test_piped_output_is_utf8_whatever_the_locale() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=r"emit_text('Gebühren \udcff')"), "it"],
        env={**os.environ, "PYTHONIOENCODING": "cp850"},
        capture_output=True,
        check=False,
    )

    assert done.stdout.decode("utf-8").rstrip() == r"Gebühren \udcff"


# --- the drop-in -------------------------------------------------------------------------------


def test_a_verb_the_original_did_not_have_is_wrong_usage(capsys: Captured) -> None:
    assert main_drop_in(["/explode"]) == ExitStatus.USAGE
    assert capsys.readouterr().err == (
        "error: CmTelNotifier knows no /explode.\n"
        "hint: It knows /install, /uninstall, /start, /stop, /pause, /continue, /status, /?.\n"
    )


def test_the_drop_in_answers_what_is_no_verb_like_cmtel(capsys: Captured) -> None:
    assert main_drop_in(["--version"]) == ExitStatus.DONE
    assert capsys.readouterr().out == f"cmtel {__version__}\n"
