"""The daily sign of life: one row a feed, and the mails."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cmtel.adapters.mail_texts.letter import Draft, Letter, Step, Tone
from cmtel.adapters.mail_texts.words import Words
from cmtel.domain.incidents.states import State

_MAILS = ("sent", "waiting", "failing", "oldest_waiting_days")
#: States in which somebody has to look.
_BAD = (State.STALLED, State.BLIND)


def digest(draft: Draft) -> Letter:
    """What was seen in 24 hours."""
    words = draft.words
    feeds, mails = _sorted(draft.facts.lines)
    bad = [name for name, values in feeds.items() if values.get("state") in _BAD]
    is_failing = mails.get("failing", "0") != "0"
    headline = _headline(words, len(bad), is_failing=is_failing)
    lead = words.gettext(
        "The notifier is running. This is what it saw {span}.",
        span=words.span(draft.facts.opened_at, draft.facts.until or draft.now),
    )
    step = Step(words.gettext("How things stand now:"), "cmtel status")
    rows = [(name, _feed(words, values)) for name, values in feeds.items()]
    return Letter(
        Tone.WARNING if bad or is_failing else Tone.GOOD,
        words.gettext("daily report: {headline}", headline=headline),
        words.gettext("Daily report: {headline}", headline=headline), lead,
        rows=(*rows, (words.gettext("Mails"), _mails(words, mails))),
        steps=(step,) if bad or is_failing else (),
    )  # fmt: skip


def _sorted(
    lines: tuple[tuple[str, str], ...],
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Return the values of each feed, and those of the mails; a feed may be called "mails"."""
    feeds: dict[str, dict[str, str]] = {}
    mails: dict[str, str] = {}
    for name, value in lines:
        owner, _, key = name.rpartition(".")
        if owner == "mails" and key in _MAILS:
            mails[key] = value
        else:
            feeds.setdefault(owner, {})[key] = value
    return feeds, mails


def _headline(words: Words, bad: int, *, is_failing: bool) -> str:
    if bad:
        return words.ngettext("one feed needs attention", "{count} feeds need attention", bad)
    if is_failing:
        return words.gettext("mails cannot be delivered")
    return words.gettext("all is well")


def _feed(words: Words, values: Mapping[str, str]) -> str:
    state = values.get("state", "")
    told = _STATES[state](words) if state in _STATES else state
    count = _whole(values.get("calls"))
    calls = words.ngettext(
        "one call",
        "{count} calls",
        count,
    )
    parts = [told, calls]
    if "longest_gap_secs" in values:
        gap = words.duration(_number(values["longest_gap_secs"]))
        parts.append(words.gettext("longest silence {duration}", duration=gap))
    if "longest_gap_expected" in values and "limit" in values:
        parts.append(
            words.gettext(
                "{expected} calls missed in it (alarm at {limit})",
                expected=words.number(_number(values["longest_gap_expected"])),
                limit=words.number(_number(values["limit"])),
            )
        )
    return "; ".join(parts)


def _mails(words: Words, values: Mapping[str, str]) -> str:
    sent, waiting = _whole(values.get("sent")), _whole(values.get("waiting"))
    failing, days = _whole(values.get("failing")), _whole(values.get("oldest_waiting_days"))
    parts = [
        words.ngettext(
            "one sent",
            "{count} sent",
            sent,
        )
    ]
    if waiting:
        parts.append(
            words.ngettext(
                "one is waiting",
                "{count} are waiting",
                waiting,
            )
        )
    if failing:
        parts.append(
            words.ngettext(
                "one cannot be delivered", "{count} cannot be delivered", failing,
            )
        )  # fmt: skip
    if days:
        parts.append(
            words.gettext("the oldest for {duration}", duration=words.duration(days * 86_400))
        )
    return "; ".join(parts)


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _whole(text: str | None) -> int:
    return round(_number(text))


_STATES: dict[str, Callable[[Words], str]] = {
    State.INIT: lambda words: words.gettext("not read yet"),
    State.OK: lambda words: words.gettext("as usual"),
    State.LATE: lambda words: words.gettext("quieter than usual"),
    State.STALLED: lambda words: words.gettext("CHARGING HAS STOPPED"),
    State.RECOVERING: lambda words: words.gettext("charging is coming back"),
    State.BLIND: lambda words: words.gettext("CALLS CANNOT BE READ"),
}
