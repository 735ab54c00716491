"""Layouts made at random, with records that follow them and the calls that these tell."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

DATE_PATTERNS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d/%m/%y", "%m/%d/%Y", "%m/%d/%y",
    "%d-%m-%Y", "%d-%b-%Y",
)  # fmt: skip
TIME_PATTERNS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p")
DIRECTIONS = (
    ("I", "O"), ("in", "out"), ("E", "S"), ("K", "G"), ("kommend", "gehend"), ("Entrada", "Saída"),
)  # fmt: skip
NAMES = ("Acme", "Müller GmbH", "Hotel Atlântico", "J. Weiß", "Praxis Köhler", "Bar do Zé", "")
TODAY = datetime.fromisoformat("2026-03-02")
RECORDS = 80


@dataclass(frozen=True)
class Layout:
    """How records are written, and the seed of what they say."""

    seed: int
    names: tuple[str, ...]
    date_pattern: str
    time_pattern: str
    directions: tuple[str, str]
    length_style: str
    delimiter: str  # empty: fixed
    extension_digits: int


@dataclass(frozen=True)
class Truth:
    """What one record says."""

    started_at: str
    direction: str
    remote_number: str
    local_number: str
    connected_secs: int


@st.composite
def layouts(draw: st.DrawFn, *, is_fixed: bool) -> Layout:
    """Return a layout whose fields can be told from each other."""
    moment = draw(st.sampled_from((("datetime",), ("date", "time"))))
    units: list[tuple[str, ...]] = [
        moment, ("direction",), ("remote_number",), ("local_number",), ("connected",),
    ]  # fmt: skip
    extras: list[tuple[str, ...]] = [("charge",), ("name",), ("ring",)]
    units += draw(st.lists(st.sampled_from(extras), unique=True))
    order = draw(st.permutations(units))
    return Layout(
        draw(st.integers(0, 10**6)),
        tuple(name for unit in order for name in unit),
        draw(st.sampled_from(DATE_PATTERNS)),
        draw(st.sampled_from(TIME_PATTERNS)),
        draw(st.sampled_from(DIRECTIONS)),
        draw(st.sampled_from(("secs", "clock", "primes"))),
        "" if is_fixed else draw(st.sampled_from((";", "|", "\t", ","))),
        draw(st.sampled_from((3, 4))),
    )


def made(layout: Layout) -> tuple[bytes, list[Truth]]:
    """Return a sample in the layout, and what its records say."""
    chance = random.Random(layout.seed)
    at = TODAY - timedelta(days=chance.randint(60, 700))
    lines, truths = [], []
    extensions = [str(chance.randint(2, 8) * 10 ** (layout.extension_digits - 1) + n)
                  for n in range(8)]  # fmt: skip
    for _ in range(RECORDS):
        at += timedelta(seconds=chance.randint(600, 80_000))
        truth, values = _record(layout, chance, at, chance.choice(extensions))
        truths.append(truth)
        lines.append(_line(layout, values))
    return ("\r\n".join(lines) + "\r\n").encode(), truths


def _record(
    layout: Layout, chance: random.Random, at: datetime, extension: str
) -> tuple[Truth, dict[str, str]]:
    way = chance.randint(0, 1)
    number = chance.choice(("030", "0171", "011", "+49", "00")) + str(chance.randint(10**7, 10**8))
    secs = chance.choice((0, chance.randint(1, 900), chance.randint(900, 7000)))
    written = at.replace(second=0) if layout.time_pattern == "%H:%M" else at
    day, clock = at.strftime(layout.date_pattern), at.strftime(layout.time_pattern)
    values = {
        "datetime": f"{day} {clock}", "date": day, "time": clock,
        "direction": layout.directions[way], "remote_number": number, "local_number": extension,
        "connected": _length(layout, secs), "ring": _length(layout, chance.randint(1, 45)),
        "charge": f"{chance.randint(0, 900) / 100:.2f}".replace(".", _decimal_mark(layout)),
        "name": chance.choice(NAMES),
    }  # fmt: skip
    truth = Truth(written.isoformat(), ("in", "out")[way], number, extension, secs)
    return truth, values


def _length(layout: Layout, secs: int) -> str:
    minutes, rest = divmod(secs, 60)
    hours, minutes = divmod(minutes, 60)
    if layout.length_style == "secs":
        return str(secs)
    mark, end = (":", "") if layout.length_style == "clock" else ("'", '"')
    # A quote would open a quoted field; switches write it in fixed layouts.
    return f"{hours:02}:{minutes:02}{mark}{rest:02}{'' if layout.delimiter else end}"


def _decimal_mark(layout: Layout) -> str:
    return "." if layout.delimiter == "," else ","


def _line(layout: Layout, values: dict[str, str]) -> str:
    if layout.delimiter:
        return layout.delimiter.join(values[name] for name in layout.names)
    widths = {"datetime": 23, "date": 11, "time": 11, "direction": 7, "remote_number": 20,
              "local_number": 6, "connected": 9, "ring": 9, "charge": 8, "name": 20}  # fmt: skip
    right = {"connected", "ring", "charge"}
    cells = (
        f"{values[name]:>{widths[name]}}" if name in right else f"{values[name]:<{widths[name]}}"
        for name in layout.names
    )
    return "  ".join(cells).rstrip()
