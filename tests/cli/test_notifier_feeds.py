"""``cmtel notifier feeds`` and ``explain``, on the journal and on another program's table."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main

Captured = pytest.CaptureFixture[str]


class Site:
    """A settings file and the database that it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "calls.db"
        self.config = folder / "CmTelNotifier.xml"
        self.now = datetime.now(UTC).replace(microsecond=0)

    def settings(self, feeds: str = "", more: str = "") -> None:
        self.config.write_text(
            '<CmTelNotifier version="1" timeZone="UTC">'
            f'<Database url="sqlite:///{self.path}"/>{feeds}{more}</CmTelNotifier>',
            "utf-8",
        )

    def journal(self, *, is_priced: bool) -> None:
        """Ten weeks of a call each half hour of the day, the last one an hour ago."""
        url = f"sqlite:///{self.path}"
        assert main(["journal", "create-table", "--url", url, "--table", "journal"]) == 0
        rows = []
        at = self.now - timedelta(hours=1)
        for number in range(10 * 7 * 48):
            price = number % 3 + 1 if is_priced and number % 2 else None
            rows.append((str(at.replace(tzinfo=None)), "o" if number % 2 else "i", price))
            at -= timedelta(minutes=30)
        with sqlite3.connect(self.path) as db:
            db.executemany(
                "INSERT INTO journal (zeitpunkt_numerisch, in_out, gebuehren) VALUES (?, ?, ?)",
                rows[::-1],
            )
        db.close()

    def run(self, captured: Captured, *words: str) -> Any:
        captured.readouterr()
        assert main(["notifier", *words, "--json", "--config", str(self.config)]) == 0
        return json.loads(captured.readouterr().out)["feeds"]

    def shown(self, captured: Captured, *words: str) -> str:
        captured.readouterr()
        assert main(["notifier", *words, "--config", str(self.config)]) == 0
        return captured.readouterr().out


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_in_a_journal_with_charges_priced_outgoing_calls_count(
    site: Site, capsys: Captured
) -> None:
    site.settings()
    site.journal(is_priced=True)

    (feed,) = site.run(capsys, "feeds")

    assert feed["feed"] == "Main"
    assert feed["calls"] == "priced outgoing calls"
    assert (feed["key"], feed["time"], feed["index_ok"]) == ("id", "zeitpunkt_numerisch", True)
    assert datetime.fromisoformat(feed["last_call_at"]) == site.now - timedelta(minutes=90)
    assert feed["records"] == pytest.approx(10 * 7 * 24, abs=3)
    assert not feed["is_learning"]


def test_in_a_journal_without_charges_all_calls_count(site: Site, capsys: Captured) -> None:
    site.settings()
    site.journal(is_priced=False)

    (feed,) = site.run(capsys, "feeds")

    assert feed["calls"] == "all calls (none have a charge)"
    assert datetime.fromisoformat(feed["last_call_at"]) == site.now - timedelta(minutes=60)


def test_explain_says_when_it_would_fire_and_what_that_rests_on(
    site: Site, capsys: Captured
) -> None:
    site.settings()
    site.journal(is_priced=False)

    (feed,) = site.run(capsys, "explain", "--feed", "Main")

    assert feed["silence_secs"] == pytest.approx(3600, abs=60)
    assert feed["expected_calls"] == pytest.approx(2, abs=0.5)
    assert feed["limit"] > 5
    assert datetime.fromisoformat(feed["alarm_at"]) > site.now
    assert feed["is_budget_supported"] is True
    text = site.shown(capsys, "explain")
    assert "fires at" in text
    assert "1 a month" in text


def test_a_missing_index_is_named_with_the_sql_that_makes_it(site: Site, capsys: Captured) -> None:
    site.settings('<Feed name="Hotel" source="database" table="tickets" timeColumn="at"/>')
    with sqlite3.connect(site.path) as db:
        db.execute("CREATE TABLE tickets (at TEXT)")
    db.close()

    text = site.shown(capsys, "feeds")
    (feed,) = site.run(capsys, "feeds")

    assert "MISSING" in text
    assert feed["index_ok"] is False
    with sqlite3.connect(site.path) as db:
        db.execute(feed["index_cure"])
    db.close()
    (feed,) = site.run(capsys, "feeds")
    assert feed["index_ok"] is True


