"""Where calls come from: a free port, a peer that answers, a file that grows, a line that is there.

A switch often takes one client only, and one without a login sends its records to whoever
connects. So nothing is connected while an ingest runs, and never to a switch without a login.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cmtel.adapters.sources.holders import device_holder, port_holder
from cmtel.adapters.sources.reachable import Welcome, held_port, knock, lowest_free_port
from cmtel.bootstrap.services import Job
from cmtel.config.advice import logs_in
from cmtel.domain.source_address import SourceKind, parse_source_address
from cmtel.errors import SpoolError
from cmtel.services.doctor import Finding, Probe, fail, failure, ok, warn
from cmtel.services.spool_ports import LinkState, SpoolSource

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.journal import Source
    from cmtel.domain.source_address import SourceAddress

#: A file that has not grown for so long is worth a word, in hours.
_QUIET_HOURS = 24.0
_PORTS = {"http": 80, "https": 443, "nats": 4222}
_UP = (LinkState.UP, LinkState.LISTENING, LinkState.HELD_BACK)


def source_probes(site: Site) -> list[Sequence[Probe]]:
    """Return a probe of each source."""
    return [
        [Probe("source", source.name, partial(_look, site, source), f"source {source.name}")]
        for source in site.config.journal.sources
    ]


def _look(site: Site, source: Source) -> Finding:
    address = parse_source_address(source.text)
    try:
        process_id, link = _running(site, source)
    except SpoolError as error:
        return warn(
            f"not tried, since it cannot be told whether an ingest runs: {error.message}",
            "Run 'cmtel doctor' as the service's account.",
        )
    if process_id is not None:
        return _of_ingest(process_id, link)
    match address.kind:
        case SourceKind.TCP_LISTEN | SourceKind.HTTP_LISTEN | SourceKind.UDP_LISTEN:
            return _port(site, address)
        case SourceKind.TCP:
            return _switch(source, address)
        case SourceKind.HTTP | SourceKind.NATS:
            return _server(source)
        case SourceKind.FILE:
            return _file(site, address.path)
        case SourceKind.SERIAL:
            return _line(site, Path(address.path))
        case SourceKind.STDIN:
            return ok("standard input: whatever is piped in")


def _running(site: Site, source: Source) -> tuple[int | None, SpoolSource | None]:
    """Return who works on the spool, and what he tells of the source's link."""
    from contextlib import closing

    from cmtel.adapters.spool.glance import SpoolGlance
    from cmtel.adapters.spool.lock import process_holding

    process_id = process_holding(site.spool_folder)
    if process_id is None:
        return None, None
    with closing(SpoolGlance(site.spool_folder)) as glance:
        links = {each.name: each for each in glance.sources()}
    return process_id, links.get(source.name)


def _of_ingest(process_id: int, link: SpoolSource | None) -> Finding:
    who = f"the ingest (process {process_id})"
    if link is None or link.link is None:
        return warn(f"{who} runs without this source", "Restart it: 'cmtel journal restart'.")
    told = f"{who} tells: {link.link} {link.link_detail}".rstrip()
    if link.link in _UP:
        return ok(told)
    if link.link is LinkState.DOWN:
        return fail(told, "Check the switch and the line; cmtel tries again by itself.")
    return warn(told, "Look again in a moment: 'cmtel status'.")


def _port(site: Site, address: SourceAddress) -> Finding:
    is_udp = address.kind is SourceKind.UDP_LISTEN
    protocol = "udp" if is_udp else "tcp"
    if 0 < address.port < lowest_free_port() and not _is_privileged(site):
        return fail(
            f"{site.account(Job.JOURNAL).name} may not listen on port {address.port}",
            f"Take a port from {lowest_free_port()} on, in the switch and in Source/@address.",
        )
    held = held_port(address.host, address.port, is_udp=is_udp)
    if held is None:
        return ok(f"{address.host_port} is free")
    found = failure(held.error)
    holder = port_holder(protocol, address.port) if held.is_in_use else None
    if holder is None:
        return found
    return found._replace(details=(f"Process {holder} has it.",))


