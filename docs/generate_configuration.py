"""The documents that are made from the models of the settings file; ``make docs`` writes them."""

from __future__ import annotations

import sys
from pathlib import Path

from cmtel.config.describe.document import write_document
from cmtel.config.describe.example import EXAMPLE, complete
from cmtel.config.describe.reference import reference
from cmtel.config.describe.xsd import schema

COMPLETE_HEADING = (
    "Every option of cmtel, at its default. Where there is no default, an example stands.",
    "Durations: 90s, 5m, 2h, 7d. Relative paths count from this file's folder.",
)


def documents() -> dict[str, str]:
    """Return the text of each document by its path in the repository."""
    return {
        "docs/configuration.md": reference(),
        "sample_configs/CmTelNotifier.xsd": schema(),
        "sample_configs/complete.xml": write_document(
            complete(), heading=COMPLETE_HEADING, example=EXAMPLE
        ),
    }


def main() -> int:
    """Write them all."""
    root = Path(__file__).parent.parent
    for name, text in documents().items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
