"""Where the program begins and ends: argv in, exit status out, every error shown once.

The only ``except CmtelError`` that prints, and the only place that knows Typer's exceptions. The
command is invoked without Typer's own ``main``, which would swallow exit statuses and turn a
closed pipe into a failure.

1. The global options move to the front, so that they may stand anywhere before ``--``.
2. ``--version`` is answered before Typer is imported: scripts ask often. So is ``notifier
   service``, for which Windows does not wait long.
3. The command runs; its ExitStatus (None: done) is the program's.
4. An error is one line, its problems, a hint. ``--debug`` lets it through as a traceback.
5. Standard output is flushed here, so that a reader that went away is noticed here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING

from cmtel import __version__
from cmtel.cli.output import emit_json, emit_text, settings, tell_error
from cmtel.errors import CmtelError, ExitStatus, UsageError

if TYPE_CHECKING:
    import typer

#: Global options are taken before and after the command; these are without a value ...
_FLAGS = frozenset({"--json", "--quiet", "--verbose", "--debug", "--version"})
#: ... and these with one.
_VALUED = frozenset({"--config", "--lang"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    settings.is_drop_in = False
    return _end_well(list(sys.argv[1:] if argv is None else argv), list)


def main_drop_in(argv: Sequence[str] | None = None) -> int:
    """``CmTelNotifier /install`` and the like, as the original service program was called."""
    from cmtel.cli.drop_in import translate

    settings.is_drop_in = True
    return _end_well(list(sys.argv[1:] if argv is None else argv), translate)


def run(app: typer.Typer, words: Sequence[str]) -> int:
    """Run ``words`` on a command tree and return the exit status; errors are shown.

    Raises:
        CmtelError: Only with ``--debug``, for the traceback.
    """
    import typer

    try:
        return _invoke(app, words)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        tell_error(CmtelError("Ended, because there was no answer or the answer was no."))
        return ExitStatus.FAILURE
    except typer.TyperException as error:
        return _show_usage(error)
    except CmtelError as error:
        if settings.is_debug:
            raise
        tell_error(error)
        return error.exit_status


def hoist_globals(words: Sequence[str]) -> list[str]:
    """Return ``words`` with the global options moved to the front; after ``--`` nothing moves."""
    front, rest = _split_globals(words)
    return front + rest


def _split_globals(words: Sequence[str]) -> tuple[list[str], list[str]]:
    front: list[str] = []
    rest: list[str] = []
    todo = iter(words)
    for word in todo:
        if word == "--":
            rest += [word, *todo]
        elif word in _VALUED:
            front.append(word)
            front += [value for value in [next(todo, None)] if value is not None]
        elif word in _FLAGS or word.partition("=")[0] in _VALUED:
            front.append(word)
        else:
            rest.append(word)
    return front, rest


def _end_well(words: list[str], translate: Callable[[Sequence[str]], list[str]]) -> int:
    """Run, flush, and turn whatever is left into an exit status."""
    try:
        _speak_utf8()
        status = _answer(words, translate)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except OSError as error:
        return _reader_went_away() if _is_stdout_gone() else _show_defect(error)
    except CmtelError:
        raise  # --debug asked for the traceback
    except Exception as error:  # noqa: BLE001 - the last line: what comes here is a defect
        return _show_defect(error)
    return status


def _answer(words: list[str], translate: Callable[[Sequence[str]], list[str]]) -> int:
    front, rest = _split_globals(words)
    if _asks_version(front):
        _show_version(is_json="--json" in front)
        return ExitStatus.DONE
    try:
        rest = translate(rest)
        if _is_service(rest):
            return _serve(rest[0], front)
    except CmtelError as error:
        tell_error(error)
        return error.exit_status
    from cmtel.cli.app import app

    return run(app, front + rest)


def _is_service(words: Sequence[str]) -> bool:
    """Whether this is how an installed service of Windows is called."""
    return len(words) == 2 and words[0] in ("notifier", "journal") and words[1] == "service"


def _serve(job: str, front: Sequence[str]) -> int:
    from cmtel.bootstrap.windows_service import serve_job

    config_path = next((after for word, after in pairwise(front) if word == "--config"), None)
    return serve_job(job, config_path)


def _invoke(app: typer.Typer, words: Sequence[str]) -> int:
    from typer.main import get_command

    command = get_command(app)
    with command.make_context("cmtel", list(words)) as context:
        status = command.invoke(context)
    return int(status) if isinstance(status, int) else ExitStatus.DONE


def _asks_version(front: Sequence[str]) -> bool:
    values = {at + 1 for at, word in enumerate(front) if word in _VALUED}
    return any(word == "--version" and at not in values for at, word in enumerate(front))


def _show_version(*, is_json: bool) -> None:
    if is_json:
        emit_json({"version": __version__})
    else:
        emit_text(f"cmtel {__version__}")


def _show_usage(error: typer.TyperException) -> int:
    """Show a usage error in one line; a group called without a command shows its help."""
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":  # Typer does not export it
        sys.stderr.write(message + "\n")
        return ExitStatus.USAGE
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "cmtel"
    sentence = " ".join(message.split()).rstrip(".") + "."
    tell_error(UsageError(sentence, hint=f"'{path} --help' lists what there is."))
    return ExitStatus.USAGE


def _show_defect(error: Exception) -> int:
    """An exception nobody expected is a defect of cmtel; its traceback needs ``--debug``."""
    if settings.is_debug:
        raise error
    tell_error(
        CmtelError(
            f"cmtel met an error it does not know: {type(error).__name__}: {error}.",
            hint="The same with --debug shows where; please report it.",
        )
    )
    return ExitStatus.FAILURE


def _speak_utf8() -> None:
    """Piped output is UTF-8: a Windows code page cannot hold every name. Nothing is unprintable."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def _is_stdout_gone() -> bool:
    """Whether it is standard output that broke, and not a socket or a child process.

    What could not be written is still in the buffer, so flushing fails again; where there is no
    buffer (PYTHONUNBUFFERED) the system is asked.
    """
    import select

    try:
        sys.stdout.flush()
    except OSError:
        return True
    if sys.platform == "win32" or not isinstance(sys.stdout, TextIOWrapper):
        return False
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)  # errors are always told
    return any(event & select.POLLERR for _, event in asked.poll(0))


def _reader_went_away() -> int:
    """``cmtel ... | head`` is no error; the interpreter must not flush into the closed pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitStatus.DONE
