"""Which column of a table is what.

Each step claims columns, the surest first; a heading decides where the values agree with it. What
no step claims is ignored (``-``): a field that is left out costs less than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from cmtel.formats.charges import charge
from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.length_claims import claim_lengths
from cmtel.formats.proposal.moment_claims import claim_times
from cmtel.formats.proposal.moments import ENOUGH
from cmtel.formats.proposal.order_notes import note_order
from cmtel.formats.proposal.party_claims import claim_numbers
from cmtel.formats.proposal.table import Column, Table
from cmtel.formats.proposal.words import direction_map, heading_field, option_of, state_map

_DECIMALS = re.compile(r"[^0-9]{0,4}[0-9]+[.,][0-9]{2,4}[^0-9]{0,4}")
_CURRENCY = re.compile("[A-Z]{3}|[€$£¥]|R\\$")
_TRUNK = re.compile("[A-Za-z]{1,6}[-/_ .]?[A-Za-z]{0,8}[0-9]{1,5}|[0-9]{1,3}")
_ID = re.compile("[A-Za-z]{0,4}[0-9]+|[0-9A-Fa-f][0-9A-Fa-f.-]{7,}[0-9A-Fa-f]")


def find_roles(table: Table, today: date) -> Claims:
    """Return which column is what; ``today``: no call is later."""
    claims = Claims(table, today)
    for claim in (claim_times, _words, _money, claim_lengths, claim_numbers, _texts, note_order):
        claim(claims)
    return claims


def _words(claims: Claims) -> None:
    _claim_map(claims, "direction", direction_map)
    _claim_map(claims, "state", lambda values, is_named: state_map(values))


def _claim_map(claims: Claims, name: str, read: Callable[..., dict[str, str] | None]) -> None:
    found = {
        index: words
        for index in claims.free()
        if claims.named.get(index, name) == name
        and (words := read(claims.columns[index].filled, is_named=index in claims.named))
    }
    index = claims.best(found, name)
    if index is None:
        return
    claims.fields[index] = name
    if option := option_of(found[index]):
        claims.options[f"{name}-map"] = option
        if min(map(len, found[index])) == 1 and index not in claims.named:
            claims.note(f"{claims.place(index)}: {option} is a guess by the letters")


def _money(claims: Claims) -> None:
    found = claims.read_all(_are_amounts)
    index = claims.best({i: True for i in found if claims.named_as(i, "charge", None)}, "charge")
    if index is not None:
        claims.fields[index] = "charge"
    codes = claims.read_all(lambda column: bool(column.filled) and all(
        map(_CURRENCY.fullmatch, column.filled)))  # fmt: skip
    currency = claims.best(codes, "currency")
    if currency is not None and (index is not None or currency in claims.named):
        claims.fields[currency] = "currency"


def _texts(claims: Claims) -> None:
    for name in ("name", "line", "account_code", "call_id"):
        index = claims.named_one(claims.free(), name)
        if index is not None and claims.columns[index].filled:
            claims.fields[index] = name
    _claim_first(claims, "name", _are_names)
    _claim_first(claims, "line", _are_trunks)
    _claim_first(claims, "call_id", _are_ids)


def _claim_first(claims: Claims, name: str, fits: Callable[[Column], bool]) -> None:
    if claims.has(name):
        return
    found = [i for i in claims.free() if i not in claims.named and fits(claims.columns[i])]
    if found:
        claims.fields[found[0]] = name
        claims.note(f"{claims.place(found[0])} is taken as {name.replace('_', ' ')}")


def _are_amounts(column: Column) -> bool:
    filled = column.filled
    if not filled or sum(charge(each) is not None for each in filled) < ENOUGH * len(filled):
        return False
    is_decimal = sum(_DECIMALS.fullmatch(each) is not None for each in filled)
    return is_decimal >= ENOUGH * len(filled) or heading_field(column.heading) == "charge"


def _are_names(column: Column) -> bool:
    """Words of people and firms: letters, and not the same few again and again."""
    filled = column.filled
    worded = [each for each in filled if sum(map(str.isalpha, each)) > 0.6 * len(each) > 1.8]
    return len(worded) >= 0.9 * len(filled) > 0 and len(set(filled)) > 3


def _are_trunks(column: Column) -> bool:
    filled = column.filled
    fits = sum(_TRUNK.fullmatch(each) is not None for each in filled)
    return fits >= ENOUGH * len(filled) > 0 and 1 < len(set(filled)) <= max(len(filled) / 3, 2)


def _are_ids(column: Column) -> bool:
    filled = column.filled
    is_whole = len(filled) == len(column.values) == len(set(filled)) > 3
    return is_whole and all(map(_ID.fullmatch, filled))
