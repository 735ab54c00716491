"""Settings that were typed as options, ``NAME=VALUE``, with the names of the XML attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from cmtel.config.kinds import Known
from cmtel.config.numbers import Numbers
from cmtel.config.problems import explain_element
from cmtel.config.suggest import near
from cmtel.errors import UsageError


def numbers_with_options(numbers: Numbers, words: Sequence[str], known: Known) -> Numbers:
    """Return ``numbers`` with the attributes that ``words`` give.

    Raises:
        UsageError: A word is no NAME=VALUE, or the first thing that is wrong with a value.
    """
    given = dict(_pair(word) for word in words)
    attributes = {**_written(numbers), **{f"@{name}": value for name, value in given.items()}}
    try:
        return Numbers.model_validate(attributes, context=known, by_alias=True, by_name=False)
    except ValidationError as error:
        name, text = explain_element(error)[0]
        raise UsageError(f"--number-opt {name}: {text}.") from error


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    names = [str(info.validation_alias).lstrip("@") for info in Numbers.model_fields.values()]
    if not equals:
        raise UsageError(f"--number-opt '{word}' is not NAME=VALUE.")
    if name.strip() not in names:
        hint = near(name, names) or f"There are {', '.join(names)}."
        raise UsageError(f"--number-opt has no '{name}'.", hint=hint)
    return name.strip(), value.strip()


def _written(numbers: Numbers) -> Mapping[str, str]:
    values = {
        str(info.validation_alias): getattr(numbers, field)
        for field, info in Numbers.model_fields.items()
    }
    return {
        name: ",".join(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None
    }
