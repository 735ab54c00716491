"""Phone books in a directory (LDAP), by ldap3: paged searches over ldap, StartTLS or ldaps.

Source:
    RFC 4511 (4.5 Search, 4.14 StartTLS), RFC 2696 (simple paged results), RFC 4516 (URLs).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmtel.domain.phone_books import Record
from cmtel.errors import ConfigError, MissingExtra, PhoneBookError

#: Entries asked for at a time; Active Directory gives 1000 at most.
_PAGE_ENTRIES = 500
#: Seconds for making the connection, and for each answer.
_CONNECT_SECS, _ANSWER_SECS = 10, 60
#: The name of an entry itself, which is no attribute.
_DN = "dn"


@dataclass(frozen=True, slots=True)
class LdapRecords:
    """The entries below a base that a filter finds. Implements phone_book_ports.RecordSource.

    Attributes:
        url: ldap://HOST[:PORT] or ldaps://HOST[:PORT].
        base: The distinguished name below which is searched.
        filter: RFC 4515; None: every entry that has one of the first of the asked fields.
        uses_start_tls: Encrypt the connection before anything is sent on it (ldap:// only).
        ca_file: The certificates that the server's must be signed by; None: the system's.
        user: The distinguished name to bind as, or None for an anonymous bind.
        password: Gives that user's; asked at each reading.
    """

    url: str
    base: str
    filter: str | None = None
    uses_start_tls: bool = False
    ca_file: Path | None = None
    user: str | None = None
    password: Callable[[], str | None] = lambda: None

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        with self._bound() as connection:
            found = connection.extend.standard.paged_search(
                search_base=self.base,
                search_filter=self.filter or _has_any(fields),
                attributes=sorted({name for name in fields if name.lower() != _DN}),
                paged_size=_PAGE_ENTRIES,
                generator=True,
            )
            for entry in found:
                if entry.get("type") == "searchResEntry":
                    yield tuple(_values(entry, name) for name in fields)

    def version(self) -> str | None:
        return None  # a directory has no mark for all of its entries together

    @contextmanager
    def _bound(self) -> Iterator[Any]:
        ldap3 = _ldap3()
        try:
            connection = self._connection(ldap3)
            try:
                connection.open()
                if self.uses_start_tls:
                    connection.start_tls()
                connection.bind()
                yield connection
            finally:
                _close(connection)
        except ldap3.core.exceptions.LDAPException as exc:
            told = " ".join(str(exc).split()) or type(exc).__name__
            raise PhoneBookError(
                f"The directory {self.url} cannot be read: {told.rstrip('.')}.",
                hint="Check url, base, filter, user and password, and that it can be reached.",
            ) from exc
        except (OSError, ssl.SSLError) as exc:
            raise PhoneBookError(f"The directory {self.url} cannot be read: {exc}.") from exc

    def _connection(self, ldap3: Any) -> Any:
        tls = ldap3.Tls(
            validate=ssl.CERT_REQUIRED, ca_certs_file=str(self.ca_file) if self.ca_file else None
        )
        server = ldap3.Server(self.url, tls=tls, connect_timeout=_CONNECT_SECS, get_info="NO_INFO")
        return ldap3.Connection(
            server, self.user, self.password(), receive_timeout=_ANSWER_SECS, read_only=True,
            raise_exceptions=True, auto_referrals=False,
        )  # fmt: skip


def _close(connection: Any) -> None:
    """Close the socket, also where no greeting or goodbye came through it."""
    if connection.bound:
        connection.unbind()
    if connection.socket is not None:
        connection.socket.close()


def _ldap3() -> Any:
    try:
        import ldap3
        import ldap3.core.exceptions
    except ImportError as exc:
        raise MissingExtra(
            "Phone books of the kind ldap need ldap3, which is not installed.",
            hint='pip install "cmtel[ldap]"',
        ) from exc
    return ldap3


def _has_any(fields: Sequence[str]) -> str:
    names = [name for name in dict.fromkeys(fields) if name.lower() != _DN]
    if not names:
        raise ConfigError("A directory needs the attributes that have the numbers.")
    return "(|" + "".join(f"({name}=*)" for name in names) + ")"


def _values(entry: Any, name: str) -> tuple[str, ...]:
    """Return the values of an attribute; upper and lower case of its name do not matter."""
    if name.lower() == _DN:
        return (str(entry["dn"]),)
    for found, values in entry["raw_attributes"].items():
        if found.lower() == name.lower():
            return tuple(value.decode("utf-8", "replace") for value in values)
    return ()
