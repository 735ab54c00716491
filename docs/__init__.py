"""The documentation; a package, because one page is made from the program."""

from __future__ import annotations
