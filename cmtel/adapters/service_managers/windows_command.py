"""A Windows service's command line, and whether it is one of ours.

A service is stored with one text, its ImagePath. Windows and the C runtime cut it into words; an
unquoted path with blanks is cut at the wrong place, which runs whatever lies there.

Source:
    Microsoft Learn, "CommandLineToArgvW function" and "Parsing C command-line arguments".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

#: The last word of the command of every service of ours, after its job.
SERVICE_WORD = "service"


def image_path(words: Sequence[str]) -> str:
    """Return the command line that is cut into these words again; the program is always quoted.

    Raises:
        ValueError: The program's path has a quote, which no path on Windows has.
    """
    program, *others = words
    if '"' in program:
        raise ValueError(f"{program} is no path.")
    return " ".join([f'"{program}"', *(_quoted(word) for word in others)])


def words_of(command_line: str) -> list[str]:
    """Return the words of a command line as CommandLineToArgvW cuts it."""
    program, rest = _cut_program(command_line)
    return [program, *_cut(rest)]


def is_ours(command_line: str) -> bool:
    """Tell whether a service with this command line runs cmtel."""
    words = words_of(command_line)
    return words[-1] == SERVICE_WORD and ("-m", "cmtel") in pairwise(words)


def config_file_of(command_line: str) -> str:
    """Return the settings file that a service of ours is bound to; "" if it names none."""
    words = words_of(command_line)
    return next((after for word, after in pairwise(words) if word == "--config"), "")


def _quoted(word: str) -> str:
    if word and not re.search(r'[\s"]', word):
        return word
    # Backslashes count only before a quote, and there they count double.
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", inner) + '"'


def _cut_program(command_line: str) -> tuple[str, str]:
    """The program is cut by simpler rules: no backslash has a meaning."""
    if command_line.startswith('"'):
        program, _, rest = command_line[1:].partition('"')
        return program, rest
    program = re.split(r"[ \t]", command_line, maxsplit=1)[0]
    return program, command_line[len(program) :]


def _cut(text: str) -> Iterator[str]:
    """Yield the words after the program."""
    word: list[str] = []
    is_inside = is_begun = False
    for slashes, end in re.findall(r"(\\*)([^\\]|$)", text):
        if end == '"':
            word.append("\\" * (len(slashes) // 2))
            is_begun = True
            if len(slashes) % 2:
                word.append('"')
            else:
                is_inside = not is_inside
            continue
        word.append(slashes)
        is_begun = is_begun or bool(slashes)
        if end and (is_inside or end not in " \t"):
            word.append(end)
            is_begun = True
        elif is_begun:
            yield "".join(word)
            word, is_begun = [], False
