"""Formats under test: samples on disk, and decoding of bytes in any pieces and batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.formats.seam import Decoded, DecodeOptions, Format

RECEIVED = datetime(2026, 7, 1, 12, tzinfo=UTC)
_SIDE_FILES = (".expected.jsonl", ".options.json", ".md")


@dataclass(frozen=True)
class Sample:
    """One input with the outcomes that it must give."""

    format_name: str
    path: Path

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @property
    def expected(self) -> list[dict[str, Any]]:
        text = self._side(".expected.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def options(self) -> DecodeOptions:
        path = self._side(".options.json")
        given = json.loads(path.read_text("utf-8")) if path.exists() else {}
        words = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in given.items()}
        zone, hint = words.pop("timezone", None), words.pop("year-hint", None)
        return decode_options([f"{k}={v}" for k, v in words.items()], zone, hint)

    def _side(self, ending: str) -> Path:
        return self.path.with_name(self.path.stem + ending)


def samples_under(folder: Path) -> Iterator[Sample]:
    """Yield the samples of the formats that there are, sorted."""
    for name in registry.names():
        for path in sorted((folder / name).glob("*")):
            if not path.name.endswith(_SIDE_FILES):
                yield Sample(name, path)


@dataclass
class Decoding:
    """All that a decoder made of an input."""

    outcomes: list[Outcome] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    covers: list[int] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)

    def add(self, decoded: Decoded) -> None:
        self.outcomes += decoded.outcomes
        self.at += decoded.at
        self.covers += decoded.covers
        self.raws += decoded.raws


def frame(form: Format, data: bytes, cuts: Iterable[int] = ()) -> list[bytes]:
    """Return the records of an input that comes in pieces, which end at ``cuts``."""
    framer = form.make_framer()
    edges = [0, *sorted(cuts), len(data)]
    records = [record for a, b in pairwise(edges) for record in framer.feed(data[a:b])]
    return records + framer.finish()


def decode_records(
    form: Format, options: DecodeOptions, records: list[bytes], cuts: Iterable[int] = ()
) -> Decoding:
    """Return the outcomes of records that come in batches, which end at ``cuts``."""
    decoder, decoding = form.make_decoder(options), Decoding()
    for start, end in pairwise([0, *sorted(cuts), len(records)]):
        decoding.add(decoder.decode(records[start:end], start + 1, RECEIVED))
    decoding.add(decoder.finish(len(records) + 1))
    return decoding


def decode_bytes(form: Format, options: DecodeOptions, data: bytes) -> list[Outcome]:
    """Return all outcomes of an input."""
    return decode_records(form, options, frame(form, data)).outcomes


def decode_text(format_name: str, text: str, *pairs: str, timezone: str | None = None) -> list[Any]:
    """Return all outcomes of a text; they are of the kinds that the test expects."""
    form = registry.get(format_name)
    return list(decode_bytes(form, decode_options(pairs, timezone), text.encode()))


def as_document(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as in an expected file: with kind, without raw."""
    kinds = {CallRecord: "call", Skipped: "skipped"}
    document = {"kind": kinds.get(type(outcome), "rejected"), **outcome._asdict()}
    del document["raw"]
    return document
