"""Every place that secrets can be put in keeps the same promises."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from cmtel.adapters.secrets.credential import CredentialSecrets
from cmtel.adapters.secrets.dpapi import DpapiSecrets
from cmtel.adapters.secrets.environment import EnvironmentSecrets
from cmtel.adapters.secrets.file import FileSecrets
from cmtel.adapters.secrets.keyring import KeyringSecrets
from cmtel.config.secret import Secret
from cmtel.errors import ConfigError, ExitStatus, UsageError
from cmtel.services.secret_ports import SecretStore

Made = tuple[SecretStore, str]


class MemoryKeyring(KeyringBackend):
    """A keyring of the package's own kind, in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's own is untyped
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class ReversingProtector:
    """Stands for DPAPI: what is on disk is not the secret."""

    def __init__(self) -> None:
        self.closed: list[Path] = []

    def protect(self, data: bytes) -> bytes:
        return b"protected:" + data[::-1]

    def unprotect(self, data: bytes) -> bytes:
        return data.removeprefix(b"protected:")[::-1]

    def close_to_others(self, folder: Path) -> None:
        assert not any(folder.iterdir()), "a secret was there before the folder was closed"
        self.closed.append(folder)


def file_store(folder: Path) -> Made:
    return FileSecrets(), str(folder / "below" / "secret")


def keyring_store(_: Path) -> Made:
    return KeyringSecrets(MemoryKeyring()), "cmtel/database"


def dpapi_store(folder: Path) -> Made:
    return DpapiSecrets(folder / "secrets", ReversingProtector()), "database"


WRITABLE = [file_store, keyring_store, dpapi_store]


@pytest.fixture(params=WRITABLE, ids=lambda make: make.__name__)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    make: Callable[[Path], Made] = request.param
    return make(tmp_path)


@pytest.mark.parametrize("value", ["hunter2", " a b ", "päss€", "x" * 60_000, "a\nb"])
def test_a_secret_comes_back_as_it_was(made: Made, value: str) -> None:
    store, name = made

    store.write(name, Secret(value))

    assert store.read(name).reveal() == value


def test_a_new_secret_takes_the_place_of_the_old_one(made: Made) -> None:
    store, name = made
    store.write(name, Secret("old"))

    store.write(name, Secret("new"))

    assert store.read(name).reveal() == "new"


def test_a_secret_that_is_not_there_is_a_problem_of_the_configuration(made: Made) -> None:
    store, name = made

    with pytest.raises(ConfigError) as caught:
        store.read(name)

    assert caught.value.exit_status is ExitStatus.CONFIGURATION


def test_removing_tells_whether_there_was_one(made: Made) -> None:
    store, name = made
    store.write(name, Secret("hunter2"))

    assert store.remove(name)
    assert not store.remove(name)
    with pytest.raises(ConfigError):
        store.read(name)


def test_protected_secrets_are_not_readable_on_disk_and_closed_to_others(tmp_path: Path) -> None:
    protector, folder = ReversingProtector(), tmp_path / "secrets"
    store = DpapiSecrets(folder, protector)

    store.write("database", Secret("hunter2"))
    store.write("mail", Secret("hunter3"))

    assert b"hunter2" not in (folder / "database.dpapi").read_bytes()
    assert protector.closed == [folder], "a right that was granted later must stay"


def test_variables_are_read() -> None:
    assert EnvironmentSecrets({"DB": "hunter2"}).read("DB").reveal() == "hunter2"


@pytest.mark.parametrize("environment", [{}, {"DB": ""}])
def test_a_variable_without_value_is_a_problem(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="env:DB is"):
        EnvironmentSecrets(environment).read("DB")


def test_credentials_of_systemd_are_read(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("hunter2\n")

    store = CredentialSecrets({"CREDENTIALS_DIRECTORY": str(tmp_path)}, tmp_path / "kept")

    assert store.read("db").reveal() == "hunter2"
    with pytest.raises(ConfigError, match="no credential other"):
        store.read("other")


def test_a_credential_is_kept_in_the_file_that_the_unit_names(tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    store = CredentialSecrets({}, folder)

    with pytest.raises(ConfigError, match="there is no credential db") as caught:
        store.read("db")
    assert "cmtel secret set cred:db" in (caught.value.hint or "")

    store.write("db", Secret("hunter2"))
    assert store.read("db").reveal() == "hunter2"
    assert stat.S_IMODE((folder / "db").stat().st_mode) == 0o600
    assert store.remove("db")
    assert not store.remove("db")


@pytest.mark.parametrize("store", [EnvironmentSecrets({})])
def test_what_cannot_be_set_says_how(store: SecretStore) -> None:
    with pytest.raises(UsageError) as written:
        store.write("X", Secret("hunter2"))
    with pytest.raises(UsageError) as removed:
        store.remove("X")

    for caught in (written, removed):
        assert caught.value.hint
        assert "hunter2" not in caught.value.message
