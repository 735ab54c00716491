"""The feed cannot be read, and can be read again: BLIND, RECOVERED_BLIND, and their others."""

from __future__ import annotations

from datetime import datetime

from cmtel.adapters.mail_texts.letter import Draft, Letter, Step, Tone
from cmtel.adapters.mail_texts.stage_texts import stage_rows
from cmtel.adapters.mail_texts.stall_texts import late_news
from cmtel.adapters.mail_texts.words import sentence

Rows = tuple[tuple[str, str], ...]


def blind(draft: Draft) -> Letter:
    """Nobody knows whether calls are charged."""
    return _unreadable(draft, ())


def joining(draft: Draft) -> Letter:
    """To one who is told from now on."""
    told = draft.words.gettext(
        "You have been added to the recipients of this incident, which began before."
    )
    return _unreadable(draft, (told,))


def recovered(draft: Draft) -> Letter:
    """It can be read again."""
    words = draft.words
    subject = words.gettext("calls can be read again")
    text = words.gettext(
        "What arrived meanwhile is being evaluated now. If charging has stopped, another mail"
        " will say so."
    )
    return Letter(
        Tone.GOOD, subject, words.gettext("The calls can be read again"), _return(draft),
        (text,), _rows(draft),
    )  # fmt: skip


def summary(draft: Draft) -> Letter:
    """Both in one."""
    words = draft.words
    return Letter(
        Tone.GOOD, words.gettext("calls could not be read for a while"),
        words.gettext("The calls could not be read for a while"), _return(draft),
        (late_news(draft),), _rows(draft),
    )  # fmt: skip


def _unreadable(draft: Draft, told: tuple[str, ...]) -> Letter:
    words, facts = draft.words, draft.facts
    lead = words.gettext(
        "The calls of '{feed}' have not been readable {since}. Whether they are being charged is"
        " not known.",
        feed=facts.feed,
        since=words.since(_start(draft)),
    )
    waits: tuple[str, ...] = ()
    if facts.suspends_repeats:
        waits = (
            words.gettext(
                "Charging had stopped before. Reminders of that wait until the calls can be read"
                " again."
            ),
        )
    once = words.gettext("There are no reminders about this; another mail follows when it is over.")
    step = Step(
        words.gettext("To find the cause, have database, rights and settings checked:"),
        "cmtel doctor",
    )
    return Letter(
        Tone.ALARM, words.gettext("calls cannot be read {since}", since=words.since(_start(draft))),
        words.gettext("The calls cannot be read"), sentence(lead), (*told, *waits, once),
        (*_rows(draft), *stage_rows(draft)), (step,),
    )  # fmt: skip


def _start(draft: Draft) -> datetime:
    return draft.facts.silent_since or draft.facts.opened_at


def _return(draft: Draft) -> str:
    words, end = draft.words, max(_start(draft), draft.facts.closed_at or draft.now)
    text = words.gettext(
        "{since} the calls of '{feed}' can be read again. They could not be read {span}"
        " ({duration}).",
        since=words.since(end),
        feed=draft.facts.feed,
        span=words.span(_start(draft), end),
        duration=words.duration((end - _start(draft)).total_seconds()),
    )
    return sentence(text)


def _rows(draft: Draft) -> Rows:
    words, facts = draft.words, draft.facts
    rows = []
    if facts.why:
        rows.append((words.gettext("Reason"), facts.why))
    if facts.last_arrival is not None:
        rows.append((words.gettext("Last call seen"), words.full(facts.last_arrival)))
    return tuple(rows)
