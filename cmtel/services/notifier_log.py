"""The lines of CmTelNotifier.log: one event a line, whatever is in it.

    2026-11-22T14:37:12+01:00 WARN  STALL  feed=Main silence_secs=2100 limit=11.8

Time with offset, level, topic, then ``name=value``. A value with a blank, a quote, an equals sign
or anything that is no printable character stands in double quotes, with backslash escapes; so no
value can break a line or forge one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, tzinfo

from cmtel.domain.incidents.actions import FieldValue, Level, Log

#: As they stand in the file; those of the settings are longer.
_NAMES = {Level.DEBUG: "DEBUG", Level.INFO: "INFO", Level.WARNING: "WARN", Level.ERROR: "ERROR"}
_LEVELS = {name: level for level, name in _NAMES.items()}
#: What a line of at least so much severity has in it; to the least severe all belong.
_MARKS = {
    least: tuple(f" {name} " for level, name in _NAMES.items() if level >= least > Level.DEBUG)
    for least in Level
}
_NEEDS_QUOTES = re.compile(r'[\s"=\\]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\r": "\\r", "\n": "\\n", "\t": "\\t"}
_UNESCAPES = {"\\": "\\", '"': '"', "r": "\r", "n": "\n", "t": "\t"}
_LINE = re.compile(r"(\S+) +(DEBUG|INFO|WARN|ERROR) +(\S+) *(.*)")
_FIELD = re.compile(r'([^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)')
_ESCAPED = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log, read again. ``at`` None: it is no line of ours (``text`` has it)."""

    text: str
    at: datetime | None = None
    level: Level = Level.INFO
    topic: str = ""
    #: The fields as they stand in the line.
    written_fields: str = ""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Names and values; taken apart only when asked for, since most lines are just shown."""
        found = _FIELD.findall(self.written_fields)
        return tuple((name, _unquoted(value)) for name, value in found)

    def as_json(self) -> str:
        """Return the line as one JSON object."""
        if self.at is None:
            return json.dumps({"text": self.text}, ensure_ascii=False)
        known = {"time": self.at.isoformat(), "level": _NAMES[self.level], "topic": self.topic}
        return json.dumps({**known, "fields": dict(self.fields)}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are wanted: from ``level`` up, and from ``since`` on."""

    level: Level = Level.DEBUG
    since: datetime | None = None

    @property
    def is_choosy(self) -> bool:
        """False if every line is wanted, whatever is in it."""
        return self.level > Level.DEBUG or self.since is not None

    @property
    def marks(self) -> tuple[str, ...]:
        """Texts of which a wanted line has one; none if lines must be read to know.

        To look for them is much quicker than to read lines.
        """
        return _MARKS[self.level] if self.since is None else ()

    def wants(self, line: LogLine) -> bool:
        """Tell whether a line is wanted; lines that are not ours are, without a filter only."""
        if line.at is None:
            return not self.is_choosy
        return line.level >= self.level and not self.is_before(line)

    def is_before(self, line: LogLine) -> bool:
        """Tell whether this line, and so all that come before it, are too old."""
        return self.since is not None and line.at is not None and line.at < self.since


def level_named(name: str) -> Level:
    """Return the level that the settings or a command call so (``warning``, ``WARN``).

    Raises:
        ValueError: There is none of that name.
    """
    short = "WARN" if name.upper() == "WARNING" else name.upper()
    if short not in _LEVELS:
        raise ValueError(f"There is no level {name!r}; there are debug, info, warning and error.")
    return _LEVELS[short]


def line_of(at: datetime, entry: Log, zone: tzinfo | None) -> str:
    """Return the line of an entry, without its line end; ``zone`` None: the machine's."""
    time = at.astimezone(zone).isoformat(timespec="seconds")
    fields = "".join(f" {name}={_quoted(value)}" for name, value in entry.fields)
    return f"{time} {_NAMES[entry.level]:<5} {_bare(entry.topic):<6}{fields}"


def parsed(text: str) -> LogLine:
    """Return a line of the log, read again; any text is accepted."""
    match = _LINE.fullmatch(text)
    if match is None:
        return LogLine(text)
    time, level, topic, rest = match.groups()
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        return LogLine(text)
    if at.utcoffset() is None:
        return LogLine(text)
    return LogLine(text, at, _LEVELS[level], topic, rest)


def _quoted(value: FieldValue) -> str:
    if value is None:
        return "-"
    text = str(value)
    if text and text != "-" and text.isprintable() and not _NEEDS_QUOTES.search(text):
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _bare(topic: str) -> str:
    return re.sub(r"\W", "_", topic)


def _unquoted(value: str) -> str:
    if value[:1] != '"':
        return value
    return _ESCAPED.sub(_unescaped, value[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _UNESCAPES.get(match[3], match[3])
