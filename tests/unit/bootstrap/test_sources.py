from __future__ import annotations

import pytest

from cmtel.adapters.sources.file_tail import FileTail
from cmtel.adapters.sources.http_listen import HttpListen
from cmtel.adapters.sources.http_poll import HttpPoll
from cmtel.adapters.sources.serial_line import SerialLine
from cmtel.adapters.sources.stdin import Stdin
from cmtel.adapters.sources.tcp_dial import TcpDial
from cmtel.adapters.sources.tcp_listen import TcpListen
from cmtel.adapters.sources.udp_listen import UdpListen
from cmtel.bootstrap.sources import make_source
from cmtel.errors import UsageError
from cmtel.formats.session import Login
from tests.fakes_clock import FakeClock


@pytest.mark.parametrize(
    ("text", "options", "made"),
    [
        ("tcp-listen:0.0.0.0:9000", {"allow": "10.0.0.0/8", "max-connections": "5"}, TcpListen),
        ("tcp:fritz.box:1012", {}, TcpDial),
        ("file:/var/log/*.csv", {}, FileTail),
        ("file:/journal/day.log", {"rollover": "journal.log"}, FileTail),
        ("udp-listen:0.0.0.0:514", {"allow": "10.0.0.0/8", "syslog": "strip"}, UdpListen),
        ("http-listen:[::]:8080", {"path": "/cdr", "max-kilobytes": "64"}, HttpListen),
        ("https://pbx/cdr.csv", {"interval": "30", "tls-ca": "ca.pem"}, HttpPoll),
        ("serial:COM3?mode=7E2", {"flow": "rtscts"}, SerialLine),
        ("stdin", {}, Stdin),
    ],
)
def test_each_kind_has_its_source(text: str, options: dict[str, str], made: type) -> None:
    assert isinstance(make_source(text, FakeClock(), options=options), made)


@pytest.mark.parametrize("text", ["nats://n1:4222"])
def test_a_kind_that_is_not_there_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="not available"):
        make_source(text, FakeClock())


@pytest.mark.parametrize(
    "text", ["serial:COM3", "udp-listen:0.0.0.0:514", "http-listen:0.0.0.0:80"]
)
def test_what_has_no_end_cannot_be_read_once(text: str) -> None:
    with pytest.raises(UsageError, match="--once"):
        make_source(text, FakeClock(), once=True)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("tcp-listen:0.0.0.0:9000", {"allow": "everybody"}),
        ("tcp-listen:0.0.0.0:9000", {"max-connections": "0"}),
        ("tcp:host:9000", {"allow": "10.0.0.0/8"}),
        ("serial:COM3", {"flow": "fast"}),
        ("udp-listen:0.0.0.0:514", {"syslog": "yes"}),
        ("http-listen:0.0.0.0:80", {"path": "cdr"}),
        ("http-listen:0.0.0.0:80", {"auth": "digest"}),
        ("http-listen:0.0.0.0:80", {"auth": "bearer"}),
        ("http-listen:0.0.0.0:80", {"tls-key": "key.pem"}),
        ("udp-listen:0.0.0.0:514", {"max-peers": "none"}),
    ],
)
def test_a_wrong_option_is_wrong_usage(text: str, options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        make_source(text, FakeClock(), options=options)


@pytest.mark.parametrize(
    ("options", "login"),
    [
        ({}, Login(user="pbx")),
        ({}, Login(None, "secret")),
        ({"auth": "bearer"}, Login("pbx", "secret")),
    ],
)
def test_half_a_login_is_wrong_usage(options: dict[str, str], login: Login) -> None:
    with pytest.raises(UsageError, match=r"user|secretRef"):
        make_source("http-listen:0.0.0.0:80", FakeClock(), options=options, login=login)
