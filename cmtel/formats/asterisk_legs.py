"""The legs of an Asterisk call: which records are one call, and who talked on them.

Asterisk writes a record for each pair of channels that met, and all channels that had to do with
each other share a linkedid: the uniqueid of the oldest one. So a call is its linkedid, its first
leg is on the channel whose uniqueid that is, and ``sequence`` counts the records in the order in
which they were begun, whenever they are written. A call that leaves by a trunk to this very
switch comes back as a new one, with a linkedid of its own.

- A Local channel is a channel of two halves, ``Local/201@context-00000001;1`` and ``;2``. What is
  dialled over it is recorded on both; who answered is told by the record of the half ``;2``.
- dst is what was dialled. In a queue or ring group the phone that answered is only in the name
  of the channel: ``PJSIP/201-0000002a`` is extension 201.
- After a transfer the record has the number dialled before; which number a channel has is told
  by the record that dialled it.
- A record without a second channel is of an application (announcement, voicemail, parking); it
  is who answered only if no phone did.
- ``NO ANSWER`` with billed time is a queue that played music: the call is connected, but nobody
  answered it.

Source: docs.asterisk.org, "CDR Specification" (linkedid, sequence, Party A and B, transfers,
Local channels); formats.md 2.1.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.formats.folded_call import Answered, called, folded, last_answered
from cmtel.formats.seam import LegRule
from cmtel.formats.talk_time import moment_ms

_LOCAL = re.compile(r"Local/([^@/]+)@.*-([0-9a-f]+);([12])", re.IGNORECASE)
#: A channel that is called like an extension.
_EXTENSION = re.compile(r"[A-Za-z0-9]+/([0-9]{2,6})-[0-9a-f]+", re.IGNORECASE)
#: What dials phones and may be answered by another one than was dialled.
_DIALS = frozenset({"Dial", "Queue"})


class LegFacts(NamedTuple):
    """What the record of a leg says beside the call; empty where it does not."""

    channel: str = ""
    dst_channel: str = ""
    application: str = ""
    disposition: str = ""
    unique_id: str = ""
    sequence: str = ""


class _Leg(NamedTuple):
    call: CallRecord
    facts: LegFacts


def linkedid_rule(joined_by: str, facts_of: Callable[[str], LegFacts]) -> LegRule:
    """Return the rule of a format whose records are read by ``facts_of``, given their raw text."""

    def fold(calls: Sequence[CallRecord]) -> CallRecord:
        return _folded([_Leg(call, facts_of(call.raw)) for call in calls])

    return LegRule(joined_by, fold)


def csv_facts(raw: str) -> LegFacts:
    """Read a record of Master.csv; one that is not as Asterisk writes it says nothing."""
    try:
        columns = next(csv.reader(raw.strip(" \t\r\n").splitlines(keepends=True)), [])
    except csv.Error:
        return LegFacts()
    if len(columns) < 16:
        return LegFacts()
    is_certain = len(columns) in (18, 21)
    has_sequence = len(columns) in (19, 20, 21)
    channel, dst_channel, application = columns[5:8]
    unique_id = columns[16] if is_certain else ""
    sequence = columns[-1] if has_sequence else ""
    return LegFacts(channel, dst_channel, application, columns[14], unique_id, sequence)


def _folded(legs: Sequence[_Leg]) -> CallRecord:
    ordered = sorted(legs, key=_order(legs))
    calls = [leg.call for leg in ordered]
    return folded(calls, _first(ordered), _last_answered(ordered))


def _order(legs: Sequence[_Leg]) -> Callable[[_Leg], tuple[int, int, str]]:
    """By sequence if all have one; else by time. The raw text decides last."""
    if all(leg.facts.sequence.isdecimal() for leg in legs):
        return lambda leg: (int(leg.facts.sequence), 0, leg.call.raw)
    return lambda leg: (
        moment_ms(leg.call.started_at) or 0, moment_ms(leg.call.ended_at) or 0, leg.call.raw
    )  # fmt: skip


def _first(ordered: Sequence[_Leg]) -> CallRecord:
    """The first leg on the oldest channel; without it, the first leg."""
    own = (leg.call for leg in ordered if leg.facts.unique_id == leg.call.call_id)
    return next(own, ordered[0].call)


def _last_answered(ordered: Sequence[_Leg]) -> Answered | None:
    """Phones go before applications, and both before what only was connected."""
    halves = {leg.facts.channel for leg in ordered}
    numbers = _numbers(ordered)
    legs = [leg for leg in ordered if _other_half(leg.facts.dst_channel) not in halves]
    answered = [leg for leg in legs if leg.facts.disposition == "ANSWERED"]
    phones = [leg for leg in answered if leg.facts.dst_channel]
    for candidates in (phones, answered, legs):
        found = last_answered(
            [leg.call for leg in candidates], [_number(leg, numbers) for leg in candidates]
        )
        if found:
            return found
    return None


def _number(leg: _Leg, numbers: Mapping[str, str]) -> str | None:
    return numbers.get(leg.facts.dst_channel) or called(leg.call)


def _numbers(ordered: Sequence[_Leg]) -> dict[str, str]:
    """Return the numbers of the channels that were dialled."""
    numbers: dict[str, str] = {}
    for call, facts in ordered:
        number = _dialled(call, facts)
        if facts.dst_channel and number:
            numbers.setdefault(facts.dst_channel, number)
    return numbers


def _dialled(call: CallRecord, facts: LegFacts) -> str | None:
    local = _LOCAL.fullmatch(facts.dst_channel)
    if local:
        return local[1]
    extension = _EXTENSION.fullmatch(facts.dst_channel)
    is_inside = call.direction in ("in", "internal")
    if extension and is_inside and facts.application in _DIALS:
        return extension[1]
    return called(call)


def _other_half(channel: str) -> str | None:
    """Return the far half of a Local channel; None for another channel, or the far half."""
    return f"{channel[:-1]}2" if _LOCAL.fullmatch(channel) and channel.endswith(";1") else None
