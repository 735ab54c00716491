"""The settings file that ``cmtel init`` writes: what was asked for, and blanks to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmtel.config.describe.document import write_document
from cmtel.config.describe.example import EXAMPLE
from cmtel.domain.source_address import SourceAddress, SourceKind, parse_source_address

_HEADING = (
    "The settings of cmtel. 'cmtel config check' names every problem in this file.",
    "Elements that are not in use stand in comments, with an example; take what you need.",
    "Durations: 90s, 5m, 2h, 7d. Relative paths count from this file's folder.",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options of ``cmtel init`` say; None: not given."""

    url: str | None = None
    table: str | None = None
    format_name: str | None = None
    source: str | None = None
    time_zone: str | None = None
    hotel_id: str | None = None
    language: str | None = None


def starter_content(wishes: Wishes, *, blank: bool = True) -> dict[str, Any]:
    """Return the content of the file, in the mapping's spelling.

    Args:
        wishes: What is known.
        blank: What is needed and not known is left empty; else it has an example's value, so
            that parsing the content finds what is wrong with the wishes alone.

    Raises:
        UsageError: The source is none.
    """
    url = "" if blank else EXAMPLE["Database"]["@url"]
    content: dict[str, Any] = {
        "@version": "1",
        "@timeZone": wishes.time_zone,
        "@language": wishes.language,
        "Hotel": {"@id": wishes.hotel_id} if wishes.hotel_id is not None else None,
        "Database": {"@url": url if wishes.url is None else wishes.url},
        "Journal": {"@table": "journal" if wishes.table is None else wishes.table},
    }
    if wishes.source is not None or wishes.format_name is not None:
        content["Journal"]["Source"] = [_source(wishes, blank=blank)]
    return {name: value for name, value in content.items() if value is not None}


def write_starter(content: Mapping[str, Any]) -> str:
    """Return the content as a document with a comment for every option."""
    return write_document(content, heading=_HEADING, example=EXAMPLE)


def _source(wishes: Wishes, *, blank: bool) -> dict[str, str]:
    example = EXAMPLE["Journal"]["Source"][0]
    place = {"@kind": "tcp-listen", "@address": "" if blank else example["@address"]}
    if wishes.source is not None:
        place = source_attributes(parse_source_address(wishes.source))
    unknown = "" if blank else example["@format"]
    name = unknown if wishes.format_name is None else wishes.format_name
    return {"@name": "main", **place, "@format": name}


def source_attributes(address: SourceAddress) -> dict[str, str]:
    """Return the attributes that say where a source lies, in the mapping's spelling."""
    kind = {"@kind": address.kind.value}
    if address.kind is SourceKind.FILE:
        return {**kind, "@path": address.path}
    if address.kind is SourceKind.SERIAL:
        settings = {f"@{name}": value for name, value in address.settings.items()}
        return {**kind, "@device": address.path, **settings}
    if address.kind is SourceKind.STDIN:
        return kind
    return {**kind, "@address": address.path or address.host_port}
