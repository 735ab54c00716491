"""From the settings of prices to what prices calls."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import TYPE_CHECKING

from cmtel.domain.tariffs import TariffTable
from cmtel.errors import ConfigError, UsageError
from cmtel.services.price_enricher import PriceEnricher

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.config.tariffs import Tariffs


def check_tariffs(config: Config) -> None:
    """Read the table that the settings name, if they name one.

    Raises:
        ConfigError: It has problems: every one.
    """
    if config.journal.tariffs is not None:
        make_tariffs(config.journal.tariffs)


def make_price_enricher(tariffs: Tariffs) -> PriceEnricher:
    """Return what prices calls; raises as :func:`make_tariffs` does."""
    is_unknown = tariffs.source_zero == "unknown"
    return PriceEnricher(make_tariffs(tariffs), zero_is_unknown=is_unknown)


def make_tariffs(tariffs: Tariffs) -> TariffTable:
    """Return the tariffs of the settings, then those of their file.

    Raises:
        ConfigError: The file has problems, or there are no holidays of the region.
    """
    from cmtel.adapters.tariff_file import read_tariffs

    listed = [] if tariffs.file is None else read_tariffs(tariffs.file)
    rules = [tariffs.rule(each) for each in [*tariffs.tariffs, *listed]]
    return TariffTable(rules, tariffs.currency, _holidays(tariffs.holidays))


def _holidays(region: str | None) -> Container[date]:
    if region is None:
        return ()
    from cmtel.adapters.public_holidays import HolidayCalendar

    try:
        return HolidayCalendar(region)
    except UsageError as error:
        path = "CmTelNotifier/Journal/Tariffs/@holidays"
        raise ConfigError(f"{path}: {error.message}", hint=error.hint) from error
