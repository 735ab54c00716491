"""Replies, waits, quiet hours, allowances and ids of mails."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cmtel.domain.mails.allowance import MailRecord, repeat_allowance
from cmtel.domain.mails.back_off import wait_after
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.message_id import message_id
from cmtel.domain.mails.quiet import QuietHours
from cmtel.domain.mails.replies import Outcome, Reply, Stage, is_for_next_server, outcome

NOW = datetime(2025, 3, 30, 0, 30, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("reply", "wanted", "is_next"),
    [
        (Reply(Stage.END, 250), Outcome.ACCEPTED, False),
        (Reply(Stage.END, None), Outcome.UNCERTAIN, False),
        (Reply(Stage.CONNECT, None), Outcome.DEFERRED, True),
        (Reply(Stage.CONNECT, 554), Outcome.DEFERRED, True),
        (Reply(Stage.TLS, None), Outcome.DEFERRED, True),
        (Reply(Stage.AUTH, 454), Outcome.DEFERRED, True),
        (Reply(Stage.AUTH, 535), Outcome.MISCONFIGURED, True),
        (Reply(Stage.MAIL, 550), Outcome.MISCONFIGURED, True),
        (Reply(Stage.MAIL, 421), Outcome.DEFERRED, True),
        (Reply(Stage.RCPT, 550), Outcome.REFUSED, False),
        (Reply(Stage.RCPT, 451), Outcome.DEFERRED, False),
        (Reply(Stage.RCPT, 421), Outcome.DEFERRED, True),
        (Reply(Stage.DATA, 554), Outcome.MISCONFIGURED, True),
        (Reply(Stage.DATA, None), Outcome.DEFERRED, True),
        (Reply(Stage.END, 452), Outcome.DEFERRED, True),
        (Reply(Stage.END, 554), Outcome.MISCONFIGURED, True),
        (Reply(Stage.UNTRIED, None), Outcome.DEFERRED, True),
    ],
)
def test_what_an_answer_means(reply: Reply, wanted: Outcome, is_next: bool) -> None:
    assert outcome(reply) is wanted
    assert is_for_next_server(reply) is is_next


@pytest.mark.parametrize("attempts", range(1, 20))
def test_waits_are_listed_ones_a_fifth_more_or_less_and_always_the_same(attempts: int) -> None:
    listed = [30, 60, 120, 240, 480, 900, 1800, 3600]
    secs = listed[min(attempts, 8) - 1]
    waits = {wait_after(attempts, f"<{number}@x>").total_seconds() for number in range(50)}

    assert all(0.8 * secs <= wait <= 1.2 * secs for wait in waits)
    assert len(waits) > 40
    assert wait_after(attempts, "<1@x>") == wait_after(attempts, "<1@x>")


@pytest.mark.parametrize(
    ("hour_utc", "is_quiet"), [(20, False), (21, True), (0, True), (3, True), (4, False)]
)
def test_quiet_hours_are_local_across_midnight_and_the_change_of_time(
    hour_utc: int, is_quiet: bool
) -> None:
    """22:00 to 06:00 in Vienna: from 21:00 UTC, to 04:00 UTC after the clock went forward."""
    day = 29 if hour_utc > 12 else 30
    now = datetime(2025, 3, day, hour_utc, 0, tzinfo=UTC)

    assert QuietHours(time(22), time(6), VIENNA).holds_back(MailKind.REPEAT, now) is is_quiet


def test_a_first_mail_passes_where_that_is_wanted() -> None:
    quiet = QuietHours(time(0), time(0), VIENNA, lets_first_pass=True)

    assert quiet.holds_back(MailKind.REPEAT, NOW)
    assert quiet.holds_back(MailKind.RECOVERED, NOW)
    assert not quiet.holds_back(MailKind.FIRST, NOW)


def test_past_the_cap_repeats_come_hourly_and_say_so() -> None:
    def allowance(count: int, minutes: int) -> tuple[bool, bool]:
        record = MailRecord(count, NOW - timedelta(minutes=minutes))
        return repeat_allowance(record, 48, NOW)

    assert allowance(46, 1) == (True, False)
    assert allowance(47, 1) == (True, True)
    assert allowance(48, 59) == (False, True)
    assert allowance(48, 60) == (True, True)


def test_who_was_refused_three_times_is_tried_once_a_day() -> None:
    def is_allowed(refusals: int, hours: int) -> bool:
        record = MailRecord(0, None, refusals, NOW - timedelta(hours=hours))
        return repeat_allowance(record, 48, NOW).is_allowed

    assert is_allowed(2, 1)
    assert not is_allowed(3, 23)
    assert is_allowed(3, 24)


def test_a_message_id_names_mail_and_recipient_but_shows_no_address() -> None:
    one = message_id("0f3a", 3, "Boss@X.test", "host")

    assert one == message_id("0f3a", 3, "boss@x.test", "host")
    assert one != message_id("0f3a", 3, "noc@x.test", "host")
    assert one.startswith("<0f3a.3.")
    assert one.endswith("@host>")
    assert "boss" not in one.lower()
