"""Columns claimed as fields so far, and the questions that every step of claiming asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from cmtel.formats.proposal.table import Column, Table
from cmtel.formats.proposal.words import heading_field

_Found = TypeVar("_Found")


class Claims:
    """What is known of a table's columns.

    Attributes:
        columns: All of them.
        today: No call is later.
        named: The field that a column's heading names, by index; a heading may be wrong.
        fields: The name that was claimed, by index.
        options: Options that go with the fields.
        notes: What the values do not prove, for people.
    """

    def __init__(self, table: Table, today: date) -> None:
        self.columns = table.columns
        self.today = today
        self.named = {
            index: name
            for index, column in enumerate(table.columns)
            if (name := heading_field(column.heading))
        }
        self.fields: dict[int, str] = {}
        self.options: dict[str, str] = {}
        self.notes: list[str] = []

    @property
    def has_time(self) -> bool:
        """Whether a call can be dated; without that it is no record of a call."""
        return self.has("datetime", "date", "time")

    def free(self) -> list[int]:
        """Return the columns that nothing has claimed."""
        return [index for index in range(len(self.columns)) if index not in self.fields]

    def read_all(self, read: Callable[[Column], _Found | None]) -> dict[int, _Found]:
        """Return what ``read`` makes of each free column, if it makes anything."""
        found = ((index, read(self.columns[index])) for index in self.free())
        return {index: each for index, each in found if each}

    def has(self, *names: str) -> bool:
        """Whether one of the fields is claimed."""
        return bool(set(names) & set(self.fields.values()))

    def named_one(self, indexes: list[int], name: str) -> int | None:
        """Return the first of the columns whose heading names the field."""
        return next((i for i in indexes if self.named.get(i) == name), None)

    def named_as(self, index: int, *names: str | None) -> bool:
        """Whether a column's heading names one of these fields; None: no field."""
        return self.named.get(index) in names

    def best(self, found: Mapping[int, object], name: str) -> int | None:
        """Return the column whose heading says so, else the first."""
        named = self.named_one(list(found), name)
        return named if named is not None else next(iter(found), None)

    def share_filled(self, index: int) -> float:
        """Return the share of the records that have a value there, 0 to 1."""
        column = self.columns[index]
        return len(column.filled) / max(len(column.values), 1)

    def place(self, index: int) -> str:
        """Return where a column is, for people."""
        column = self.columns[index]
        where = f"column {column.start}" if column.start else f"field {index + 1}"
        return f"{where} ({column.heading})" if column.heading else where

    def note(self, text: str) -> None:
        """Keep a note, once; an empty one is none."""
        if text and text not in self.notes:
            self.notes.append(text)
