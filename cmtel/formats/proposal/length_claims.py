"""How long: which columns are the ring time and the connected time."""

from __future__ import annotations

from itertools import pairwise

from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.lengths import Lengths, lengths_of
from cmtel.formats.proposal.moments import ENOUGH
from cmtel.formats.proposal.parties import numbers_of
from cmtel.formats.proposal.words import state_map


def claim_lengths(claims: Claims) -> None:
    found = {i: each for i, each in _all_lengths(claims).items() if _is_length(claims, i, each)}
    connected = claims.named_one(list(found), "connected")
    ring = claims.named_one(list(found), "ring")
    rest = [i for i in found if i not in (connected, ring) and i not in claims.named]
    if connected is None and rest:
        connected = _connected(claims, [i for i in rest if not found[i].is_too_long] or rest, found)
        rest = [i for i in rest if i != connected]
    if ring is None and rest and connected is not None:
        ring = _ring(claims, rest, connected, found)
    _claim_chosen(claims, {"connected": connected, "ring": ring}, found)


def _all_lengths(claims: Claims) -> dict[int, Lengths]:
    return claims.read_all(lambda column: lengths_of(column.filled, column.heading))


def _is_length(claims: Claims, index: int, lengths: Lengths) -> bool:
    """Whether a column of plain numbers can be a duration: varied, and no extension."""
    if index in claims.named:
        return claims.named[index] in ("connected", "ring")
    if lengths.unit in ("", "hms"):
        return True
    values = claims.columns[index].filled
    numbers = numbers_of(values)
    sizes = {len(value) for value in values}
    is_varied = len(sizes) > 1 and len(set(values)) > 2
    is_counter = len(set(values)) == len(values) > 2 and _is_counter(claims, index)
    return is_varied and not is_counter and not (numbers and numbers.is_own and len(sizes) == 1)


def _is_counter(claims: Claims, index: int) -> bool:
    values = [int(each) for each in claims.columns[index].filled if each.isdecimal()]
    return all(a < b for a, b in pairwise(values))


def _connected(claims: Claims, rest: list[int], found: dict[int, Lengths]) -> int:
    """Return the connected time.

    The one that is 0 where the state says not answered; else marked as a duration before plain
    numbers; else the only one that is 0 now and then; else the longest.
    """
    for index in rest:
        if _agrees_with_state(claims, index):
            return index
    full = [i for i in rest if not found[i].zeros]

    def rank(index: int) -> tuple[bool, bool, float, int]:
        is_marked = found[index].unit in ("", "hms")
        return is_marked, bool(full) and index not in full, found[index].longest_ms, -index

    return max(rest, key=rank)


def _agrees_with_state(claims: Claims, index: int) -> bool:
    states = [i for i, name in claims.fields.items() if name == "state"]
    if not states:
        return False
    words = state_map(claims.columns[states[0]].filled) or {}
    pairs = zip(claims.columns[states[0]].values, claims.columns[index].values, strict=True)
    found = [words.get(state) == "CONN" for state, length in pairs if length.strip("0:")]
    return len(found) > 2 and sum(found) >= ENOUGH * len(found)


def _ring(claims: Claims, rest: list[int], connected: int, found: dict[int, Lengths]) -> int | None:
    """Return the ring time: too long to be seconds, else the shorter one."""
    for index in rest:
        if found[index].is_too_long and not found[connected].is_too_long:
            claims.note(f"{claims.place(index)} is taken as the ring time in milliseconds")
            return index
    same = [i for i in rest if found[i].unit == found[connected].unit]
    short = [i for i in same if found[i].longest_ms < found[connected].longest_ms]
    if not short:
        return None
    ring = min(short, key=lambda i: found[i].longest_ms)
    if not found[connected].zeros_only_of(found[ring]):
        claims.note(
            f"{claims.place(ring)} is taken as the ring time, being the shorter of two durations; "
            f"{claims.place(connected)} as the connected time"
        )
    return ring


def _claim_chosen(claims: Claims, chosen: dict[str, int | None], found: dict[int, Lengths]) -> None:
    units = {}
    for name, index in chosen.items():
        if index is None:
            continue
        claims.fields[index] = name
        units[name] = "ms" if name == "ring" and found[index].is_too_long else found[index].unit
        if found[index].has_two_parts:
            two = next(v for v in claims.columns[index].filled if v.count(":") == 1)
            claims.note(f"{claims.place(index)}: {two} is read as minutes and seconds; whether "
                       "it is hours and minutes cannot be told")  # fmt: skip
    unit = units.get("connected") or units.get("ring") or "s"
    if unit != "s":
        claims.options["duration-unit"] = unit
    if (units.get("ring") or unit) != unit:
        claims.options["ring-unit"] = units["ring"]
