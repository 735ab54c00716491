"""Masking from a source to the table: the number is nowhere, in no file that cmtel writes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.cli.boundary import main
from cmtel.domain.masking import MaskRule
from cmtel.formats import registry
from cmtel.formats.masking import Masking
from cmtel.formats.seam import DecodeOptions
from cmtel.services.intake import SpoolIntake
from cmtel.services.spool_ports import Pin, Settlement
from tests.fakes_clock import FakeClock

Captured = pytest.CaptureFixture[str]

NUMBER, OTHERS = "03023125010", "06990009001"
COLUMNS = (
    "ID,Journal_Rufnummer,Journal_LokaleRufnummer,Journal_Name,Cmtel_E164,Cmtel_Charge,Cmtel_Raw"
)
SETTINGS = """<CmTelNotifier version="1" timeZone="Europe/Berlin">
  <Journal>
    <Source name="pbx" kind="file" path="Master.csv" format="{format}"/>
    <Numbers country="DE" areaCode="30"/>
    <PhoneBook kind="csv" path="book.csv" number="number" name="name"/>
    <Tariffs currency="EUR"><Tariff prefix="+4930" perUnit="0.10"/></Tariffs>
    {privacy}
  </Journal>
</CmTelNotifier>
"""
SOME = '<Privacy maskDigits="3" extensions="200-299"/>'


def line(extension: str, number: str, unique_id: str) -> bytes:
    """An outgoing call, answered, of Asterisk's Master.csv."""
    return (
        f'"","{extension}","{number}","from-internal","""Eva"" <{extension}>",'
        f'"PJSIP/{extension}-1","PJSIP/{number}-2","Dial","PJSIP/+49{number[1:]}@trunk,30",'
        '"2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:09",9,7,"ANSWERED",'
        f'"DOCUMENTATION","{unique_id}",""\r\n'
    ).encode()


BROKEN = f'"","201","{NUMBER}","from-internal","never whole\r\n'.encode()


