"""What comments and reference say about one attribute."""

from __future__ import annotations

from cmtel.config.describe.outline import Attribute


def default_words(attribute: Attribute) -> str:
    """Return "needed", or what the default is."""
    if attribute.is_needed:
        return "needed"
    if attribute.default is not None:
        return attribute.kind.write(attribute.default) or "empty"
    return attribute.default_says or "none"
