"""The time zone of this machine, by its IANA name."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cmtel.errors import ConfigError


def local_zone() -> ZoneInfo:
    """Return the machine's zone: of TZ, of /etc/localtime, or of the Windows registry.

    Raises:
        ConfigError: It has none with a name.
    """
    from babel.localtime import LOCALTZ

    if isinstance(LOCALTZ, ZoneInfo) and LOCALTZ.key:
        return LOCALTZ
    name = getattr(LOCALTZ, "key", None) or getattr(LOCALTZ, "zone", None) or str(LOCALTZ)
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, LookupError) as exc:
        raise ConfigError(
            "The time zone of this machine is not known by name.",
            hint="Give it in the settings file: CmTelNotifier/@timeZone, like Europe/Vienna.",
        ) from exc