def _is_privileged(site: Site) -> bool:
    """A service of ours has no privileges, whoever it runs as."""
    return site.account(Job.JOURNAL).user_id == 0 and not site.is_service


def _switch(source: Source, address: SourceAddress) -> Finding:
    where = address.host_port
    options = {each.name: each.value for each in source.source_options}
    if not logs_in(source) or options.get("session") == "none":
        return warn(
            f"{where} was not connected to: this switch sends its records to whoever connects",
            "'cmtel journal ingest' connects; 'cmtel status' then shows the link.",
        )
    if knock(address.host, address.port, listens=True) is Welcome.CUT:
        return fail(
            f"{where} ends the connection at once: another collector seems to be attached",
            "Stop the other program: the switch takes one client. Or the switch does not allow "
            "this machine's address.",
        )
    return ok(f"{where} answers; left again without a login")


def _server(source: Source) -> Finding:
    url = urlsplit(source.address or "")
    port = url.port or _PORTS.get(url.scheme, 0)
    if not url.hostname or not port:
        return warn(f"{source.address} was not tried", "Its address has no host and port.")
    knock(url.hostname, port, listens=False)
    return ok(f"{url.hostname}:{port} answers; nothing was asked of it")


def _file(site: Site, pattern: str) -> Finding:
    """Whether there is a file, and when it last grew; rights are a probe of their own."""
    from cmtel.adapters.disks import network_kind
    from cmtel.adapters.sources.file_finder import FileFinder

    finder = FileFinder(pattern)
    finder.check()
    found = finder.find(0.0)
    if not found:
        return warn(f"{pattern}: there is no such file yet", "Correct Source/@path if it is wrong.")
    newest = found[-1]
    account = site.account(Job.JOURNAL)
    access = account.may(Path(newest.path), 4)
    if access.is_allowed is False:
        return fail(
            f"{account.name} may not read {newest.path} ({access.culprit}: {access.why})",
            "Give the account that right, or install with --groups.",
        )
    grown_at = datetime.fromtimestamp(newest.mtime_ns / 1e9, UTC)
    hours = (site.clock.now() - grown_at).total_seconds() / 3600
    kind = network_kind(Path(newest.path))
    words = f"{newest.path}, {newest.size_bytes} bytes, grew {_ago(hours)} ago"
    words += f", on a network drive ({kind})" if kind else ""
    if hours > _QUIET_HOURS:
        return warn(words, "Does the switch still write into it?")
    return ok(words)


def _ago(hours: float) -> str:
    if hours < 1:
        return f"{max(hours, 0) * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def _line(site: Site, device: Path) -> Finding:
    """Whether the device is there, permitted and free; opening it would take bytes from others."""
    import importlib.util
    import sys

    if importlib.util.find_spec("serial") is None:
        return fail("pyserial is not installed", "pip install 'cmtel[serial]'")
    if sys.platform == "win32":
        return _windows_line(str(device))
    if not device.exists():
        return fail(
            f"there is no device {device}", "Plug the adapter in; 'ls /dev/tty*' lists them."
        )
    if not device.is_char_device():
        return fail(f"{device} is no serial device", "Correct Source/@device.")
    account = site.account(Job.JOURNAL)
    access = account.may(device, 4 | 2)
    if access.is_allowed is False:
        return fail(
            f"{account.name} may not open {device} ({access.why})",
            "Add the account to the device's group (usually dialout), or install with --groups.",
        )
    holder = device_holder(device)
    if holder is not None:
        return fail(
            f"process {holder} has {device} open: another collector", "Stop that program first."
        )
    return ok(f"{device} is there and permitted; it was not opened")


def _windows_line(device: str) -> Finding:
    from serial.tools.list_ports import comports

    known = [port.device for port in comports()]
    if device.upper() not in (name.upper() for name in known):
        there = ", ".join(known) or "none"
        return fail(f"there is no serial port {device}", f"Plug the adapter in. There is {there}.")
    return ok(f"{device} is there; it was not opened")
