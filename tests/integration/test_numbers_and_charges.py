"""From a file of records to rows with split numbers and prices, by the settings file."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.databases import Database

COLUMNS = (
    "ID,Journal_In_Out,Journal_Rufnummer,Journal_Amtsholung,Journal_LCR,Journal_VerbDauer_sec,"
    "Journal_Gebühren,Cmtel_E164,Cmtel_Charge,Cmtel_Currency,Cmtel_PriceStatus,Cmtel_Direction"
)
QUERY = (
    "SELECT rufnummer, amtsholung, lcr, e164, gebuehren, charge, currency, price_status "
    "FROM journal ORDER BY id"
)
SETTINGS = """<CmTelNotifier version="1" timeZone="America/Sao_Paulo">
  <Journal>
    <Source name="pbx" kind="file" path="calls.jsonl" format="jsonl"/>
    <Numbers country="BR" areaCode="11" outsideLine="0" lcrPrefixes="015,021"
      extensions="100-899"/>
    <Tariffs currency="BRL" multiplier="1.3" fixedFee="0.50" minimumSecs="30" holidays="BR-SP"
      file="tariffs.csv">
      <Tariff prefix="+1" perUnit="1.20" unitSecs="60" afterSecs="60" secondUnitSecs="6"/>
    </Tariffs>
  </Journal>
</CmTelNotifier>
"""
TARIFFS = """prefix;name;perUnit;unitSecs;afterSecs;secondUnitSecs;from;to;days
+55;Brasil;0,20;30;30;6;;;
+55;domingos e feriados;0,10;30;30;6;00:00;00:00;Sun
190;PM;0;60;;;;;
"""
OUT = {"direction": "out", "state": "CONN", "local_number": "204", "connected_secs": 61}
WEDNESDAY, HOLIDAY = "2026-03-04T12:00:00", "2026-09-07T12:00:00"
D = Decimal

CASES: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    # 0.20 + 6 x 0.04 = 0.44; x 1.3 + 0.50 = 1.072
    (
        {**OUT, "started_at": WEDNESDAY, "remote_number": "001521987654321"},
        ("21987654321", "0", "015", "+5521987654321", 107, D("1.07"), "BRL", "tariff"),
    ),
    # Independence Day, a Monday: 0.10 + 6 x 0.02 = 0.22; x 1.3 + 0.50 = 0.786
    (
        {**OUT, "started_at": HOLIDAY, "remote_number": "0987654321"},
        ("987654321", "0", None, "+5511987654321", 79, D("0.79"), "BRL", "tariff"),
    ),
    # 1.20 + 0.12 = 1.32; x 1.3 + 0.50 = 2.216
    (
        {**OUT, "started_at": WEDNESDAY, "remote_number": "0002112125550123"},
        ("002112125550123", "0", None, "+12125550123", 222, D("2.22"), "BRL", "tariff"),
    ),
    (
        {**OUT, "started_at": WEDNESDAY, "remote_number": "0190"},
        ("190", "0", None, None, 50, D("0.50"), "BRL", "tariff"),
    ),
    (
        {**OUT, "started_at": WEDNESDAY, "remote_number": "000493023125010"},
        ("00493023125010", "0", None, "+493023125010", None, None, None, "none"),
    ),
    (
        {**OUT, "remote_number": "0987654321", "started_at": WEDNESDAY, "charge": "3.40"},
        ("987654321", "0", None, "+5511987654321", 340, D("3.40"), "BRL", "source"),
    ),
    (
        {**OUT, "remote_number": "0987654321", "started_at": WEDNESDAY, "charge": "1500",
         "charge_cents": 1500, "currency": "CLP"},
        ("987654321", "0", None, "+5511987654321", 1500, D(1500), "CLP", "source"),
    ),
    (
        {**OUT, "remote_number": "0987654321", "started_at": WEDNESDAY, "state": "BUSY",
         "connected_secs": 0},
        ("987654321", "0", None, "+5511987654321", None, None, None, None),
    ),
    (
        {**OUT, "direction": "in", "remote_number": "1187654321", "started_at": WEDNESDAY},
        ("1187654321", None, None, "+5511987654321", None, None, None, None),
    ),
    (
        {**OUT, "direction": "internal", "remote_number": "210", "started_at": WEDNESDAY},
        ("210", None, None, None, None, None, None, None),
    ),
]  # fmt: skip


def site(folder: Path, url: str) -> list[str]:
    """Make a site's folder and its journal; return the options that name them."""
    (folder / "tariffs.csv").write_text(TARIFFS, encoding="utf-8")
    (folder / "calls.jsonl").write_text("\n".join(json.dumps(call) for call, _ in CASES) + "\n")
    settings = folder / "cmtel.xml"
    settings.write_text(SETTINGS, encoding="utf-8")
    assert main(["journal", "create-table", "--url", url, "--columns", COLUMNS]) == 0
    return ["--config", str(settings)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("way", ["ingest", "import"])
def test_numbers_are_split_and_calls_are_priced(
    database: Database, tmp_path: Path, way: str
) -> None:
    options = site(tmp_path, database.url)
    words = ["--url", database.url, "--spool", str(tmp_path / "spool")]
    if way == "ingest":
        words += ["--once"]
    else:
        words += ["--format", "jsonl", str(tmp_path / "calls.jsonl")]

    assert main([*options, "--quiet", "journal", way, *words]) == 0
    rows = [
        (*row[:5], None if row[5] is None else D(str(row[5])), *row[6:])
        for row in database.rows(QUERY)
    ]
    assert rows == [expected for _, expected in CASES]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_numbers_by_options_win_over_the_file(database: Database, tmp_path: Path) -> None:
    options = site(tmp_path, database.url)
    words = ["--url", database.url, "--spool", str(tmp_path / "spool"), "--once"]
    typed = ["--number-opt", "areaCode=21", "--number-opt", "lcrPrefixes="]

    assert main([*options, "--quiet", "journal", "ingest", *words, *typed]) == 0
    rows = database.rows(QUERY)
    assert rows[1][:4] == ("987654321", "0", None, "+5521987654321")
    assert rows[0][:4] == ("01521987654321", "0", None, "+5521987654321")


def test_a_table_with_a_mistake_is_told_before_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    options = site(tmp_path, url)
    (tmp_path / "tariffs.csv").write_text("prefix;perUnit\n+55;0,2 R$\n")
    words = ["journal", "ingest", "--url", url, "--spool", str(tmp_path / "spool"), "--once"]

    assert main([*options, "config", "check"]) == 6
    assert main([*options, *words]) == 6
    said = capsys.readouterr().err
    assert said.count("tariffs.csv:2: perUnit must be a number such as 0.12") == 2
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'country="BR" areaCode="11"',
            "",
            "Numbers/@country: is not given: tariffs with + need it",
        ),
        ("<Numbers", '<Column type="ID"/><Numbers', "Tariffs: have no effect: the table has no"),
    ],
)
def test_tariffs_that_cannot_price_are_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, said: str
) -> None:
    options = site(tmp_path, f"sqlite:///{tmp_path / 'journal.db'}")
    settings = tmp_path / "cmtel.xml"
    settings.write_text(SETTINGS.replace(before, after), encoding="utf-8")
    capsys.readouterr()

    assert main([*options, "config", "check"]) == 0
    assert said in capsys.readouterr().err


