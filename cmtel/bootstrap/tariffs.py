"""From the settings of prices to what prices calls."""

from __future__ import annotations

import logging
from collections.abc import Container, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cmtel.domain.tariffs import Tariff, TariffTable
from cmtel.errors import ConfigError, UsageError
from cmtel.services.price_enricher import PriceEnricher

if TYPE_CHECKING:
    from cmtel.config.journal import Journal
    from cmtel.config.model import Config
    from cmtel.config.tariffs import Tariffs

logger = logging.getLogger(__name__)

_JOURNAL = "CmTelNotifier/Journal"
_CHARGES = {"Journal_Gebühren", "Cmtel_Charge"}


def check_tariffs(config: Config) -> list[str]:
    """Read the table that the settings name, if they name one, and return the warnings.

    Raises:
        ConfigError: It has problems: every one. Or there are no holidays of the region.
    """
    journal, tariffs = config.journal, config.journal.tariffs
    if tariffs is None:
        return []
    _holidays(tariffs.holidays)
    told = _warnings(journal, _rules(tariffs))
    if not _CHARGES & {column.type.name for column in journal.selected_columns}:
        text = "have no effect: the table has no column for a charge, such as Journal_Gebühren"
        told.append(f"{_JOURNAL}/Tariffs: {text}")
    return told


def make_price_enricher(journal: Journal, tariffs: Tariffs) -> PriceEnricher:
    """Return what prices calls by the tariffs of the settings, then those of their file.

    Raises:
        ConfigError: The file has problems, or there are no holidays of the region.
    """
    rules = _rules(tariffs)
    for warning in _warnings(journal, rules):
        logger.warning("%s", warning)
    table = TariffTable(rules, tariffs.currency, _holidays(tariffs.holidays))
    return PriceEnricher(table, zero_is_unknown=tariffs.source_zero == "unknown")


def _rules(tariffs: Tariffs) -> list[Tariff]:
    from cmtel.adapters.tariff_file import read_tariffs

    listed = [] if tariffs.file is None else read_tariffs(tariffs.file)
    return [tariffs.rule(each) for each in [*tariffs.tariffs, *listed]]


def _warnings(journal: Journal, rules: Sequence[Tariff]) -> list[str]:
    has_plan = journal.numbers.country is not None
    if has_plan or not any(each.prefix.startswith("+") for each in rules):
        return []
    text = "is not given: tariffs with + need it, they are for numbers in full"
    return [f"{_JOURNAL}/Numbers/@country: {text}"]


def _holidays(region: str | None) -> Container[date]:
    if region is None:
        return ()
    from cmtel.adapters.public_holidays import HolidayCalendar

    try:
        return HolidayCalendar(region)
    except UsageError as error:
        path = f"{_JOURNAL}/Tariffs/@holidays"
        raise ConfigError(f"{path}: {error.message}", hint=error.hint) from error
