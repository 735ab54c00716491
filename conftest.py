"""Plugins for every test run (pytest takes them from the top folder only)."""

from __future__ import annotations

pytest_plugins = ["tests.no_skips_in_ci"]
