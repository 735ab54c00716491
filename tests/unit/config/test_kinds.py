"""Kinds of values: read, write, describe, and agree with the XSD about texts."""

from __future__ import annotations

import re
from datetime import date, time
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.kinds import Duration, Durations, Kind, Known, Number, Switch, Text, Whole
from cmtel.config.moments import Day, TimeOfDay, TimeOfDaySpan, TimeSpan, Weekdays, Zone
from cmtel.config.networks import MailAddress, Networks, is_loopback
from cmtel.config.paths import FilePath
from cmtel.config.secret import ConnectionUrl, SecretRef, SecretReference

WORLD = Known(folder=Path("/etc/cmtel"), environment={"DATA": "/data", "ProgramFiles(x86)": "/p"})

GOOD: list[tuple[Kind, str, Any]] = [
    (Text(), "x", "x"),
    (Text(may_be_empty=True), "", ""),
    (Whole(1, 65_535), "65535", 65_535),
    (Number(0.01, 100), "0.5", 0.5),
    (Switch(), "true", True),
    (Switch(), "false", False),
    (Duration(60, 86_400), "5m", 300),
    (Durations(Duration(60, 86_400)), "5m, 15m,60m", (300, 900, 3600)),
    (TimeOfDay(), "08:00", time(8, 0)),
    (TimeOfDaySpan(), "22:00-06:00", TimeSpan(time(22), time(6))),
    (Weekdays(), "Mon-Fri", (0, 1, 2, 3, 4)),
    (Weekdays(), "Sat-Mon,Wed", (0, 2, 5, 6)),
    (Day(), "2024-02-29", date(2024, 2, 29)),
    (Zone(), "America/Sao_Paulo", ZoneInfo("America/Sao_Paulo")),
    (Networks(), "10.1.0.0/16,::1", (ip_network("10.1.0.0/16"), ip_network("::1"))),
    (MailAddress(), "noc@example.org", "noc@example.org"),
    (FilePath(), "spool", Path("/etc/cmtel/spool")),
    (FilePath(), "/var/spool", Path("/var/spool")),
    (FilePath(), "%DATA%/a%%b", Path("/data/a%b")),
    (FilePath(), "%ProgramFiles(x86)%/c", Path("/p/c")),
    (FilePath(), "100% of it", Path("/etc/cmtel/100% of it")),
    (SecretReference(), "env:DB", SecretRef("env", "DB")),
    (SecretReference(), "file:db", SecretRef("file", "/etc/cmtel/db")),
    (SecretReference(), "keyring:cmtel/db/x", SecretRef("keyring", "cmtel/db/x")),
    (ConnectionUrl(), "odbc:DSN=x", "odbc:DSN=x"),
]

BAD: list[tuple[Kind, str, str]] = [
    (Text(), "", "is empty; fill it in"),
    (Text("digits", "[0-9]+"), "12x", "must be digits (got '12x')"),
    (Whole(1, 65_535), "70000", "must be a whole number from 1 to 65535 (got '70000')"),
    (Whole(1, 65_535), "0", "from 1 to 65535"),
    (Whole(1, 65_535), "1_0", "must be a whole number"),
    (Whole(1, 65_535), "٣", "must be a whole number"),
    (Whole(1, 65_535), "9" * 5000, "..."),
    (Number(0.01, 100), "nan", "must be a number from 0.01 to 100 (got 'nan')"),
    (Number(0.01, 100), "1e1", "must be a number"),
    (Switch(), "yes", "must be true or false (got 'yes')"),
    (Duration(60, 86_400), "59s", "must be a duration from 1m to 24h (got '59s')"),
    (Durations(Duration(60, 86_400)), "5m,,15m", "or several parted by commas"),
    (TimeOfDay(), "24:00", "must be a time of day, HH:MM"),
    (TimeOfDaySpan(), "22:00", "must be a span of times"),
    (Weekdays(), "Mon-Fry", "must be days of the week"),
    (Day(), "2023-02-29", "must be a date"),
    (Zone(), "Europe/Berlins", "must be a time zone"),
    (Zone(), "Europe", "must be a time zone"),
    (Zone(), "../etc/passwd", "must be a time zone"),
    (Zone(), "x" * 5000, "must be a time zone"),
    (Networks(), "10.1.0.1/16", "has host bits set; write 10.1.0.0/16"),
    (Networks(), "10.1.0.0/33", "is no network"),
    (MailAddress(), "a@b\nBcc: c@d", "must be a mail address"),
    (MailAddress(), "nobody", "must be a mail address"),
    (FilePath(), "%NIX%/x", "uses %NIX%, which is not set in the environment"),
    (FilePath(), "a\0b", "without NUL"),
    (SecretReference(), "hunter2", "must begin with env:, file:, cred:, dpapi:, keyring:"),
    (SecretReference(), "dpapi:../x", "must be dpapi:NAME"),
    (SecretReference(), "dpapi:..", "must be dpapi:NAME"),
    (SecretReference(), "keyring:x", "must be keyring:SERVICE/NAME"),
    (ConnectionUrl(), "journal.db", "must be an SQLAlchemy URL"),
]


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_text_of_the_kind_is_read(kind: Kind, text: str, value: Any) -> None:
    assert kind.read(text, WORLD) == value


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_a_written_value_reads_as_itself(kind: Kind, text: str, value: Any) -> None:
    if "%" not in str(value):  # a path is written as it is in effect
        assert kind.read(kind.write(value), WORLD) == value


@pytest.mark.parametrize(("kind", "text", "message"), BAD)
def test_another_text_is_refused_with_what_it_must_be(kind: Kind, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        kind.read(text, WORLD)

    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(("kind", "text", "_"), GOOD)
def test_the_xsd_pattern_fits_what_is_read(kind: Kind, text: str, _: Any) -> None:
    for facet, value in kind.xsd[1]:
        if facet == "pattern":
            assert re.fullmatch(value, text)


KINDS = [kind for kind, _, _ in GOOD]


@given(st.sampled_from(KINDS), st.text())
def test_no_text_raises_anything_but_value_error(kind: Kind, text: str) -> None:
    try:
        value = kind.read(text, WORLD)
    except ValueError:
        return
    kind.write(value)
    kind.show(value)


@given(st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_read_as_they_are_written(days: set[int]) -> None:
    value = tuple(sorted(days))

    assert Weekdays().read(Weekdays().write(value), WORLD) == value


def test_a_reference_that_may_be_a_password_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="must begin with") as caught:
        SecretReference().read("hunter2", WORLD)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "", "10.0.0.1", "example.org", "[::]"])  # noqa: S104 - never bound
def test_others_are_not(host: str) -> None:
    assert not is_loopback(host)