class Site:
    """A folder with settings, a source file and what cmtel writes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.source = folder / "Master.csv"
        self.database = folder / "journal.db"
        for name in ("STATE_DIRECTORY", "LOGS_DIRECTORY", "XDG_STATE_HOME"):
            monkeypatch.setenv(name, str(folder / "state"))
        (folder / "book.csv").write_text("number,name\n+493012345678,Acme\n", encoding="utf-8")
        self.url = f"sqlite:///{self.database}"
        self.settle()

    def settle(self, privacy: str = SOME, form: str = "asterisk-csv") -> None:
        text = SETTINGS.format(format=form, privacy=privacy)
        (self.folder / "cmtel.xml").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> int:
        config = ["--config", str(self.folder / "cmtel.xml"), "--verbose"]
        return main([*config, *words])

    def take(self, way: str) -> int:
        assert self.run("journal", "create-table", "--url", self.url, "--columns", COLUMNS) == 0
        return self.take_more(way)

    def take_more(self, way: str) -> int:
        words = ["--url", self.url, "--spool", str(self.folder / "spool")]
        named = ["--format", "asterisk-csv", str(self.source)]
        return self.run("journal", way, *words, *(["--once"] if way == "ingest" else named))

    def rows(self) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.database) as db:
            return db.execute(
                "SELECT rufnummer, lokale_rufnummer, e164, charge FROM journal ORDER BY id"
            ).fetchall()

    def files_with(self, text: str) -> set[str]:
        """Return the files that cmtel wrote and that have a text in them."""
        return {
            path.name
            for path in self.folder.rglob("*")
            if path.is_file() and path != self.source and text.encode() in path.read_bytes()
        }


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


@pytest.mark.parametrize("way", ["ingest", "import"])
def test_a_masked_number_is_in_no_copy(site: Site, capfd: Captured, way: str) -> None:
    site.source.write_bytes(
        line("201", NUMBER, "1.1") + line("301", OTHERS, "1.2") + BROKEN + line("201", NUMBER, "2")
    )

    assert site.take(way) == 11
    spool = ["--spool", str(site.folder / "spool")]
    assert site.run("--json", "journal", "dead-letters", "list", *spool) == 0
    site.run("status")

    said = capfd.readouterr()
    assert not site.files_with("23125010")
    assert "23125010" not in said.out + said.err
    assert "from-internal" in said.out  # the dead letter itself was shown
    assert site.files_with(OTHERS)


def test_without_the_setting_nothing_is_masked(site: Site) -> None:
    site.settle(privacy="")
    site.source.write_bytes(line("201", NUMBER, "1.1") + BROKEN)

    site.take("ingest")
    assert "journal.db" in site.files_with(NUMBER)
    assert len(site.files_with(NUMBER)) > 1  # the spool's dead letter has it, too


def test_masked_calls_are_priced_by_what_is_left_and_the_others_as_ever(site: Site) -> None:
    site.source.write_bytes(line("201", NUMBER, "1.1") + line("301", "03012345678", "1.2"))

    assert site.take("ingest") == 0
    assert [(*row[:3], float(row[3])) for row in site.rows()] == [
        ("03023125xxx", "201", "+493023125xxx", 0.1),
        ("03012345678", "301", "+493012345678", 0.1),
    ]


def test_a_second_run_masks_on_from_where_the_first_one_stopped(site: Site) -> None:
    site.source.write_bytes(line("201", NUMBER, "1.1"))
    assert site.take("ingest") == 0
    with site.source.open("ab") as file:
        file.write(line("202", NUMBER, "1.2"))

    assert site.take_more("ingest") == 0
    assert [row[:2] for row in site.rows()] == [("03023125xxx", "201"), ("03023125xxx", "202")]
    assert not site.files_with("23125010")


@pytest.mark.parametrize("is_settled", [False, True])
def test_the_heading_of_an_input_is_known_after_a_restart(tmp_path: Path, is_settled: bool) -> None:
    heading = b"cdrRecordType,finalCalledPartyNumber,callingPartyNumber,dateTimeOrigination\n"
    spool, clock = SqliteSpool(tmp_path), FakeClock()
    form = registry.get("cisco-cucm")
    masking = Masking(MaskRule(3), form, DecodeOptions(), clock.now)

    def take(data: bytes) -> list[bytes]:
        intake = SpoolIntake(spool, clock, "pbx", "j", form.make_framer, masking.framer)
        intake.open_feed(input_id="file").push(data)
        intake.commit()
        (source,) = spool.sources()
        return [each for chunk in spool.read(source.source_id, 0, 9) for each in chunk.records]

    (first,) = take(heading)
    if is_settled:  # the record is gone, and the heading is pinned
        (source,) = spool.sources()
        connection = spool.read(source.source_id, 0, 9)[0].connection_id
        pins = (Pin(connection, 1, heading),)
        spool.settle(Settlement(source.source_id, 1, 2, 0, 1, 0, 1, pins=pins))
    records = take(b"1,+493023125010,201,1729990790\n")
    spool.close()

    assert first == heading
    assert records[-1] == b"1,+493023125xxx,201,1729990790\n"
    assert len(records) == (1 if is_settled else 2)


def test_whole_numbers_are_masked_as_well(site: Site) -> None:
    site.settle('<Privacy maskDigits="all"/>')
    site.source.write_bytes(line("201", NUMBER, "1.1"))

    assert site.take("ingest") == 0
    assert site.rows()[0][0] == "0" * len(NUMBER)  # the format tells directions by digits
    assert not site.files_with("23125010")


@pytest.mark.parametrize("form", ["fritzbox", "kamailio-acc"])
def test_a_format_that_cannot_be_masked_is_refused(site: Site, capfd: Captured, form: str) -> None:
    site.settle(form=form)

    assert site.run("config", "check") == 6
    assert f"{form} cannot be masked" in capfd.readouterr().err
    words = ["--url", site.url, "--spool", str(site.folder / "spool")]
    assert site.run("journal", "ingest", *words) == 6


def test_an_import_of_such_a_format_is_refused_before_anything_is_read(
    site: Site, capfd: Captured
) -> None:
    site.source.write_bytes(b"02.03.26 08:00:00;RING;0;03023125010;23125;SIP0;\r\n")

    words = ["--url", site.url, "--spool", str(site.folder / "spool"), "--format", "fritzbox"]
    assert site.run("journal", "import", *words, str(site.source)) == 6
    assert "fritzbox" in capfd.readouterr().err
    assert not (site.folder / "spool").exists()


@pytest.mark.parametrize(
    ("privacy", "said"),
    [
        ('<Privacy maskDigits="0"/>', "all, or a whole number from 1 to 19"),
        ('<Privacy extensions="200"/>', "maskDigits"),
        ('<Privacy maskDigits="3" extensions="299-200"/>', "299-200"),
        ('<Privacy maskDigits="3" directions="internal"/>', "in, out or in,out"),
    ],
)
def test_a_wrong_setting_is_told(site: Site, capfd: Captured, privacy: str, said: str) -> None:
    site.settle(privacy)

    assert site.run("config", "check") == 6
    assert said in capfd.readouterr().err


def test_the_books_know_nothing_of_it(site: Site, capfd: Captured) -> None:
    site.source.write_bytes(line("201", NUMBER, "1.1"))
    site.take("ingest")
    capfd.readouterr()

    site.run("--json", "status")
    assert json.loads(capfd.readouterr().out)
