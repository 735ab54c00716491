"""What ``cmtel phonebook`` prints, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cmtel.cli.output import emit_json, emit_table, emit_text, settings, tell
from cmtel.domain.extensions import Extension, first_day, last_day

if TYPE_CHECKING:
    from cmtel.bootstrap.phone_book_work import BookState, ExtensionProblems, Found, Imported
    from cmtel.services.backfill import BackfillResult


def show_found(found: Sequence[Found]) -> None:
    """Print what was found for numbers; with --json one object a line."""
    if settings.is_json:
        for each in found:
            emit_json(_found_object(each))
        return
    rows = [
        (each.number, each.hit.name, each.hit.company, each.hit.record_id, each.hit.table)
        for each in found
        if each.hit is not None
    ]
    if rows:
        emit_table(("number", "name", "company", "id", "table"), rows)
    for each in found:
        if each.hit is None:
            tell(f"{each.number} ({each.key or 'no number'}) is in no phone book.")


def show_books(states: Sequence[BookState]) -> None:
    """Print the books and lists, and the health of their copies."""
    if settings.is_json:
        emit_json([_state_object(each) for each in states])
        return
    rows = [
        (each.label, each.table, each.state.entries, _local(each.state.copied_utc),
         each.state.failure)
        for each in states
    ]  # fmt: skip
    emit_table(("phone book", "table", "entries", "last read", "trouble"), rows)


def show_extensions(entries: Sequence[Extension]) -> None:
    """Print the entries of the lists of extensions."""
    if settings.is_json:
        emit_json([_extension_object(entry) for entry in entries])
        return
    headings = ("extension", "room", "department", "cost centre", "class", "from", "to")
    emit_table(headings, [_cells(entry) for entry in entries])


def show_problems(problems: ExtensionProblems) -> None:
    """Print unknown, unused and overlapping extensions."""
    if settings.is_json:
        emit_json(
            {
                "unknown": [asdict(each) for each in problems.unknown],
                "unused": [_extension_object(entry) for entry in problems.unused],
                "overlapping": [
                    [_extension_object(entry) for entry in pair] for pair in problems.overlapping
                ],
            }
        )
        return
    for seen in problems.unknown:
        last = seen.last_call
        emit_text(f"unknown      {seen.number}: {seen.calls} calls, the last {last}")
    for entry in problems.unused:
        emit_text(f"unused       {entry.number}: {_about(entry)}")
    for pair in problems.overlapping:
        emit_text(f"overlapping  {pair.first.number}: {_about(pair.first)}; {_about(pair.second)}")
    if not problems:
        emit_text("No extension is unknown, unused for 90 days or listed twice for one time.")


def show_imported(imported: Imported) -> None:
    """Print what an import did."""
    for fault in imported.faults:
        tell(fault)
    if settings.is_json:
        emit_json(asdict(imported))
    else:
        left_out = f", {len(imported.faults)} left out" if imported.faults else ""
        emit_text(f"{imported.came} entries imported{left_out}; {imported.now} in all.")


def show_backfill(result: BackfillResult, *, is_dry: bool) -> None:
    """Print what a backfill did, or would do."""
    if settings.is_json:
        emit_json({**asdict(result), "dry_run": is_dry})
    elif is_dry:
        emit_text(f"{result.found} of {result.rows} rows without a name would get one.")
    else:
        emit_text(f"{result.filled} of {result.rows} rows without a name have got one.")


def _found_object(each: Found) -> dict[str, Any]:
    found = each.hit._asdict() if each.hit is not None else {}
    return {"number": each.number, "key": each.key, "is_found": each.hit is not None, **found}


def _state_object(each: BookState) -> dict[str, Any]:
    return {"label": each.label, "table": each.table, **each.state._asdict()}


def _extension_object(entry: Extension) -> dict[str, Any]:
    renamed = {"number": "extension", "kind": "class"}
    return {renamed.get(name, name): value for name, value in entry._asdict().items()}


def _cells(entry: Extension) -> tuple[object, ...]:
    begin = first_day(entry.valid_from) if entry.valid_from else None
    end = last_day(entry.valid_to) if entry.valid_to else None
    return (*entry[:5], begin, end)


def _about(entry: Extension) -> str:
    _, room, department, _, _, begin, end = _cells(entry)
    place = " ".join(str(part) for part in (room, department) if part) or "-"
    period = f" ({begin or 'ever'} to {end or 'further notice'})" if begin or end else ""
    return f"{place}{period}"


def _local(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S") if moment else "never"
