"""A settings file with everything in it: what ``complete.xml`` shows, and ``init`` in comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmtel.config.describe.outline import Element, outline
from cmtel.config.model import Config

#: What has no default has to have an example; in the mapping's spelling.
EXAMPLE: Mapping[str, Any] = {
    "@version": "1",
    "Hotel": {"@id": "H042", "@name": "Hotel Atlântico"},
    "Database": {"@url": "odbc:DSN=Telefonia", "@user": "cmtel", "@secretRef": "dpapi:database"},
    "Journal": {
        "Column": [
            {"@type": "Journal_Zeitpunkt"},
            {"@type": "Journal_Rufnummer", "@name": "number", "@size": "40"},
        ],
        "Source": [
            {
                "@name": "reception",
                "@kind": "tcp-listen",
                "@address": "0.0.0.0:9000",
                "@allow": "10.1.0.0/16",
                "@format": "avaya-ipo",
                "Option": [{"@name": "encoding", "@value": "utf-8"}],
                "SourceOption": [{"@name": "max-connections", "@value": "1000"}],
            }
        ],
        "Numbers": {"@country": "BR", "@areaCode": "11", "@outsideLine": "0"},
        "PhoneBook": [
            {
                "@kind": "sql",
                "@table": "contacts",
                "@number": "phone,mobile",
                "@name": "name",
                "@company": "company",
                "@id": "id",
            }
        ],
        "Extensions": [
            {
                "@kind": "csv",
                "@path": "extensions.csv",
                "@extension": "extension",
                "@room": "room",
                "@department": "department",
                "@costCentre": "cost_centre",
                "@class": "class",
                "@validFrom": "valid_from",
                "@validTo": "valid_to",
            }
        ],
        "Tariffs": {
            "@currency": "BRL",
            "@file": "tariffs-brazil.csv",
            "@holidays": "BR-SP",
            "Tariff": [
                {
                    "@prefix": "+55",
                    "@name": "Brasil, noite",
                    "@perUnit": "0.15",
                    "@unitSecs": "30",
                    "@afterSecs": "30",
                    "@secondUnitSecs": "6",
                    "@from": "20:00",
                    "@to": "08:00",
                    "@days": "Mon-Fri",
                }
            ],
        },
        "Privacy": {"@maskDigits": "3", "@extensions": "200-299,4xx"},
        "Spool": {},
    },
    "Check": {},
    "Feed": [{"@name": "main", "Silence": {}}],
    "Silence": {
        "Open": [{"@days": "Mon-Fri", "@from": "07:00", "@to": "19:00"}],
        "Closed": [{"@date": "2026-12-25"}],
        "Holidays": [{"@country": "BR", "@subdivision": "SP"}],
    },
    "Repeat": {"Escalate": [{"@after": "2h", "@list": "managers"}]},
    "Recover": {},
    "Blind": {"@list": "default"},
    "Mail": {
        "@from": "cmtel@example.org",
        "Server": [
            {"@host": "smtp.example.org", "@user": "cmtel", "@secretRef": "dpapi:mail"},
        ],
        "LastResort": {},
    },
    "Recipients": [
        {
            "@list": "default",
            "To": [
                {"#text": "reception@example.org"},
                {"#text": "it@example.org", "@quiet": "22:00-06:00", "@quietPass": "first"},
            ],
        },
        {
            "@list": "managers",
            "To": [{"#text": "manager@example.org"}],
            "Channel": [{"@name": "teams", "@secretRef": "dpapi:teams"}],
        },
    ],
    "Heartbeat": {},
    "Log": {},
}


def complete() -> dict[str, Any]:
    """Return the example with every option that has a default given, at its default."""
    return with_defaults(outline(Config), EXAMPLE)


def with_defaults(element: Element, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``content`` with the defaults of the attributes it does not give."""
    filled: dict[str, Any] = {
        f"@{each.name}": content.get(f"@{each.name}", _default(each.default, each.kind.write))
        for each in element.attributes
    }
    filled = {name: value for name, value in filled.items() if value is not None}
    if "#text" in content:
        filled["#text"] = content["#text"]
    for child in element.children:
        below = content.get(child.name)
        if isinstance(below, list):
            filled[child.name] = [with_defaults(child, each) for each in below]
        elif below is not None:
            filled[child.name] = with_defaults(child, below)
    return filled


def _default(value: Any, write: Any) -> str | None:
    return None if value is None else write(value)
