"""A near name for a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(wrong: str, names: Iterable[str]) -> str:
    """Return "did you mean NAME?" for the nearest of ``names``, or an empty text."""
    by_lower = {name.lower(): name for name in names}
    # Long input is no typing error, and difflib is quadratic.
    found = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6) if len(wrong) < 80 else []
    return f"did you mean {by_lower[found[0]]}?" if found else ""
