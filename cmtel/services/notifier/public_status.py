"""What everybody on the machine may know of the notifier: no mail addresses, no server's words."""

from __future__ import annotations

from typing import Any

#: Keys of the document that name people or repeat what a mail server said.
_PRIVATE = ("to", "last_text")


def public_status(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document of services/notifier/check.py for a file that all may read.

    ``paused_until`` is when the last pause of a feed ends; None: nothing is paused.
    """
    pauses = [feed for feed in document["feeds"] if feed["paused_until"] is not None]
    last = max(pauses, key=lambda feed: feed["paused_until"], default=None)
    return {
        "paused_until": last and last["paused_until"],
        "pause_reason": last and last["pause_reason"],
        "paused_by": last and _name(last["paused_by"]),
        "notifier": _public(document),
    }


def _public(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _public(each, name) for name, each in value.items() if name not in _PRIVATE}
    if isinstance(value, list):
        return [_public(each) for each in value]
    is_person = key == "by" or key.endswith("_by")
    return _name(value) if is_person and isinstance(value, str) else value


def _name(who: str) -> str:
    """Who asks by mail address is called by what stands before the @."""
    return who.partition("@")[0]
