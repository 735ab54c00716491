"""Who: which columns are the own number and the other party's."""

from __future__ import annotations

from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.parties import Numbers, numbers_of

_PARTIES = ("remote_number", "local_number", "caller", "called", "forwarded_via")


def claim_numbers(claims: Claims) -> None:
    found = claims.read_all(lambda column: numbers_of(column.values))
    found = {i: each for i, each in found.items() if claims.named_as(i, *_PARTIES, None)}
    for index in found:
        if claims.named.get(index) in _PARTIES and not claims.has(claims.named[index]):
            claims.fields[index] = claims.named[index]
    if claims.has("caller", "called", "remote_number"):
        _complete_parties(claims, found)
        return
    rest = {i: each for i, each in found.items() if i not in claims.fields}
    rest = {i: each for i, each in rest.items() if each.share_filled > 0.5}
    if claims.has("local_number"):
        rest = {i: each for i, each in rest.items() if not each.is_own}
    _unnamed_parties(claims, rest)


def _complete_parties(claims: Claims, found: dict[int, Numbers]) -> None:
    """One side has a heading: the other one may be known by its values."""
    own = [i for i, each in found.items() if each.is_own and i not in claims.fields]
    if own and claims.has("remote_number") and not claims.has("local_number"):
        claims.fields[own[0]] = "local_number"


def _unnamed_parties(claims: Claims, found: dict[int, Numbers]) -> None:
    own = [i for i, each in found.items() if each.is_own]
    others = [i for i in found if i not in own and found[i].share_short < 0.9]
    if own or claims.has("local_number"):
        if own:
            best = _best_own(claims, own, found)
            claims.fields[best] = "local_number"
        if others:
            remote = max(others, key=lambda i: (-found[i].share_short, -found[i].repeats))
            claims.fields[remote] = "remote_number"
    elif len(others) >= 2 and claims.has("direction") and _own_of_two(claims, others, found):
        pass
    elif len(others) >= 2:
        claims.fields[others[0]], claims.fields[others[1]] = "caller", "called"
        claims.note(f"{claims.place(others[0])} is taken as the caller, "
                   f"{claims.place(others[1])} as the called number")  # fmt: skip
    elif others:
        claims.fields[others[0]] = "remote_number"
        claims.note("no field looks like an extension")
    if claims.has("remote_number") and not claims.has("direction"):
        claims.note("no field tells the direction: add the option direction (in or out) if all "
                   "calls have the same")  # fmt: skip


def _own_of_two(claims: Claims, others: list[int], found: dict[int, Numbers]) -> bool:
    """Claim two columns of long numbers, one of which has the same few again and again."""
    own, other = sorted(others[:2], key=lambda i: -found[i].repeats)
    if found[own].repeats < 2 * found[other].repeats or found[own].repeats < 2:
        return False
    claims.fields[own], claims.fields[other] = "local_number", "remote_number"
    claims.note(f"{claims.place(own)} is taken as the own number, because the same ones come "
               "again and again")  # fmt: skip
    return True


def _best_own(claims: Claims, own: list[int], found: dict[int, Numbers]) -> int:
    """Of several short columns: one length and three digits or more before trunks."""

    def rank(index: int) -> tuple[bool, bool, float, int]:
        digits = max(map(len, claims.columns[index].filled))
        return digits >= 3, found[index].has_one_length, found[index].share_filled, -index

    return max(own, key=rank)
