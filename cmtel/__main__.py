"""``python -m cmtel``: the same as the console script."""

from __future__ import annotations

import sys

from cmtel.cli.boundary import main

if __name__ == "__main__":
    sys.exit(main())
