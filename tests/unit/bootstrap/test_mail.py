"""What carries mails is put together as the settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.adapters.apprise_channel import AppriseChannel
from cmtel.adapters.last_resort.every import EveryResort
from cmtel.adapters.system_log.nowhere import NoSystemLog
from cmtel.bootstrap.mail import (
    make_channels,
    make_heartbeat,
    make_last_resort,
    make_mailers,
    make_system_log,
    recipients_of,
)
from cmtel.config.kinds import Known
from cmtel.config.load import load
from cmtel.config.mail import LastResort
from cmtel.config.model import Config
from cmtel.config.parse import parse
from cmtel.errors import ConfigError
from tests.fakes_clock import FakeClock
from tests.fakes_log import MemoryLog


def settings(body: str) -> Config:
    text = f'<CmTelNotifier version="1">{body}</CmTelNotifier>'
    return parse(load(text.encode(), "test"), Known(folder=Path("/nowhere")))


def test_servers_come_in_their_order_with_the_ports_of_their_encryption() -> None:
    mail = settings(
        '<Mail from="c@x.test"><Server host="a"/><Server host="b" tls="implicit"/>'
        '<Server host="::1" tls="none"/><Server host="d" port="2525"/></Mail>'
    ).mail
    assert mail is not None

    names = [mailer.name for mailer in make_mailers(mail, FakeClock())]
    assert names == ["a:587", "b:465", "[::1]:25", "d:2525"]


def test_a_secret_that_cannot_be_had_is_told_before_any_mail() -> None:
    mail = settings(
        '<Mail from="c@x.test"><Server host="a" user="u" secretRef="file:/no/such"/></Mail>'
    ).mail
    assert mail is not None

    with pytest.raises(ConfigError):
        make_mailers(mail, FakeClock())


def test_lists_give_addresses_and_channels_once() -> None:
    channel = '<Channel name="teams" url="json://127.0.0.1/a"/>'
    lists = settings(
        f"<Recipients><To>a@x.test</To>{channel}</Recipients>"
        f'<Recipients list="boss"><To>b@x.test</To><To>a@x.test</To>{channel}</Recipients>'
    ).recipients

    assert recipients_of(lists) == ("a@x.test", "b@x.test", "channel:teams")
    assert recipients_of(lists, "boss") == ("b@x.test", "a@x.test", "channel:teams")
    assert [type(each) for each in make_channels(lists)] == [AppriseChannel]


def test_what_is_not_set_is_not_made() -> None:
    config, log, clock = settings(""), MemoryLog(), FakeClock()

    assert isinstance(make_last_resort(_last_resort(), log, clock), EveryResort)
    assert make_heartbeat(config.heartbeat, log, clock) is None
    assert isinstance(make_system_log(is_service=False), NoSystemLog)
    assert not isinstance(make_system_log(is_service=True), NoSystemLog)


def _last_resort() -> LastResort:
    mail = settings('<Mail from="c@x.test"><Server host="a"/></Mail>').mail
    assert mail is not None
    return mail.last_resort