def test_a_query_that_sorts_all_records_is_told(site: Site, capsys: Captured) -> None:
    query = "SELECT nr, at FROM tickets"
    site.settings(f'<Feed name="Hotel" source="database" query="{query}"/>')
    with sqlite3.connect(site.path) as db:
        db.execute("CREATE TABLE tickets (nr INT, at TEXT)")
    db.close()
    (before,) = site.run(capsys, "feeds")

    with sqlite3.connect(site.path) as db:
        db.execute("CREATE INDEX nr_ix ON tickets (nr)")
    db.close()
    (after,) = site.run(capsys, "feeds")

    assert (before["index_ok"], after["index_ok"]) == (False, True)


def test_a_feed_that_cannot_be_read_says_why(site: Site, capsys: Captured) -> None:
    site.settings()

    (feed,) = site.run(capsys, "feeds")

    assert "unable to open" in feed["error"]
    assert feed["is_learning"] is True
    assert not site.path.exists()  # looking makes no database
    assert "unable to open" in site.shown(capsys, "explain")


def test_all_kinds_of_feeds_are_listed(site: Site, capsys: Captured) -> None:
    (site.folder / "smdr.log").write_text("one\n")
    site.settings(
        '<Feed name="File" source="file" path="smdr.log"/>'
        '<Feed name="Link" source="spool" only="source=reception"/>',
        '<Journal><Spool folder="spool"/></Journal>',
    )

    file, link = site.run(capsys, "feeds")

    assert (file["feed"], file["calls"], file["error"]) == ("File", "every line", None)
    assert "no spool" in link["error"]
    assert main(["notifier", "explain", "--feed", "X", "--config", str(site.config)]) == 2
    assert "There are: File, Link" in capsys.readouterr().err


def test_backtest_takes_history_zone_and_budget_from_the_feed(site: Site, capsys: Captured) -> None:
    site.settings(more='<Silence falseAlarmsPerMonth="2"/>')
    site.journal(is_priced=True)
    words = ["notifier", "backtest", "--config", str(site.config)]

    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert main(words) == 0
    text = capsys.readouterr().out

    assert told["test_months"] == pytest.approx(5 * 7 / 30.4, abs=0.1)
    assert told["limit"] > 3
    assert told["test_until"].endswith("+00:00")
    assert "(budget 2)" in text
    assert main([*words, "--feed", "X"]) == 2
    assert main([*words, "--feed", "Main", "--arrivals", "x.txt"]) == 2


def test_a_journal_is_watched_by_direction_too(site: Site, capsys: Captured) -> None:
    site.settings('<Feed name="Main" split="direction" calls="all"/>')
    site.journal(is_priced=True)

    whole, incoming, outgoing = site.run(capsys, "feeds")

    assert whole["parts"] == [
        {"value": "in", "watched": True, "reason": None},
        {"value": "out", "watched": True, "reason": None},
    ]
    assert (incoming["feed"], outgoing["feed"]) == ("Main/direction=in", "Main/direction=out")
    assert incoming["last_call_at"] > outgoing["last_call_at"]
    assert {each["budget_per_month"] for each in (whole, incoming, outgoing)} == {1 / 3}


def test_only_records_with_certain_values_count(site: Site, capsys: Captured) -> None:
    site.settings('<Feed name="Out" only="direction=out" calls="all"/>')
    site.journal(is_priced=True)

    (feed,) = site.run(capsys, "feeds")

    assert feed["calls"] == "all records, direction out"
    assert feed["records"] == pytest.approx(10 * 7 * 24, abs=3)


def test_a_journal_without_the_column_to_split_by_says_so(site: Site, capsys: Captured) -> None:
    site.settings('<Feed name="Main" split="trunk"/>')
    site.journal(is_priced=False)

    (feed,) = site.run(capsys, "feeds")

    assert "has no column line, which tells the trunk" in feed["error"]
