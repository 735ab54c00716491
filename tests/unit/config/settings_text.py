"""Settings files as text, for tests: as small as can be, with what the test is about in them."""

from __future__ import annotations

from cmtel.config.kinds import Known
from cmtel.config.load import load
from cmtel.config.model import Config
from cmtel.config.parse import parse
from cmtel.errors import ConfigError

SOURCE = '<Source name="a" kind="tcp-listen" address="127.0.0.1:9000" format="jsonl"/>'


def settings(content: str = "", attributes: str = "") -> str:
    return f'<CmTelNotifier version="1" {attributes}>{content}</CmTelNotifier>'


def journal(content: str, attributes: str = "") -> str:
    return settings(f"<Journal {attributes}>{content}</Journal>")


def read(text: str | bytes, known: Known | None = None) -> Config:
    data = text.encode("utf-8") if isinstance(text, str) else text
    return parse(load(data, "test.xml"), known or Known())


def problems_of(text: str | bytes, known: Known | None = None) -> list[str]:
    """The problems of a settings file without their line numbers; empty if it has none."""
    try:
        read(text, known)
    except ConfigError as error:
        return [_without_line(problem) for problem in error.problems]
    return []


def _without_line(problem: str) -> str:
    path, _, text = problem.partition(" (line ")
    return path + text[text.index(")") + 1 :]
