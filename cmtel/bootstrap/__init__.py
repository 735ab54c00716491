"""Configuration to adapters to services: the only place that constructs."""

from __future__ import annotations
