"""One call that never was, through what ingest does to numbers and charges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cmtel.bootstrap.enrichment import enrichment_order, make_number_reading
from cmtel.bootstrap.tariffs import make_price_enricher
from cmtel.domain.calls import CallRecord
from cmtel.domain.row_mapping import Column
from cmtel.errors import UsageError
from cmtel.services.number_enricher import NumberEnricher

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.services.ports import Enricher

#: What is shown, by column type.
_SHOWN = {
    "Journal_Amtsholung": "outside_line",
    "Journal_LCR": "lcr",
    "Journal_Rufnummer": "number",
    "Cmtel_E164": "e164",
    "Cmtel_PriceStatus": "price_status",
    "Cmtel_Charge": "charge",
    "Cmtel_Currency": "currency",
    "Journal_Gebühren": "minor_units",
}


def try_call(
    number: str, secs: int, started_at: str, number_options: Sequence[str], config: Config
) -> Mapping[str, Any]:
    """Return what the journal would have of a connected call out to ``number``.

    Args:
        number: As it would be dialled.
        secs: The connected time.
        started_at: ISO 8601, local.
        number_options: As after ``--number-opt``.
        config: Its Numbers and Tariffs count.

    Raises:
        UsageError: There are neither.
        ConfigError: The table of tariffs has problems.
    """
    order = enrichment_order(number_options, config)
    reading = make_number_reading(order.journal.numbers)
    enrichers: list[Enricher] = [] if reading is None else [NumberEnricher(reading)]
    if order.journal.tariffs is not None:
        enrichers.append(make_price_enricher(order.journal, order.journal.tariffs))
    if not enrichers:
        hint = "Put them into the settings file, or give --number-opt country=DE, for example."
        raise UsageError("There is nothing to try: no Numbers and no Tariffs.", hint=hint)
    known: dict[str, Column] = {}
    for enricher in enrichers:
        enricher.enrich([_call(number, secs, started_at)], known)
    return {name: known[column][0] for column, name in _SHOWN.items() if column in known}


def _call(number: str, secs: int, started_at: str) -> CallRecord:
    return CallRecord(
        direction="out", state="CONN", started_at=started_at, ended_at=None, remote_number=number,
        local_number=None, forwarded_via=None, name=None, ring_ms=None, connected_secs=secs,
        charge=None, charge_cents=None, currency=None, line=None, account_code=None, call_id=None,
        leg=None, raw="",
    )  # fmt: skip
