"""Kinds of values that are about networks and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from cmtel.config.kinds import Kind, Known


@dataclass(frozen=True, slots=True)
class Networks(Kind):
    """Networks parted by commas, ``10.1.0.0/16``; a lone address is a network of one."""

    def read(self, text: str, known: Known) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(_network(part.strip()) for part in text.split(","))

    def write(self, value: tuple[IPv4Network | IPv6Network, ...]) -> str:
        return ",".join(map(str, value))

    def show(self, value: tuple[IPv4Network | IPv6Network, ...]) -> list[str]:
        return [str(network) for network in value]

    @property
    def says(self) -> str:
        return "networks such as 10.1.0.0/16, parted by commas"


@dataclass(frozen=True, slots=True)
class MailAddress(Kind):
    """One mail address, without a display name."""

    def read(self, text: str, known: Known) -> str:
        if not text:
            raise ValueError("is empty; fill it in")
        if not text.isprintable() or not re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", text):
            raise ValueError(self.refusal(text))
        return text

    @property
    def says(self) -> str:
        return "a mail address, name@domain"


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        try:
            near = ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"{text!r} is no network such as 10.1.0.0/16") from error
        raise ValueError(f"{text!r} has host bits set; write {near}") from error


def is_loopback(host: str) -> bool:
    """Whether ``host`` (an IPv6 address may be in brackets) is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
