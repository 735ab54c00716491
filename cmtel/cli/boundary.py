"""Where the program begins and ends: argv in, exit status out, every error shown once.

The only ``except CmtelError`` that prints. Typer runs with ``standalone_mode=False``, so that a
command's ExitStatus is the program's, and a usage error is one line like any other error.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

from cmtel import __version__
from cmtel.errors import CmtelError, ExitStatus

logger = logging.getLogger(__name__)

#: Global options are taken before and after the command; these are without a value ...
_FLAGS = frozenset({"--json", "--quiet", "--verbose", "--debug"})
#: ... and these with one.
_VALUED = frozenset({"--config", "--lang"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # answered before typer is imported: scripts ask often
        sys.stdout.write(f"cmtel {__version__}\n")
        return ExitStatus.DONE
    _speak_utf8()
    try:
        return _run(hoist_globals(words))
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return _reader_went_away()


def main_drop_in() -> int:
    """``CmTelNotifier /install`` and the like, as the original service program was called."""
    from cmtel.cli.drop_in import translate

    return main(translate(sys.argv[1:]))


def hoist_globals(words: Sequence[str]) -> list[str]:
    """Return ``words`` with the global options moved to the front; after ``--`` nothing moves."""
    front: list[str] = []
    rest: list[str] = []
    todo = iter(words)
    for word in todo:
        if word == "--":
            rest += [word, *todo]
        elif word in _VALUED:
            front += [word, *(value for value in [next(todo, None)] if value is not None)]
        elif word in _FLAGS or word.partition("=")[0] in _VALUED:
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def _run(words: list[str]) -> int:
    import typer

    from cmtel.cli.app import app
    from cmtel.cli.output import settings, tell_error

    try:
        status = app(words, standalone_mode=False, prog_name="cmtel")
    except typer.TyperException as error:
        sys.stderr.write(f"error: {error.format_message()}\n")
        sys.stderr.write(f"hint: {_help_hint(error)}\n")
        return error.exit_code
    except CmtelError as error:
        if settings.is_debug:
            raise
        logger.debug("ended by an error", exc_info=error)
        tell_error(error)
        return error.exit_status
    return int(status) if isinstance(status, int) else ExitStatus.DONE


def _help_hint(error: object) -> str:
    context = getattr(error, "ctx", None)
    return f"'{context.command_path if context else 'cmtel'} --help' lists what there is."


def _speak_utf8() -> None:
    """Output is UTF-8 when piped: a Windows code page cannot hold every name."""
    for stream in (sys.stdout, sys.stderr):
        if not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # typeshed calls it TextIO; it is a TextIOWrapper


def _reader_went_away() -> int:
    """``cmtel ... | head`` is no error; the interpreter must not flush into the closed pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitStatus.DONE
