"""Phone books in a directory, read from a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cmtel.adapters.phonebooks.ldap import LdapRecords
from cmtel.errors import PhoneBookError
from tests.directory_server import (
    ADMIN,
    ADMIN_PASSWORD,
    ENTRIES,
    PEOPLE,
    DirectoryServer,
    directory_server,
)

#: ldap3 uses names that pyasn1 and Python's ssl have given up.
pytestmark = [
    pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:ssl.match_hostname:DeprecationWarning"),
]

FIELDS = ("telephoneNumber", "mobile", "givenName", "sn", "o", "dn")


@pytest.fixture(scope="module")
def server() -> Iterator[DirectoryServer]:
    with directory_server() as made:
        yield made


def records_of(server: DirectoryServer, **changes: object) -> LdapRecords:
    wanted = {"url": server.url, "base": PEOPLE, "user": ADMIN, "password": lambda: ADMIN_PASSWORD}
    return LdapRecords(**{**wanted, **changes})  # type: ignore[arg-type]  # the tests' own changes


def test_a_directory_is_read_in_pages_and_with_all_values(server: DirectoryServer) -> None:
    found = {record[5][0]: record for record in records_of(server).records(FIELDS)}

    assert len(found) == ENTRIES
    phones, mobile, given, family, company, _ = found[f"uid=u42,{PEOPLE}"]
    assert sorted(phones) == ["+49 30 100042", "+49 30 200042"]
    assert (mobile, given, family, company) == (
        ("0171 42",), ("Zoe42",), ("Muster",), ("Firma 0",),
    )  # fmt: skip


def test_a_filter_chooses_the_entries(server: DirectoryServer) -> None:
    records = records_of(server, filter="(uid=u7)").records(["TELEPHONENUMBER", "fax"])

    assert [(sorted(phones), fax) for phones, fax in records] == [
        (["+49 30 10007", "+49 30 20007"], ())
    ]


def test_ldaps_knows_the_server_by_its_certificate(server: DirectoryServer) -> None:
    records = records_of(server, url=server.tls_url, ca_file=server.ca_file)

    assert sum(1 for _ in records.records(["sn"])) == ENTRIES


def test_start_tls_encrypts_an_ordinary_connection(server: DirectoryServer) -> None:
    url = server.url.replace("127.0.0.1", "localhost")
    records = records_of(server, url=url, uses_start_tls=True, ca_file=server.ca_file)

    assert sum(1 for _ in records.records(["sn"])) == ENTRIES


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"password": lambda: "wrong"}, "invalidCredentials"),
        ({"base": "ou=nobody,dc=example,dc=org"}, "noSuchObject"),
        ({"filter": "(uid=u7"}, "filter"),
        ({"url": "ldap://127.0.0.1:1"}, "cannot be read"),
        ({"tls": True}, "cannot be read"),
        ({"start_tls": True}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(
    server: DirectoryServer, changes: dict[str, object], told: str
) -> None:
    if changes.pop("tls", False):
        changes["url"] = server.tls_url  # signed by nobody that the system knows
    if changes.pop("start_tls", False):
        changes["uses_start_tls"] = True

    with pytest.raises(PhoneBookError, match=told) as caught:
        list(records_of(server, **changes).records(["sn"]))

    assert ADMIN_PASSWORD not in f"{caught.value.message} {caught.value.hint}"


def test_nobody_may_read_without_a_login_where_the_directory_forbids_it(
    server: DirectoryServer,
) -> None:
    with pytest.raises(PhoneBookError):
        list(records_of(server, user=None, password=lambda: None).records(["sn"]))
