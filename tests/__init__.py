"""The tests. A package, so that no library's own ``tests`` comes first."""

from __future__ import annotations
