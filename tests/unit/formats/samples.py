"""Samples on disk, as they lie in tests/data/<format>/ (and in a folder of more of them)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.formats.seam import DecodeOptions, Format

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


def decode_bytes(
    form: Format, options: DecodeOptions, data: bytes, *, cuts: list[int] | None = None
) -> list[Outcome]:
    """Return all outcomes of an input, fed in pieces that end at ``cuts``."""
    framer, decoder = form.make_framer(), form.make_decoder(options)
    edges = [0, *sorted(cuts or []), len(data)]
    outcomes: list[Outcome] = []
    sequence = 1
    pieces = [framer.feed(data[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    for records in [*pieces, framer.finish()]:
        outcomes += decoder.decode(records, sequence, RECEIVED).outcomes
        sequence += len(records)
    return outcomes + decoder.finish(sequence).outcomes


def as_document(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as in an expected file: with kind, without raw."""
    kinds = {CallRecord: "call", Skipped: "skipped"}
    document = {"kind": kinds.get(type(outcome), "rejected"), **outcome._asdict()}
    del document["raw"]
    return document
