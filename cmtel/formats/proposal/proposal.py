"""A proposed layout: the format to use and its options, and how sure they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.delimited_table import delimited_tables
from cmtel.formats.proposal.fixed_table import fixed_table
from cmtel.formats.proposal.roles import find_roles
from cmtel.formats.proposal.sample_lines import SampleLines
from cmtel.formats.proposal.table import Column, Table, comment_mark
from cmtel.formats.proposal.ticket_codes import ticket_options

_FEWEST_LINES = 3
#: Below that the places of day and month, of ring and talk, are a matter of luck.
_FEW_LINES = 20


class ProposedField(NamedTuple):
    """One field that was found.

    ``place`` is its number, or its first position where columns are fixed; both from 1.
    """

    name: str
    place: int
    heading: str
    example: str


class Proposal(NamedTuple):
    """A layout that may be right.

    Attributes:
        format_name: delimited, fixed or cm-ticket.
        options: For ``--opt``, and ``<Option>`` in the XML.
        fields: What was found, in the order of the line.
        notes: What the values do not prove, for people.
    """

    format_name: str
    options: dict[str, str]
    fields: tuple[ProposedField, ...]
    notes: tuple[str, ...]


def proposals(sample: SampleLines, today: date) -> Iterator[Proposal]:
    """Yield the layouts that the lines may have; those without any time of a call are left out.

    Args:
        sample: The lines.
        today: For two-digit years, and because no call is of tomorrow.
    """
    if len(sample.lines) < _FEWEST_LINES:
        return
    mark = comment_mark(sample.lines)
    comments = [line for line in sample.lines if mark and line.startswith(mark)]
    lines = [line for line in sample.lines if not (mark and line.startswith(mark))]
    tables = [*delimited_tables(lines, comments)]
    if table := fixed_table(lines):
        tables.append(table)
    for table in tables:
        if mark:
            table = table._replace(options={**table.options, "comment": mark})
        roles = find_roles(table, today)
        if roles.has_time:
            yield from _proposals_of(table, roles, sample)


def _proposals_of(table: Table, roles: Claims, sample: SampleLines) -> Iterator[Proposal]:
    options = {"fields": _fields_option(table, roles)} | dict(table.options) | roles.options
    if sample.encoding != "utf-8":
        options["encoding"] = sample.encoding
    fields = tuple(
        ProposedField(name, *_shown(index, table.columns[index]))
        for index, name in sorted(roles.fields.items())
    )
    notes = tuple(roles.notes)
    if len(table.columns[0].values) < _FEW_LINES:
        few = len(table.columns[0].values)
        notes = (f"only {few} records were seen: check every field", *notes)
    yield Proposal(table.format_name, options, fields, notes)
    if table.format_name == "fixed" and (ticket := ticket_options(table, roles)):
        if sample.encoding != "utf-8":
            ticket["encoding"] = sample.encoding
        kept = tuple(each for each in notes if "direction" not in each)
        yield Proposal("cm-ticket", ticket, fields, kept)


def _fields_option(table: Table, roles: Claims) -> str:
    if table.format_name == "fixed":
        return ",".join(
            f"{name}:{table.columns[index].start}:{table.columns[index].width}"
            for index, name in sorted(roles.fields.items())
        )
    last = max(roles.fields)
    return ",".join(roles.fields.get(index, "-") for index in range(last + 1))


def _shown(index: int, column: Column) -> tuple[int, str, str]:
    example = next(iter(column.filled), "")
    return column.start or index + 1, re.sub(r"\s+", " ", column.heading), example
