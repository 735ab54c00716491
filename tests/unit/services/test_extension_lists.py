"""Lists of extensions: read, kept, and stamped on calls."""

from __future__ import annotations

import pytest

from cmtel.domain.row_mapping import Column
from cmtel.errors import PhoneBookError
from cmtel.services.extension_lists import ExtensionEnricher, ExtensionList, ExtensionLists
from tests.builders import a_call
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import ListRecords, MemoryListCopy

FIELDS = ("ext", "room", "dept", "", "", "from", "to")


def a_list(*rows: list[str | None]) -> tuple[ExtensionList, ListRecords]:
    source = ListRecords(*rows)
    return ExtensionList("The list l", FIELDS, source, MemoryListCopy(), 3600), source


def rooms(lists: ExtensionLists, *starts: str) -> list[object]:
    calls = [a_call(local_number="201", started_at=start) for start in starts]
    known: dict[str, Column] = {}
    ExtensionEnricher(lists).enrich(calls, known)
    return list(zip(known["Cmtel_Room"], known["Cmtel_Department"], strict=True))


def test_a_call_gets_the_room_of_its_own_time() -> None:
    made, _ = a_list(["201", "A", "D", None, "2026-01-31"], ["201", "B", None, "2026-02-01", None])
    made.refresh(FakeClock())

    found = rooms(ExtensionLists([made]), "2026-01-31T23:59:59", "2026-02-01T00:00:00+01:00")

    assert found == [("A", "D"), ("B", None)]


def test_unknown_extensions_and_calls_without_one_get_nothing() -> None:
    made, _ = a_list(["202", "A", "D", None, None])
    made.refresh(FakeClock())
    known: dict[str, Column] = {}

    calls = [a_call(local_number=number) for number in ("201", None)]
    ExtensionEnricher(ExtensionLists([made])).enrich(calls, known)

    assert known == {"Cmtel_Room": [None, None], "Cmtel_Department": [None, None]}


def test_the_copy_is_there_before_the_list_is_read() -> None:
    made, source = a_list(["201", "A", None, None, None])
    made.refresh(FakeClock())
    again = ExtensionList("The list l", FIELDS, source, made.copy, 3600)
    lists = ExtensionLists([again])

    lists.load()

    assert rooms(lists, "2026-01-01T00:00:00") == [("A", None)]
    assert source.readings == 1


def test_a_list_that_is_read_anew_is_in_effect_at_once() -> None:
    made, source = a_list(["201", "A", None, None, None])
    lists = ExtensionLists([made])
    made.refresh(FakeClock())
    before = rooms(lists, "2026-01-01T00:00:00")
    source.rows = [["201", "B", None, None, None]]
    made.refresh(FakeClock())

    assert (before, rooms(lists, "2026-01-01T00:00:00")) == ([("A", None)], [("B", None)])


def test_rows_with_faults_are_left_out_and_told(caplog: pytest.LogCaptureFixture) -> None:
    made, _ = a_list(["201", "A", None, "soon", None], ["202", "B", None, None, None])

    assert made.refresh(FakeClock()) == 1
    assert "1 rows are left out" in caplog.text
    assert "'soon'" in caplog.text


def test_a_list_that_fails_or_is_empty_leaves_all_as_it_was() -> None:
    made, source = a_list(["201", "A", None, None, None])
    made.refresh(FakeClock())
    source.rows = []
    with pytest.raises(PhoneBookError, match="empty"):
        made.refresh(FakeClock())
    source.rows, source.failure = [["201", "B", None, None, None]], PhoneBookError("Down.")
    with pytest.raises(PhoneBookError, match="Down"):
        made.refresh(FakeClock())

    assert [entry.room for entry in made.entries] == ["A"]


def test_a_list_that_has_not_changed_is_not_read() -> None:
    made, source = a_list(["201", "A", None, None, None])
    source.marked = "v1"

    assert [made.refresh(FakeClock()), made.refresh(FakeClock())] == [1, 1]
    assert source.readings == 1


def test_a_copy_that_another_process_has_made_is_taken_into_effect() -> None:
    made, source = a_list(["201", "A", None, None, None])
    source.marked = "v1"
    made.refresh(FakeClock())
    other = ExtensionList("The list l", FIELDS, source, made.copy, 3600)
    source.rows, source.marked = [["201", "B", None, None, None]], "v2"
    later = FakeClock()
    later.advance(60)
    other.refresh(later)

    assert made.refresh(later) == 1
    assert [entry.room for entry in made.entries] == ["B"]
    assert source.readings == 2
