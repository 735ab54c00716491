"""A mapping to the model: pure, and with every problem at once."""

from __future__ import annotations

from pydantic import ValidationError

from cmtel.config.kinds import Known
from cmtel.config.load import Document
from cmtel.config.model import Config
from cmtel.config.problems import explain
from cmtel.errors import ConfigError


def parse(document: Document, known: Known) -> Config:
    """Return the settings that ``document`` has.

    First every value is checked by itself, then the rules between the values of each section
    whose values are right.

    Raises:
        ConfigError: With every problem, each with its path and line.
    """
    try:
        return Config.model_validate(document.root, context=known, by_alias=True, by_name=False)
    except ValidationError as error:
        problems = explain(error, document.lines)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise ConfigError(f"{document.source} has {count}.", source=document.source, problems=problems)
