"""Which formats there are: found by the names of their modules; only the wanted one is loaded."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from cmtel.errors import UsageError
from cmtel.formats import switches
from cmtel.formats.seam import Format


def names() -> list[str]:
    """Return the names of all formats, sorted; no format is imported."""
    return sorted(_name_of(module.name) for module in pkgutil.iter_modules(switches.__path__))


def get(name: str) -> Format:
    """Return the format called ``name``, as in ``--format``.

    Raises:
        UsageError: There is no such format; the hint lists those that there are.
    """
    known = names()
    if name not in known:
        raise UsageError(f"There is no format '{name}'.", hint=f"Formats: {', '.join(known)}.")
    found: Format = import_module(f"{switches.__name__}.{_module_of(name)}").FORMAT
    return found


def _name_of(module: str) -> str:
    return module.removeprefix("_").replace("_", "-")


def _module_of(name: str) -> str:
    module = name.replace("-", "_")
    return f"_{module}" if module[0].isdigit() else module
