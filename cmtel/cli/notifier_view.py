"""The notifier's feeds and mails as lines for people; from the documents that --json prints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

Document = dict[str, Any]


def local(moment: datetime, zone: tzinfo | None) -> str:
    """Return an instant in the site's time; ``zone`` None: the machine's."""
    return moment.astimezone(zone).isoformat(" ", "seconds")


def feed_lines(feed: Document, now: datetime, zone: tzinfo | None) -> list[str]:
    """Return a line that says how a feed stands, and lines that say why."""
    first = f"{feed['feed']}: {_standing(feed)}"
    facts = {
        "last call": _ago(feed["last_arrival_at"], now, zone),
        "last look": _ago(feed["last_read_at"], now, zone),
        "silence then": _silence(feed),
        "expected calls": _expected(feed),
        "fires at": _at(feed["alarm_at"], zone) if feed["stall"] is None else None,
        "stalled": _stall(feed["stall"], zone),
        "unreadable": _unreadable(feed, zone),
        "paused": _paused(feed, zone),
        **{f"downtime {work['id']}": _work(work, zone) for work in feed["downtimes"]},
    }
    return [first, *(f"  {name:<18} {text}" for name, text in facts.items() if text)]


def request_lines(document: Document) -> Iterator[str]:
    """Yield what was asked for and is not done yet."""
    for request in document["requests"]:
        asked = " ".join(f"{name}={value}" for name, value in request.items() if value)
        yield f"asked for, not done yet: {asked}"


def mail_lines(document: Document, zone: tzinfo | None) -> Iterator[str]:
    """Yield what is known of the mails: the last one, those that wait, those that fail."""
    last, outbox = document["last_mail"], document["outbox"]
    if last is not None:
        yield f"last mail: {last['kind']}{_to(last)}, {_at(last['accepted_at'], zone)}"
    yield f"mails waiting: {outbox['waiting']}, failing: {len(outbox['failing'])}"
    for mail in outbox["failing"]:
        answer = " ".join(str(part) for part in (mail["last_code"], mail.get("last_text")) if part)
        again = _at(mail["next_try_at"], zone) or "never"
        tried = f"tried {mail['attempts']} times, again {again}"
        yield f"  {mail['kind']}{_to(mail)}: {answer}; {tried}"


def _to(mail: Document) -> str:
    """Whom; not told in the status file, which everybody may read."""
    return f" to {mail['to']}" if "to" in mail else ""


def _standing(feed: Document) -> str:
    words = [feed["state"]]
    stall = feed["stall"]
    words += ["learning"] if feed["is_learning"] else []
    words += [f"acknowledged by {stall['acked_by']}"] if stall and stall["acked_by"] else []
    words += ["paused"] if feed["paused_until"] else []
    words += ["announced work"] if feed["downtimes"] else []
    words += ["not looked at lately"] if feed.get("is_stale") else []
    return ", ".join(words)


def _silence(feed: Document) -> str | None:
    secs = feed["silence_secs"]
    return None if secs is None else f"{timedelta(seconds=secs)} ({feed['verdict']})"


def _expected(feed: Document) -> str | None:
    if feed["expected_calls"] is None:
        return None
    return f"{feed['expected_calls']} since the last one; too many missed from {feed['limit']} on"


def _stall(stall: Document | None, zone: tzinfo | None) -> str | None:
    if stall is None:
        return None
    words = [f"since {_at(stall['opened_at'], zone)}", f"repeats: {stall['repeats']}"]
    words += [f"flaps: {stall['flaps']}"] if stall["flaps"] else []
    words += [] if stall["first_mail_at"] else ["first mail held back"]
    return ", ".join(words)


def _unreadable(feed: Document, zone: tzinfo | None) -> str | None:
    since = feed["unreadable_since"]
    return f"since {_at(since, zone)}: {feed['unreadable_reason']}" if since else None


def _paused(feed: Document, zone: tzinfo | None) -> str | None:
    if not feed["paused_until"]:
        return None
    why = f": {feed['pause_reason']}" if feed["pause_reason"] else ""
    return f"until {_at(feed['paused_until'], zone)} by {feed['paused_by']}{why}"


def _work(work: Document, zone: tzinfo | None) -> str:
    why = f": {work['reason']}" if work["reason"] else ""
    return f"{_at(work['from'], zone)} until {_at(work['until'], zone)} by {work['by']}{why}"


def _ago(moment: datetime | None, now: datetime, zone: tzinfo | None) -> str | None:
    if moment is None:
        return None
    past = timedelta(seconds=max(0, round((now - moment).total_seconds())))
    return f"{_at(moment, zone)} ({past} ago)"


def _at(moment: datetime | None, zone: tzinfo | None) -> str:
    return local(moment, zone) if moment else ""
