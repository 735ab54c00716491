"""Settings in effect."""

from __future__ import annotations

import json

from cmtel.config.show import as_document, as_pairs
from tests.unit.config.settings_text import read, settings


def test_the_document_has_names_with_units_and_defaults() -> None:
    document = as_document(read(settings('<Check every="10m"/>', 'timeZone="UTC"')))

    assert document["check"] == {"every_secs": 600, "confirm": 2}
    assert document["time_zone"] == "UTC"
    assert document["database"] is None
    assert document["journal"]["sources"] == []
    json.dumps(document)


def test_the_pairs_are_in_the_words_of_the_xml() -> None:
    text = settings('<Check every="10m"/><Recipients><To quiet="22:00-06:00">a@b</To></Recipients>')

    pairs = dict(as_pairs(read(text)))

    assert pairs["CmTelNotifier/Check/@every"] == "10m"
    assert pairs["CmTelNotifier/Check/@confirm"] == "2"
    assert pairs["CmTelNotifier/Recipients[1]/To[1]"] == "a@b"
    assert pairs["CmTelNotifier/Recipients[1]/To[1]/@quiet"] == "22:00-06:00"
    assert "CmTelNotifier/@timeZone" not in pairs
