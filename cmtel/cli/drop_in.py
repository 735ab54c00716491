"""``CmTelNotifier /install`` and the like: the words of the original service program."""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.errors import UsageError

_VERBS = {
    "/install": "install",
    "/uninstall": "uninstall",
    "/start": "start",
    "/stop": "stop",
    "/pause": "pause",
    "/continue": "resume",
    "/status": "status",
}


def translate(words: Sequence[str]) -> list[str]:
    """Return the ``cmtel`` command line for the drop-in's words; other words pass unchanged.

    Raises:
        UsageError: A word with a slash that the original did not have either.
    """
    if not words or not words[0].startswith("/"):
        return list(words)
    verb = _VERBS.get(words[0].lower())
    if verb is None:
        raise UsageError(f"{words[0]} is no verb of CmTelNotifier.", hint=" ".join(_VERBS))
    return ["notifier", verb, *words[1:]]