def test_holidays_of_nowhere_are_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = site(tmp_path, f"sqlite:///{tmp_path / 'journal.db'}")
    settings = tmp_path / "cmtel.xml"
    settings.write_text(SETTINGS.replace("BR-SP", "BR-XX"), encoding="utf-8")

    assert main([*options, "config", "check"]) == 6
    assert main([*options, "journal", "price", "0190"]) == 6
    assert capsys.readouterr().err.count("There are no holidays of 'BR-XX'") == 2


@pytest.mark.parametrize(
    ("word", "said"),
    [("country=XX", "'XX' is no country with a numbering plan"), ("area=1", "has no 'area'")],
)
def test_a_wrong_option_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], word: str, said: str
) -> None:
    words = ["--url", f"sqlite:///{tmp_path / 'j.db'}", "--source", "stdin", "--format", "jsonl"]

    assert main(["journal", "ingest", *words, "--number-opt", word]) == 2
    assert said in capsys.readouterr().err


def test_what_is_not_configured_is_not_loaded(tmp_path: Path) -> None:
    """phonenumbers and holidays have tables of all the world."""
    url, calls = f"sqlite:///{tmp_path / 'journal.db'}", tmp_path / "calls.jsonl"
    calls.write_text(json.dumps(CASES[0][0]) + "\n")
    program = f"""import sys
from cmtel.cli.boundary import main
main(["journal", "create-table", "--url", {url!r}])
words = ["--url", {url!r}, "--format", "jsonl", "--spool", {str(tmp_path / "spool")!r}]
assert main(["journal", "import", *words, {str(calls)!r}]) == 0
print(*sorted({{"phonenumbers", "holidays"}} & {{*sys.modules}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.splitlines()[-1] == ""
