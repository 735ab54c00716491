"""What was said between cmtel and a mail server, with secrets masked: for ``test-mail``."""

from __future__ import annotations

import base64
import binascii

from cmtel.config.secret import MASK


class Dialogue:
    """Lines ``> EHLO ...`` and ``< 250 ...`` in their order; no secret ever gets in."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def sent(self, line: str) -> None:
        """Record what went to the server; secrets are masked by who sends them."""
        self.lines.append(f"> {line}")

    def received(self, code: int, text: bytes) -> None:
        """Record an answer, a line of it a line."""
        for line in text.decode("utf-8", "backslashreplace").split("\n"):
            self.lines.append(f"< {code} {line}".rstrip())

    def note(self, text: str) -> None:
        """Record what is no line of the dialogue: connected, encrypted, cut off."""
        self.lines.append(f"* {text}")


def masked(command: str) -> str:
    """Return a command with its secret part as ``***``."""
    return f"{command} {MASK}".lstrip()


def challenge_text(challenge: bytes) -> str:
    """Return what a 334 says, decoded; as it is, if it is no base64."""
    try:
        decoded = base64.b64decode(challenge, validate=True)
    except binascii.Error:
        decoded = challenge
    return " ".join(decoded.decode("utf-8", "backslashreplace").split())
