"""Calls a second through the price enricher: outgoing, connected, without a charge of the source.

Three thousand prefixes, reduced hours, durations of up to ten minutes.
"""

from __future__ import annotations

import argparse
import random
import time as clock
from datetime import time
from decimal import Decimal

from bench.numbers import BATCH, calls
from cmtel.domain.row_mapping import Column
from cmtel.domain.tariffs import Hours, Tariff, TariffTable
from cmtel.services.price_enricher import PriceEnricher

NIGHT = Hours(time(21), time(7))


def table(drawn: random.Random) -> TariffTable:
    """Return prices by prefixes of Germany and Brazil, half of them with reduced hours."""
    tariffs = [Tariff("+", Decimal("2.5"))]
    for number in range(3_000):
        prefix = f"+{drawn.choice(['49', '55'])}{number}"
        price = Decimal(drawn.randrange(1, 100)) / 100
        tariffs.append(Tariff(prefix, price, 30, 30, None, 6, multiplier=Decimal("1.3")))
        if number % 2:
            tariffs.append(Tariff(prefix, price / 2, hours=NIGHT))
    return TariffTable(tariffs, "EUR")


def main() -> None:
    """Print the rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    drawn = random.Random(2)
    records = [
        call._replace(
            direction="out",
            remote_number=f"+{drawn.choice(['49', '55'])}{drawn.randrange(10**8, 10**9)}",
            connected_secs=drawn.randrange(1, 600),
            started_at=f"2026-03-04T{drawn.randrange(24):02}:00:00",
        )
        for call in calls(1)
    ]
    enricher = PriceEnricher(table(drawn))
    spent = 0.0
    for _ in range(rounds):
        started = clock.perf_counter()
        for first in range(0, len(records), BATCH):
            known: dict[str, Column] = {}
            enricher.enrich(records[first : first + BATCH], known)
        spent += clock.perf_counter() - started
    print(f"priced calls   {len(records) * rounds / spent:10,.0f} /s")


if __name__ == "__main__":
    main()
