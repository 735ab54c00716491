"""What is looked up for a call before its row is written: the enrichers, in their order.

Adding one: a service or adapter that is an Enricher (services/ports.py), made here in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.country_numbers import CountryNumbers
from cmtel.bootstrap.phone_books import kept_fresh, make_directories
from cmtel.bootstrap.tariffs import make_price_enricher
from cmtel.domain.number_plan import NumberReading
from cmtel.services.number_enricher import NumberEnricher

if TYPE_CHECKING:
    from cmtel.config.journal import Journal
    from cmtel.config.model import Config, Database
    from cmtel.config.numbers import Numbers
    from cmtel.services.ports import Clock, Enricher


@dataclass(frozen=True, slots=True)
class EnrichmentOrder:
    """What to look up, as the settings say it after the options have won.

    Attributes:
        journal: Its Numbers, PhoneBook, Extensions and Tariffs count.
        database: Where a phone book without a URL of its own lies.
    """

    journal: Journal
    database: Database | None = None


def enrichment_order(number_options: Sequence[str], config: Config) -> EnrichmentOrder:
    """Return what to look up: as the settings say, but for the numbers' options that were typed.

    Raises:
        UsageError: An option is unknown, or its value is wrong.
    """
    if not number_options:
        return EnrichmentOrder(config.journal, config.database)
    from cmtel.bootstrap.config import known_to
    from cmtel.config.typed import numbers_with_options

    known = known_to(Path.cwd())
    numbers = numbers_with_options(config.journal.numbers, number_options, known)
    return EnrichmentOrder(config.journal.model_copy(update={"numbers": numbers}), config.database)


@contextmanager
def open_enrichers(
    order: EnrichmentOrder | None, clock: Clock, *, is_once: bool
) -> Iterator[list[Enricher]]:
    """Make the enrichers that are configured: numbers, phone books, extensions, tariffs.

    The order counts: names and prices are looked up by the number in full. Phone books are kept
    fresh in the background until the end; the first copies are waited for, a little.

    Args:
        clock: Its wish to stop ends that wait.
        is_once: The run has an end and no calls that wait: see phone_books.kept_fresh.

    Raises:
        UsageError: There is no numbering plan of the country.
        ConfigError: The table of tariffs has problems.
    """
    if order is None:
        yield []
        return
    enrichers: list[Enricher] = []
    reading = make_number_reading(order.journal.numbers)
    if reading is not None:
        enrichers.append(NumberEnricher(reading))
    directories = make_directories(order, reading)
    enrichers += directories.enrichers()
    if order.journal.tariffs is not None:
        enrichers.append(make_price_enricher(order.journal, order.journal.tariffs))
    with kept_fresh(directories, clock, is_once=is_once):
        yield enrichers


def make_number_reading(numbers: Numbers) -> NumberReading | None:
    """Return what reads the numbers of the switch, or None if nothing is said about them.

    Raises:
        UsageError: There is no numbering plan of the country.
    """
    if not numbers.model_fields_set:
        return None
    country = None if numbers.country is None else CountryNumbers(numbers.country)
    return NumberReading(numbers.plan, country)
