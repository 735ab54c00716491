"""Measurements: ``python -m bench`` lists them, ``python -m bench NAME`` runs one."""

from __future__ import annotations
