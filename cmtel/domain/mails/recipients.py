"""Recipients: mail addresses, and the other channels, written ``channel:NAME``."""

from __future__ import annotations

_CHANNEL = "channel:"


def is_channel(recipient: str) -> bool:
    """Tell whether a recipient is no mail address but a channel."""
    return recipient.startswith(_CHANNEL)


def channel_recipient(name: str) -> str:
    """Return the recipient that stands for a channel, in the outbox and in the log."""
    return f"{_CHANNEL}{name}"
