"""What all sections of the settings file have in common.

A field's XML name is its validation alias: ``@name`` is an attribute, ``Name`` an element,
``#text`` the text of the element (xmltodict's spelling). In Python the field names are used.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cmtel.config.kinds import Known

_REQUIRED: Any = ...


class Broken(ValueError):
    """Rules between fields that do not hold: XML names below the section, and a sentence each."""

    def __init__(self, problems: Iterable[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__()
        self.problems = tuple(problems)


#: One broken rule: where, below the section, and what is wrong.
Problem = tuple[tuple[str | int, ...], str]


class Section(BaseModel):
    """An element of the settings file; frozen, and strict about what it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        arbitrary_types_allowed=True,
        validate_default=False,
        hide_input_in_errors=True,  # an input may be a password
    )

    def rules(self, known: Known) -> Iterable[Problem]:
        """Yield what is wrong between fields that are right by themselves."""
        del known
        return ()

    @model_validator(mode="before")
    @classmethod
    def _take_shape(cls, value: Any) -> Any:
        """Bring xmltodict's four shapes of an element (None, text, mapping, list) to one."""
        if isinstance(value, list):
            message = f"may stand only once (found {len(value)})"
            raise PydanticCustomError("cmtel", "{message}", {"message": message})
        if value is None:
            return {}
        if isinstance(value, str):
            return {"#text": value}
        return cls._without_empty(value) if isinstance(value, dict) else value

    @classmethod
    def _without_empty(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        """Return the mapping without what is empty.

        An empty attribute counts as not given where not given is the default. An empty element
        is one without attributes, not one that is missing.
        """
        aliases = {field.validation_alias: field for field in cls.model_fields.values()}
        kept: dict[str, Any] = {}
        for name, value in mapping.items():
            field = aliases.get(name)
            is_optional = field is not None and not field.is_required() and field.default is None
            if value == "" and is_optional:
                continue
            is_element = field is not None and not name.startswith(("@", "#"))
            kept[name] = {} if value is None and is_element else value
        return kept

    @model_validator(mode="after")
    def _keep_rules(self, info: ValidationInfo) -> Section:
        known = info.context if isinstance(info.context, Known) else Known()
        problems = tuple(self.rules(known))
        if problems:
            raise Broken(problems)
        return self


def _as_list(value: Any) -> Any:
    """One element is no list in xmltodict's eyes; an empty one is None."""
    return value if isinstance(value, (list, tuple)) else [value]


T = TypeVar("T")

#: Elements that may be repeated.
Many = Annotated[tuple[T, ...], BeforeValidator(_as_list)]


def attribute(name: str, meaning: str, default: Any = _REQUIRED, *, default_says: str = "") -> Any:
    """Return the field of an XML attribute (or of ``#text``).

    Args:
        name: The name in the XML.
        meaning: One sentence for check, comments and reference; unit and range come from the kind.
        default: The default; without one the attribute is needed.
        default_says: What a default of None comes to, for people.
    """
    alias = name if name == "#text" else f"@{name}"
    facts: dict[str, JsonValue] = {"default_says": default_says}
    return Field(default, validation_alias=alias, description=meaning, json_schema_extra=facts)


def element(name: str, default: Any) -> Any:
    """Return the field of a child element; a callable ``default`` makes the default."""
    if callable(default):
        return Field(default_factory=default, validation_alias=name)
    return Field(default, validation_alias=name)
