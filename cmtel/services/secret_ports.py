"""Where secrets are kept, as Protocols; adapters/secrets implements them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # its module needs pydantic, which not every command loads
    from cmtel.config.secret import Secret


class SecretReader(Protocol):
    """Where secrets are kept; ``name`` is the reference without its scheme."""

    def read(self, name: str) -> Secret:
        """Return the secret.

        Raises:
            ConfigError: There is none, or it is kept carelessly.
            MissingExtra: The package that can read it is not installed.
            AccessDenied: It is there, and not for this user.
        """


class SecretStore(SecretReader, Protocol):
    """A place that cmtel can put secrets in, too."""

    def write(self, name: str, secret: Secret) -> None:
        """Keep the secret, in place of an older one; durable on return.

        Raises:
            UsageError: Secrets are put there by other means; the hint says which.
        """

    def remove(self, name: str) -> bool:
        """Forget the secret; False if there was none.

        Raises:
            UsageError: Secrets are removed there by other means; the hint says which.
        """
