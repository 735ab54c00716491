"""One module a format; each exports ``FORMAT``. The recipe is in ``cmtel.formats``."""

from __future__ import annotations
