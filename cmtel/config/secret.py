"""Secrets, and references to them: a secret never shows itself by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cmtel.config.kinds import Kind, Known, XsdType
from cmtel.config.paths import resolve_path

MASK = "***"

#: What may follow the scheme, and how that is said.
_NAMES = {
    "env": (r"[A-Za-z_][A-Za-z0-9_]*", "env:NAME, a name of an environment variable"),
    "file": (r".+", "file:PATH"),
    "cred": (r"[A-Za-z0-9._-]+", "cred:NAME, a name of a systemd credential"),
    "dpapi": (r"[A-Za-z0-9._-]+", "dpapi:NAME, of letters, digits, dot, hyphen and underscore"),
    "keyring": (r"[^/]+/.+", "keyring:SERVICE/NAME"),
}


class Secret:
    """A secret value; everything but :meth:`reveal` gives ``***``."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("A secret is not written anywhere.")


class SecretRef(NamedTuple):
    """Where a secret is kept: ``scheme:name``. The name is no secret."""

    scheme: str
    name: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.name}"


def parse_secret_ref(text: str) -> SecretRef:
    """Return the reference that ``text`` is.

    Raises:
        ValueError: What it must be. The text itself is not repeated: it may be a password.
    """
    scheme, colon, name = text.partition(":")
    if not colon or scheme not in _NAMES:
        raise ValueError(f"must begin with {', '.join(f'{known}:' for known in _NAMES)}")
    pattern, says = _NAMES[scheme]
    if not re.fullmatch(pattern, name) or name.strip(".") == "":
        raise ValueError(f"must be {says}")
    return SecretRef(scheme, name)


def mask_url(url: str) -> str:
    """Return ``url`` with the password in it, if there is one, as ``***``.

    Knows ``scheme://user:password@host``, and PWD and PASSWORD of ODBC, also percent-encoded.
    """
    url = re.sub(r"(?s)(://[^:/?#@]*:)(.*)(@)", rf"\g<1>{MASK}\g<3>", url)
    value = r"(\{[^}]*\}|((?!%3B)[^;&])*)"
    return re.sub(
        rf"(?is)(?:\b|(?<=%3B))(pwd|password)(\s*=\s*|%3D){value}", rf"\g<1>\g<2>{MASK}", url
    )


def has_password(url: str) -> bool:
    """Whether a connection URL has a password in it."""
    return mask_url(url) != url


def secret_rules(
    password: Secret | None, secret_ref: SecretRef | None
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield a problem (section.Problem) if a secret is given twice."""
    if password is not None and secret_ref is not None:
        yield ("@password",), "cannot stand beside secretRef; keep the reference"


@dataclass(frozen=True, slots=True)
class SecretReference(Kind):
    """A reference; its value is a :class:`SecretRef`, with the path of ``file:`` absolute."""

    def read(self, text: str, known: Known) -> SecretRef:
        reference = parse_secret_ref(text)
        if reference.scheme != "file":
            return reference
        return SecretRef("file", str(resolve_path(reference.name, known)))

    @property
    def says(self) -> str:
        return "a reference to a secret: env:, file:, cred:, dpapi: or keyring:"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", f"({'|'.join(_NAMES)}):.+"),)


@dataclass(frozen=True, slots=True)
class SecretText(Kind):
    """A literal secret; its value is a :class:`Secret`."""

    def read(self, text: str, known: Known) -> Secret:
        return Secret(text)

    def write(self, value: Secret) -> str:
        return value.reveal()

    def show(self, value: Secret) -> str:
        return MASK

    @property
    def says(self) -> str:
        return "a text, kept secret"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", ()


@dataclass(frozen=True, slots=True)
class ConnectionUrl(Kind):
    """A database URL; shown without its password."""

    def read(self, text: str, known: Known) -> str:
        if not text:
            raise ValueError("is empty; fill it in")
        if ":" not in text:
            raise ValueError(f"must be {self.says}")
        return _counted_from(known.folder, text)

    def show(self, value: str) -> str:
        return mask_url(value)

    @property
    def says(self) -> str:
        return (
            "an SQLAlchemy URL (a SQLite file's relative path counts from this file) "
            "or odbc:DSN=... or odbc:Driver={...};..."
        )


def _counted_from(folder: Path | None, url: str) -> str:
    """Return the URL of a SQLite file with its whole path: a service begins in System32, or /."""
    found = re.fullmatch(r"(sqlite(?:\+pysqlite)?:///)([^?]+)(\?.*)?", url, re.IGNORECASE)
    if found is None or folder is None:
        return url
    scheme, path, options = found.groups()
    if path.startswith((":memory:", "file:")) or Path(path).is_absolute():
        return url
    return f"{scheme}{(folder / path).as_posix()}{options or ''}"
