"""What lies beside the code and is needed at run time is in the wheel, too."""

from __future__ import annotations

import tomllib
from pathlib import Path

TOP = Path(__file__).parents[2]
PACKAGE = TOP / "cmtel"
#: Needed by people who translate, not by the program.
NOT_NEEDED = {PACKAGE / "locales" / "cmtel.pot"}


def test_every_file_beside_the_code_is_packaged() -> None:
    settings = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["cmtel"]
    packaged = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    there = {path for path in PACKAGE.rglob("*") if path.is_file()}
    code = {path for path in there if path.suffix in (".py", ".pyc")}

    assert there - code - packaged <= NOT_NEEDED
    assert {path.suffix for path in packaged} >= {".mo", ".html", ".typed"}
