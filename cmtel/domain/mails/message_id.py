"""The Message-ID of a mail: the same at every attempt, so that a double is recognisable."""

from __future__ import annotations

import hashlib

#: Hexadecimal digits of the recipient's hash; no address is readable in an id.
_HASH_DIGITS = 16
#: In place of a recipient, in a mail that goes to all of them at once.
GROUP = ""


def recipient_hash(recipient: str) -> str:
    """Return what stands for ``recipient`` in message ids; case does not matter."""
    digest = hashlib.sha256(recipient.casefold().encode("utf-8"))
    return digest.hexdigest()[:_HASH_DIGITS]


def message_id(incident_id: str, seq: int, recipient: str, host: str) -> str:
    """Return ``<incident-uuid.seq.recipient-hash@host>``.

    Source:
        RFC 5322 section 3.6.4: unique, and opaque to whoever reads it.
    """
    return f"<{incident_id}.{seq}.{recipient_hash(recipient)}@{host}>"
