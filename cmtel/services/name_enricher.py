"""Names for calls: implements ports.Enricher over the phone books' local copies."""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.domain.calls import CallRecord
from cmtel.domain.phone_books import Hit
from cmtel.domain.phone_keys import digits_key
from cmtel.domain.row_mapping import Column
from cmtel.services.phone_books import PhoneBooks

_NO_HIT = Hit(None, None, None, "")


class NameEnricher:
    """Fills Journal_Name, Journal_Firma, Journal_DatensatzID and Journal_DatensatzTabelle.

    A call's number is compared as Cmtel_E164 where an enricher before has filled that, else by
    its digits. Without a hit the name stays as the switch sent it;
    where neither has a name, the company stands for it.
    """

    def __init__(self, books: PhoneBooks) -> None:
        self._books = books

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        keys = _keys(calls, known)
        found = self._books.find({key for key in keys if key})
        names = known.get("Journal_Name") or [call.name for call in calls]
        hits = [found.get(key, _NO_HIT) if key else _NO_HIT for key in keys]
        known["Journal_Name"] = [
            hit.name or name or hit.company for hit, name in zip(hits, names, strict=True)
        ]
        known["Journal_Firma"] = [hit.company for hit in hits]
        known["Journal_DatensatzID"] = [hit.record_id for hit in hits]
        known["Journal_DatensatzTabelle"] = [hit.table or None for hit in hits]


def _keys(calls: Sequence[CallRecord], known: dict[str, Column]) -> list[str | None]:
    numbers: Sequence[str | None] = known.get("Journal_Rufnummer") or [
        call.remote_number for call in calls
    ]
    full: Sequence[str | None] = known.get("Cmtel_E164") or [None] * len(calls)
    return [
        key or (number and digits_key(number)) for key, number in zip(full, numbers, strict=True)
    ]
