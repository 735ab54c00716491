"""``python -m bench`` lists the measurements, ``python -m bench NAME [WORDS]`` runs one."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Return the names of the measurements; what begins with ``_`` is none."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def first_line(name: str) -> str:
    """Return what a measurement says of itself, without importing it."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]


def main(words: list[str]) -> int:
    """Run the measurement that ``words`` name; its ``main()`` finds the other words in argv."""
    if not words:
        for name in names():
            print(f"{name:<12} {first_line(name)}")
        return 0
    if words[0] not in names():
        print(f"There is no bench/{words[0]}.py; there are {', '.join(names())}.", file=sys.stderr)
        return 2
    sys.argv = [f"bench {words[0]}", *words[1:]]
    return int(import_module(f"bench.{words[0]}").main() or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
