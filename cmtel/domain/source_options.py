"""``--source-opt NAME=VALUE``, checked for the kind of source that it is given to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from cmtel.domain.source_address import SourceKind
from cmtel.errors import UsageError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: What each kind knows, with its meaning for people.
SOURCE_OPTIONS: Mapping[SourceKind, Mapping[str, str]] = {
    SourceKind.TCP_LISTEN: {
        "allow": "networks that may connect, as in 10.1.0.0/16,192.0.2.7",
        "max-connections": "how many may be open at once (1000)",
    },
    SourceKind.TCP: {
        "session": "auto: say what the format's switch wants to hear; none: only listen (auto)",
        "user": "the user to log in with",
        "secretRef": "where that user's password is kept, as in env:NAME or file:PATH",
        "auth": "asterisk-ami: plain or md5",
        "keep-alive": "asterisk-ami: seconds of quiet before a ping",
        "requests": "nec-sl: yes asks for each record and acknowledges it",
        "device": "nec-sl with requests: the number of the SMDR device",
        "interval": "nec-sl with requests: seconds between two when there is nothing",
    },
    SourceKind.FILE: {
        "rollover": "the file beside it that takes its lines when it is emptied, or none",
        "then": "files of one call each, taken whole: keep, delete or move:DIR afterwards",
        "settle": "with then: seconds for which a file must not change before it is taken (2)",
    },
    SourceKind.UDP_LISTEN: {
        "allow": "networks that may send, as in 10.1.0.0/16,192.0.2.7",
        "syslog": "strip: cut off the syslog header; keep: accept datagrams as they are (keep)",
        "buffer-kilobytes": "what the kernel is asked to hold while the spool is busy (4096)",
        "max-peers": "how many senders may be known at once (1000)",
    },
    SourceKind.HTTP_LISTEN: {
        "allow": "networks that may connect, as in 10.1.0.0/16,192.0.2.7",
        "path": "the only path that takes records (any)",
        "auth": "basic: the sender needs user and password; bearer: the secret is a token (basic)",
        "user": "the user that the sender has to name",
        "secretRef": "where the sender's password or token is kept, as in env:NAME or file:PATH",
        "max-kilobytes": "how large the body of a request may be (1024)",
        "max-connections": "how many may be open at once (200)",
        "tls-cert": "the file with the certificate chain, PEM; with it the listener speaks HTTPS",
        "tls-key": "the file with the certificate's key, PEM (in the file of tls-cert)",
    },
    SourceKind.HTTP: {
        "interval": "seconds between two questions (60)",
        "auth": "basic: with user and password; bearer: the secret is a token (basic)",
        "user": "the user to log in with",
        "secretRef": "where that user's password, or the token, is kept",
        "tls-ca": "the file with the certificates to trust, PEM (the system's)",
    },
    SourceKind.SERIAL: {"flow": "flow control: none, rtscts, dsrdtr or xonxoff (none)"},
}


def parse_source_options(kind: SourceKind, words: Iterable[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` words as a mapping of checked names; values are not looked at.

    Raises:
        UsageError: A word without ``=``, a name twice, or one that ``kind`` does not have.
    """
    options: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"'{word}' is no source option: NAME=VALUE is expected.")
        if name in options:
            raise UsageError(f"The source option '{name}' is given twice.")
        options[name] = value.strip()
    check_source_options(kind, options)
    return options


def check_source_options(kind: SourceKind, options: Mapping[str, str]) -> None:
    """Return if ``kind`` has every one of ``options``.

    Raises:
        UsageError: It does not; the hint says what there is.
    """
    known = SOURCE_OPTIONS.get(kind, {})
    for name in options:
        if name not in known:
            hint = "; ".join(f"{known_name}: {text}" for known_name, text in known.items())
            raise UsageError(
                f"A source of kind {kind} has no option '{name}'.", hint=hint or "It has none."
            )


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list parted by commas or blanks; a lone address is a network.

    Raises:
        UsageError: One of them is neither; or the list is empty, which would allow nobody.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise UsageError("The source option 'allow' is empty, so nobody could connect.")
    try:
        return tuple(ipaddress.ip_network(word, strict=False) for word in words)
    except ValueError as exc:
        raise UsageError(f"The source option 'allow' is wrong: {exc}.") from exc


def parse_count(name: str, text: str, at_least: int = 1) -> int:
    """Return a whole number that is at least ``at_least``.

    Raises:
        UsageError: ``text`` is none.
    """
    if not (text.isascii() and text.isdigit() and int(text) >= at_least):
        raise UsageError(
            f"The source option '{name}' must be a whole number from {at_least} (got '{text}')."
        )
    return int(text)


def parse_word(name: str, text: str, words: tuple[str, ...]) -> str:
    """Return ``text`` if it is one of ``words``.

    Raises:
        UsageError: It is not.
    """
    if text not in words:
        raise UsageError(
            f"The source option '{name}' cannot be '{text}'.", hint=f"It is {' or '.join(words)}."
        )
    return text
