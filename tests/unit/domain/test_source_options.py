from __future__ import annotations

import ipaddress

import pytest

from cmtel.domain.source_address import SourceKind
from cmtel.domain.source_options import parse_count, parse_networks, parse_source_options
from cmtel.errors import UsageError


def test_options_are_names_and_values() -> None:
    assert parse_source_options(
        SourceKind.TCP_LISTEN, ["allow = 10.0.0.0/8", "max-connections=5"]
    ) == {
        "allow": "10.0.0.0/8",
        "max-connections": "5",
    }


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [
        (SourceKind.FILE, ["rollover"], "NAME=VALUE"),
        (SourceKind.FILE, ["=journal.log"], "NAME=VALUE"),
        (SourceKind.FILE, ["rollover=a", "rollover=b"], "twice"),
        (SourceKind.FILE, ["allow=10.0.0.0/8"], "no option 'allow'"),
        (SourceKind.STDIN, ["allow=10.0.0.0/8"], "no option 'allow'"),
    ],
)
def test_a_wrong_option_is_told(kind: SourceKind, words: list[str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        parse_source_options(kind, words)


def test_a_lone_address_is_a_network_of_one() -> None:
    assert parse_networks("10.1.2.3/8, 192.0.2.7 ::1") == (
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("192.0.2.7/32"),
        ipaddress.ip_network("::1/128"),
    )


@pytest.mark.parametrize("text", ["", " , ", "10.0.0.0/33", "reception"])
def test_what_is_no_network_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="allow"):
        parse_networks(text)


@pytest.mark.parametrize("text", ["0", "-1", "many", "", "²"])
def test_what_is_no_count_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="max-connections"):
        parse_count("max-connections", text)
