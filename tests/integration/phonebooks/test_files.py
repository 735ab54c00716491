"""Phone books in files: real ones, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.adapters.phonebooks.files import CsvRecords, VcardRecords, first_line
from cmtel.errors import PhoneBookError


def written(path: Path, data: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(data.encode(encoding))
    return path


def test_columns_are_found_by_name_whatever_their_case_and_order(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", '\ufeffId,NAME,Tel\r\n7,"Zoë, ""M""",030 1\r\n8,,\r\n9\r\n')

    found = list(CsvRecords(path).records(["tel", "name", "id"]))

    assert found == [
        (("030 1",), ('Zoë, "M"',), ("7",)),
        ((), (), ("8",)),
        ((), (), ("9",)),
    ]


def test_encoding_and_delimiter_are_those_that_are_named(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", "Name;Tel\nMüller;1\n", "cp1252")

    assert list(CsvRecords(path, "cp1252", ";").records(["Name"])) == [(("Müller",),)]
    with pytest.raises(PhoneBookError, match="is not utf-8") as caught:
        list(CsvRecords(path, delimiter=";").records(["Name"]))
    assert "cp1252" in (caught.value.hint or "")


def test_without_a_header_columns_are_called_by_their_place(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", "Anna,1\nBen,2\n")
    records = CsvRecords(path, has_header=False)

    assert list(records.records(["2", "1"])) == [(("1",), ("Anna",)), (("2",), ("Ben",))]
    with pytest.raises(PhoneBookError, match="'Tel' is no column"):
        list(records.records(["Tel"]))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_a_column_that_is_not_there_is_named(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "b.csv", text)

    with pytest.raises(PhoneBookError, match="no column Tel, Name"):
        list(CsvRecords(path).records(["Tel", "Name"]))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(PhoneBookError, match="cannot be read"):
            list(CsvRecords(path).records(["Tel"]))
    with pytest.raises(PhoneBookError, match="cannot be read"):
        first_line(tmp_path / "none.csv", "utf-8")


def test_a_cell_without_end_is_no_csv(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", 'Tel\n"' + "x" * 200_000)

    with pytest.raises(PhoneBookError, match="no CSV"):
        list(CsvRecords(path).records(["Tel"]))


def test_a_file_that_changes_has_another_version(tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", "Tel\n1\n")
    before = CsvRecords(path).version()
    written(path, "Tel\n1\n2\n")

    assert CsvRecords(path).version() != before
    assert CsvRecords(tmp_path / "none.csv").version() == ""


def card(name: str, number: str) -> str:
    return f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:{number}\nTEL:9{number}\nEND:VCARD\n"


def test_cards_are_read_from_a_file_or_a_folder_of_files(tmp_path: Path) -> None:
    one = written(tmp_path / "a.vcf", card("Anna", "1") + card("Ben", "2"))
    written(tmp_path / "b.VCF", card("Carla", "3"))
    written(tmp_path / "c.txt", card("Nobody", "4"))

    from_file = list(VcardRecords(one).records(["TEL", "FN", "ORG"]))
    from_folder = [names for (names,) in VcardRecords(tmp_path).records(["fn"])]

    assert from_file == [(["1", "91"], ["Anna"], ()), (["2", "92"], ["Ben"], ())]
    assert from_folder == [["Anna"], ["Ben"], ["Carla"]]
    assert "b.VCF" in (VcardRecords(tmp_path).version() or "")
