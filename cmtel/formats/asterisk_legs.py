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
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.formats.folded_call import Answered, called, folded, last_answered, time_order
from cmtel.formats.seam import LegRule
from cmtel.formats.talk_time import Span, span_of

_LOCAL = re.compile(r"Local/([^@/]+)@.*-([0-9a-f]+);([12])", re.IGNORECASE)
#: A channel that is called like an extension.
_EXTENSION = re.compile(r"[A-Za-z0-9]+/([0-9]{2,6})-[0-9a-f]+", re.IGNORECASE)
#: What dials phones and may be answered by another one than was dialled.
_DIALS = frozenset({"Dial", "Queue"})
#: 21 columns in one line, as Asterisk writes them: the fields of LegFacts.
_TEXT, _UNUSED = '"([^"]*+)"', '"[^"]*+(?:""[^"]*+)*+"'
_AS_WRITTEN = re.compile(
    f"(?:{_UNUSED},){{5}}{_TEXT},{_TEXT},{_TEXT},{_UNUSED},{_UNUSED},(?:[^,]*+,){{4}}{_TEXT},"
    rf"{_UNUSED},{_TEXT},{_UNUSED},{_UNUSED},{_UNUSED},([0-9]++)[\r\n]*+"
)
#: Where a leg may be answered, the best first.
_PLACES = "phone", "application", "nowhere"


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
    found = _AS_WRITTEN.fullmatch(raw)
    if found:
        return LegFacts._make(found.groups())
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
    calls = [call for call, _ in ordered]
    spans = [span_of(call) for call in calls]
    return folded(calls, _first(ordered), _last_answered(ordered, spans), spans)


def _order(legs: Sequence[_Leg]) -> Callable[[_Leg], tuple[int, int, str]]:
    """By sequence if all have one; else by time. The raw text decides last."""
    if all(facts.sequence.isdecimal() for _, facts in legs):
        return lambda leg: (int(leg.facts.sequence), 0, leg.call.raw)
    return lambda leg: time_order(leg.call)


def _first(ordered: Sequence[_Leg]) -> CallRecord:
    """The first leg on the oldest channel; without it, the first leg."""
    for call, facts in ordered:
        if facts.unique_id == call.call_id:
            return call
    return ordered[0].call


def _last_answered(ordered: Sequence[_Leg], spans: Sequence[Span]) -> Answered | None:
    """Phones go before applications, and both before what only was connected."""
    numbers = _numbers(ordered)
    halves = {facts.channel for _, facts in ordered}
    #: Where a leg was answered: at a phone, in an application, or not really.
    places = [_place(facts, halves) for _, facts in ordered]
    calls = [call for call, _ in ordered]
    for wanted in _PLACES:
        if wanted in places:
            at = [n if p == wanted else None for n, p in zip(numbers, places, strict=True)]
            found = last_answered(calls, spans, at)
            if found:
                return found
    return None


def _place(facts: LegFacts, halves: Container[str]) -> str:
    channel = facts.dst_channel
    if channel.endswith(";1") and _LOCAL.fullmatch(channel) and f"{channel[:-1]}2" in halves:
        return ""  # the record of the other half says more
    if facts.disposition != "ANSWERED":
        return "nowhere"
    return "phone" if channel else "application"


def _numbers(ordered: Sequence[_Leg]) -> list[str | None]:
    """Return who is at the far end of each leg: the number by which the channel was dialled."""
    known: dict[str, str] = {}
    numbers = []
    for call, facts in ordered:
        number = known.get(facts.dst_channel) or _dialled(call, facts)
        if facts.dst_channel and number:
            known[facts.dst_channel] = number
        numbers.append(number)
    return numbers


def _dialled(call: CallRecord, facts: LegFacts) -> str | None:
    channel = facts.dst_channel
    if channel.startswith("Local/"):
        local = _LOCAL.fullmatch(channel)
        if local:
            return local[1]
    if facts.application in _DIALS and call.direction in ("in", "internal"):
        extension = _EXTENSION.fullmatch(channel)
        if extension:
            return extension[1]
    return called(call)
