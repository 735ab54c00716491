from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.source_address import SourceKind, parse_source_address
from cmtel.errors import UsageError


@pytest.mark.parametrize(
    ("text", "kind", "host", "port"),
    [
        ("tcp-listen:192.0.2.1:9000", SourceKind.TCP_LISTEN, "192.0.2.1", 9000),
        ("tcp-listen:[::]:9000", SourceKind.TCP_LISTEN, "::", 9000),
        ("TCP:fritz.box:1012", SourceKind.TCP, "fritz.box", 1012),
        ("tcp:[fe80::1]:1012", SourceKind.TCP, "fe80::1", 1012),
        (" tcp-listen:127.0.0.1:0 ", SourceKind.TCP_LISTEN, "127.0.0.1", 0),
        ("udp-listen:192.0.2.1:514", SourceKind.UDP_LISTEN, "192.0.2.1", 514),
        ("http-listen:localhost:8080", SourceKind.HTTP_LISTEN, "localhost", 8080),
    ],
)
def test_network_addresses(text: str, kind: SourceKind, host: str, port: int) -> None:
    address = parse_source_address(text)

    assert (address.kind, address.host, address.port) == (kind, host, port)


@pytest.mark.parametrize(
    "path",
    [
        "/var/log/asterisk/cdr-csv/Master.csv",
        "/var/log/*.log",
        r"C:\Journal\*.log",
        "C:/Programme/Mein Server/day.log",
        r"\\server\share\day.log",
        "relative.csv",
        "with?query=1",
    ],
)
def test_a_path_is_taken_as_it_stands(path: str) -> None:
    address = parse_source_address(f"file:{path}")

    assert (address.kind, address.path) == (SourceKind.FILE, path)


@pytest.mark.parametrize(
    ("text", "device", "settings"),
    [
        ("serial:COM3", "COM3", {"baud": "9600", "mode": "8N1"}),
        ("serial:/dev/ttyUSB0?baud=1200", "/dev/ttyUSB0", {"baud": "1200", "mode": "8N1"}),
        ("serial:COM3?baud=9600&mode=7e2", "COM3", {"baud": "9600", "mode": "7E2"}),
        ("serial:COM3?mode=5N1.5", "COM3", {"baud": "9600", "mode": "5N1.5"}),
    ],
)
def test_serial_devices(text: str, device: str, settings: dict[str, str]) -> None:
    address = parse_source_address(text)

    assert (address.path, address.settings) == (device, settings)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("stdin", SourceKind.STDIN),
        ("http://pbx/records", SourceKind.HTTP),
        ("https://pbx:8443/records?since=1", SourceKind.HTTP),
        ("nats://n1:4222,n2:4222/site.records", SourceKind.NATS),
    ],
)
def test_other_kinds(text: str, kind: SourceKind) -> None:
    assert parse_source_address(text).kind is kind


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "kind is unknown"),
        ("tpc:host:1", "kind is unknown"),
        (r"C:\day.log", "kind is unknown"),
        ("tcp:host", "HOST:PORT"),
        ("tcp:::1:9000", "brackets"),
        ("tcp:[1:2]:9000", "no IPv6 address"),
        ("tcp:host:0", "from 1 to 65535"),
        ("tcp:host:65536", "from 1 to 65535"),
        ("tcp:host:٣", "HOST:PORT"),
        ("tcp-listen::9000", "host is missing"),
        ("file:", "path is expected"),
        ("file:a\0b", "NUL"),
        ("serial:", "device is expected"),
        ("serial:COM3?speed=9600", "'speed' is unknown"),
        ("serial:COM3?baud=fast", "baud"),
        ("serial:COM3?mode=9X1", "mode"),
        ("stdin:x", "nothing after it"),
        ("http:pbx", "host is expected"),
        ("nats://", "host is expected"),
    ],
)
def test_what_is_no_source_is_told_why(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        parse_source_address(text)

    assert caught.value.hint


@given(st.text(max_size=40), st.sampled_from(["", *[f"{kind}:" for kind in SourceKind]]))
def test_any_text_is_an_address_or_wrong_usage(text: str, start: str) -> None:
    try:
        address = parse_source_address(start + text)
    except UsageError:
        return
    assert 0 <= address.port <= 65535


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    assert parse_source_address("tcp:[::1]:9").host_port == "[::1]:9"
