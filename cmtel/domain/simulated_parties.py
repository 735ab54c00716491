"""Who calls whom in simulated traffic: numbers that ring at nobody's, names, stations.

Every outside number is one that cannot belong to a subscriber, so a simulated journal may be
shown, and a number in it dialled, without anybody being called.
"""

from __future__ import annotations

from random import Random

#: Local-network numbers, each followed by three digits.
#: Source: Bundesnetzagentur, Amtsblatt 07/2021, Mitteilung 148/2021, "Rufnummern fuer
#: Medienproduktionen (Drama Numbers)".
GERMAN_FIXED = ("03023125", "06990009", "04066969", "02214710", "08999998")

#: Whole mobile numbers of the same Mitteilung 148/2021.
GERMAN_MOBILE = (
    "015228817386",
    "015254599371",
    "01729925904",
    "01729968532",
    "01729980752",
)

#: As dialled from Germany, each followed by three digits: London, Manchester, mobile.
#: Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes".
BRITISH = ("00442079460", "00441614960", "00447700900")

#: As dialled from Germany, followed by three digits. Brazil publishes no numbers for drama, so
#: these have a shape that no subscriber has: a subscriber number begins with 2 to 5 or 9, never 1.
#: Source: Anatel, Resolucao 749/2022, Regulamento de Numeracao.
BRAZILIAN = ("00551115550", "00552115550")

#: Names as switches send them: beyond ASCII, beyond latin-1, with a comma, quote and ampersand.
NAMES = (
    "Jürgen Müller",
    "João Conceição",
    "Željka Đorđević",
    "Жанна Жукова",
    "Đặng Thị Hương",
    "Zoë Brontë",
    "O'Brien, James",
    "Müller & Söhne GmbH",
    "Åsa Öström",
    "Łukasz Wójcik",
    "Hotel Atlântico",
    "Sigríður Þórsdóttir",
    "Ana Paula Brandão",
    "Groß und Weiß OHG",
    "Front Desk",
    "Kitchen",
    "Maria Silva",
    "Peter Smith",
)

RECEPTION = "200"
#: Staff: 201 to 224. Rooms: three floors of twenty, 301 to 320 and so on.
STAFF = tuple(str(number) for number in range(201, 225))
ROOMS = tuple(str(floor + room) for floor in (300, 400, 500) for room in range(1, 21))
TRUNKS = tuple(f"T90{number:02d}" for number in range(1, 9))
ACCOUNT_CODES = ("1001", "1002", "2040", "7315")

_RANGES = (GERMAN_FIXED, GERMAN_MOBILE, BRITISH, BRAZILIAN)
#: How many in a hundred calls go to each of the ranges, summed up.
_RANGE_SHARES = (55, 80, 90, 100)


def outside_number(rng: Random) -> str:
    """Return a number as dialled from Germany; no subscriber has it."""
    (chosen,) = rng.choices(_RANGES, cum_weights=_RANGE_SHARES)
    number = rng.choice(chosen)
    return number if chosen is GERMAN_MOBILE else f"{number}{rng.randrange(1000):03d}"


def station(rng: Random) -> str:
    """Return an extension of the site: reception often, staff, rooms."""
    if rng.random() < 0.2:
        return RECEPTION
    return rng.choice(STAFF if rng.random() < 0.6 else ROOMS)


def other_station(rng: Random, than: str) -> str:
    """Return an extension that is not ``than``."""
    found = station(rng)
    while found == than:
        found = station(rng)
    return found


def station_name(extension: str) -> str:
    """Return the name programmed for an extension: the same one whenever it is asked."""
    return "Reception" if extension == RECEPTION else NAMES[int(extension) % len(NAMES)]
