"""Numbers a second through the number enricher: all new ones, and ones it has seen before.

Half of the calls go out, half come in; the numbers are Berlin's and Brazilian mobiles.
"""

from __future__ import annotations

import argparse
import random
import time

from cmtel.adapters.country_numbers import CountryNumbers
from cmtel.domain.calls import CallRecord
from cmtel.domain.number_plan import DialPlan, NumberReading
from cmtel.domain.row_mapping import Column
from cmtel.services.number_enricher import NumberEnricher

BATCH = 5_000
DISTINCT = 20_000
_CALL = CallRecord(
    "out", "CONN", None, None, None, None, None, None, None, None, None, None, None, None, None,
    None, None, "",
)  # fmt: skip


def calls(seed: int) -> list[CallRecord]:
    """Return calls of as many numbers, in an order drawn by ``seed``."""
    drawn = random.Random(seed)
    out = [f"0030{drawn.randrange(10**6, 10**7)}" for _ in range(DISTINCT // 2)]
    received = [f"55119{drawn.randrange(10**7, 10**8)}" for _ in range(DISTINCT // 2)]
    made = [_CALL._replace(remote_number=number) for number in out]
    made += [_CALL._replace(direction="in", remote_number=number) for number in received]
    drawn.shuffle(made)
    return made


def secs(enricher: NumberEnricher, records: list[CallRecord]) -> float:
    started = time.perf_counter()
    for first in range(0, len(records), BATCH):
        known: dict[str, Column] = {}
        enricher.enrich(records[first : first + BATCH], known)
    return time.perf_counter() - started


def main() -> None:
    """Print both rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    plan = DialPlan("30", "0", ("010xx",), extension_digits=frozenset({3}))
    enricher = NumberEnricher(NumberReading(plan, CountryNumbers("DE")))
    records = calls(1)
    cold = secs(enricher, records)
    warm = secs(enricher, records * rounds)
    print(f"new numbers    {DISTINCT / cold:10,.0f} /s")
    print(f"known numbers  {DISTINCT * rounds / warm:10,.0f} /s")


if __name__ == "__main__":
    main()
