"""What a service was before it was replaced, so that an uninstallation can give it back.

One JSON file a service in the state folder, ``replaced-NAME.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

from cmtel.adapters.service_managers.windows_access import is_built_in
from cmtel.adapters.service_managers.windows_api import Registration
from cmtel.errors import ConfigError, ServiceError


class ReplacedServices:
    """The registrations of services that were replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, found: Registration) -> None:
        """Keep what a service is, before it is changed.

        Raises:
            ConfigError: It could not be given back, for Windows tells nobody its password.
            ServiceError: The disk refuses.
        """
        if not is_built_in(found.account):
            raise ConfigError(
                f"The service {name} runs as {found.account}, whose password could not be given "
                "back to it later.",
                hint="It was left alone. Remove it yourself, or install under our own name.",
            )
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._path(name).write_text(json.dumps(found._asdict()), encoding="utf-8")
        except OSError as exc:
            raise ServiceError(f"{self._path(name)} cannot be written ({exc}).") from exc

    def take(self, name: str) -> Registration | None:
        """Return what was replaced under this name; None: nothing.

        Raises:
            ServiceError: It cannot be read.
        """
        try:
            return Registration(**json.loads(self._path(name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as exc:
            raise ServiceError(
                f"What the service {name} was before is kept in {self._path(name)}, which cannot "
                f"be read ({exc}).",
                hint="Move that file away to remove the service for good.",
            ) from exc

    def forget(self, name: str) -> None:
        """Forget it, once it has been given back."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"replaced-{name}.json"
