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
    "/?": "--help",
}


def translate(words: Sequence[str]) -> list[str]:
    """Return the ``cmtel`` command line for the drop-in's words; other words pass unchanged.

    Raises:
        UsageError: A word with a slash that the original did not have either.

    The global options have been taken out before, so a path after ``--config`` is no verb.
    """
    if not words or not words[0].startswith("/"):
        return list(words)
    verb = _VERBS.get(words[0].lower())
    if verb is None:
        raise UsageError(
            f"CmTelNotifier knows no {words[0]}.", hint=f"It knows {', '.join(_VERBS)}."
        )
    return ["notifier", verb, *words[1:]]
