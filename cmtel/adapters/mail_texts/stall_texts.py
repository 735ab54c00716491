"""Charging has stopped, still has, is back: FIRST, REPEAT, JOINING, RECOVERED and SUMMARY."""

from __future__ import annotations

from datetime import datetime

from cmtel.adapters.mail_texts.letter import Draft, Letter, Step, Tone
from cmtel.adapters.mail_texts.shell_words import shell_word
from cmtel.adapters.mail_texts.stage_texts import stage_rows, stage_steps
from cmtel.adapters.mail_texts.words import sentence
from cmtel.domain.mails.facts import LIMITS_CHANGED

Rows = tuple[tuple[str, str], ...]

#: The silence that counts may be shorter than the time that passed (closed hours, sleep); a
#: difference below this many seconds is not worth a line.
_WORTH_TELLING_SECS = 120


def first(draft: Draft) -> Letter:
    """Charging has stopped."""
    words, facts = draft.words, draft.facts
    headline = words.gettext("Charging has stopped")
    subject = words.gettext("no charging {since}", since=_since(draft))
    if facts.recurrence > 1:
        times = words.ordinal(facts.recurrence)
        headline = words.gettext("Charging has stopped again ({ordinal} time)", ordinal=times)
        subject = words.gettext(
            "no charging {since}, {ordinal} time", since=_since(draft), ordinal=times
        )
    return Letter(
        Tone.ALARM, subject, headline, _silence(draft), _next(draft),
        (*silence_rows(draft), *stage_rows(draft)), (*stage_steps(draft), *stop_steps(draft)),
    )  # fmt: skip


def repeat(draft: Draft) -> Letter:
    """It still has: what has changed comes first."""
    words, facts = draft.words, draft.facts
    subject = words.gettext(
        "still no charging, {duration} (reminder {number})",
        duration=words.brief_duration(_passed_secs(draft)),
        number=facts.repeat_number,
    )
    return Letter(
        Tone.ALARM, subject, words.gettext("Charging is still stopped"), _silence(draft),
        (*_flaps(draft), *_next(draft)),
        (*silence_rows(draft), *stage_rows(draft)), (*stage_steps(draft), *stop_steps(draft)),
    )  # fmt: skip


def joining(draft: Draft) -> Letter:
    """To one who is told from now on: what has happened so far."""
    words, facts = draft.words, draft.facts
    told = words.gettext(
        "You have been added to the recipients of this incident, which began before."
    )
    acked: tuple[str, ...] = ()
    if facts.by:
        acked = (words.gettext("{by} is already taking care of it.", by=facts.by),)
    reason = ((words.gettext("Reason"), facts.why),) if facts.by and facts.why else ()
    return Letter(
        Tone.ALARM, words.gettext("no charging {since} (for your information)",
                                  since=_since(draft)),
        words.gettext("Charging has stopped"), _silence(draft),
        (told, *acked, *_flaps(draft), *_next(draft)),
        (*silence_rows(draft), *stage_rows(draft), *reason),
        (*stage_steps(draft), *(() if facts.by else stop_steps(draft))),
    )  # fmt: skip


def recovered(draft: Draft) -> Letter:
    """Charging is back; or the limits were changed so that there is no alarm any more."""
    if draft.facts.why == LIMITS_CHANGED:
        return _withdrawn(draft)
    words = draft.words
    subject = words.gettext(
        "charging is back (stopped for {duration})",
        duration=words.brief_duration(_stop_secs(draft)),
    )
    return Letter(
        Tone.GOOD, subject, words.gettext("Charging is back"), _return(draft),
        (*_approximate(draft), *_flaps(draft), _check_bills(draft)), _recovered_rows(draft),
    )  # fmt: skip


def summary(draft: Draft) -> Letter:
    """First mail and closing mail in one."""
    words, facts = draft.words, draft.facts
    if facts.why == LIMITS_CHANGED:
        return _withdrawn(draft)
    subject = words.gettext(
        "charging had stopped ({duration}) and is back",
        duration=words.brief_duration(_stop_secs(draft)),
    )
    return Letter(
        Tone.GOOD, subject, words.gettext("Charging had stopped, and is back"), _return(draft),
        (late_news(draft), *_approximate(draft), *_flaps(draft), _check_bills(draft)),
        _recovered_rows(draft),
    )  # fmt: skip


def late_news(draft: Draft) -> str:
    """Return why the recipient learns only now."""
    return draft.words.gettext(
        "The mails about it could not be delivered in time; this one takes their place."
    )


def silence_rows(draft: Draft) -> Rows:
    """Return last call, silence and limit."""
    words, facts = draft.words, draft.facts
    rows = []
    if facts.silent_since is not None:
        rows.append((words.gettext("Last call"), words.full(_quiet_since(draft))))
        passed = words.duration(_passed_secs(draft))
        rows.append((words.gettext("Silent for"), passed))
        if 0 < facts.silence_secs < _passed_secs(draft) - _WORTH_TELLING_SECS:
            counted = words.duration(facts.silence_secs)
            rows.append((words.gettext("Of that, in watched hours"), counted))
    if facts.expected is not None and facts.limit is not None:
        value = words.gettext(
            "{expected} (alarm at {limit})",
            expected=words.number(facts.expected), limit=words.number(facts.limit),
        )  # fmt: skip
        rows.append((words.gettext("Calls expected"), value))
    return tuple(rows)


def stop_steps(draft: Draft) -> tuple[Step, ...]:
    """Return how to end the reminders."""
    words, name = draft.words, shell_word(draft.facts.feed)
    reason = words.gettext("being repaired")
    return (
        Step(
            words.gettext(
                "No more reminders of this incident, because somebody is taking care of it:"
            ),
            f'cmtel notifier ack --feed {name} --reason "{reason}"',
        ),
        Step(
            words.gettext("Neither checks nor mails for a while, for maintenance:"),
            f'cmtel notifier pause --feed {name} --for 2h --reason "{reason}"',
        ),
    )


def _quiet_since(draft: Draft) -> datetime:
    """Return the last call; where some came in between, the last of those."""
    facts = draft.facts
    start = facts.silent_since or facts.opened_at
    return facts.last_arrival if facts.flaps and facts.last_arrival is not None else start


def _since(draft: Draft) -> str:
    return draft.words.since(_quiet_since(draft))


def _passed_secs(draft: Draft) -> float:
    return max(0.0, (draft.now - _quiet_since(draft)).total_seconds())


def _stop(draft: Draft) -> tuple[datetime, datetime]:
    """Return from when to when it was stopped, now that it is over."""
    facts = draft.facts
    start = facts.silent_since or facts.opened_at
    return start, max(start, facts.resumed_at or facts.closed_at or draft.now)


def _stop_secs(draft: Draft) -> float:
    start, end = _stop(draft)
    return (end - start).total_seconds()


def _silence(draft: Draft) -> str:
    """Return what other channels get alone: since when, how long, and what was expected."""
    words = draft.words
    silence = words.gettext(
        "No calls have been charged {since} ({duration}).",
        since=_since(draft),
        duration=words.duration(_passed_secs(draft)),
    )
    return " ".join((sentence(silence), *_expectation(draft)))


def _expectation(draft: Draft) -> tuple[str, ...]:
    facts, words = draft.facts, draft.words
    if facts.expected is None or facts.expected < 1:
        return ()
    count = round(facts.expected)
    return (
        words.ngettext(
            "By the usual traffic we should have had about one call in that time; we had none.",
            "By the usual traffic we should have had about {count} calls in that time;"
            " we had none.",
            count,
        ),
    )


def _flaps(draft: Draft) -> tuple[str, ...]:
    words, facts = draft.words, draft.facts
    if not facts.flaps:
        return ()
    began = words.gettext(
        "Charging first stopped {at}.", at=words.at(facts.silent_since or facts.opened_at)
    )
    between = words.ngettext(
        "Since then calls came once for a short time, and stopped again.",
        "Since then calls came {count} times for a short time, and stopped again.",
        facts.flaps,
    )
    return (f"{began} {between}",)


def _next(draft: Draft) -> tuple[str, ...]:
    facts, words = draft.facts, draft.words
    if facts.is_capped:
        return (
            words.gettext(
                "You have had the largest number of mails for one day; as long as charging is"
                " stopped, reminders now come once an hour."
            ),
        )
    if facts.next_repeat_at is None:
        return ()
    moment = max(facts.next_repeat_at, draft.now)
    return (
        words.gettext(
            "The next reminder comes {at}, unless charging is back by then.", at=words.at(moment)
        ),
    )


def _return(draft: Draft) -> str:
    words = draft.words
    start, end = _stop(draft)
    text = words.gettext(
        "{since} calls have been charged again. Charging was stopped {span} ({duration}).",
        since=words.since(end),
        span=words.span(start, end),
        duration=words.duration(_stop_secs(draft)),
    )
    return sentence(text)


def _approximate(draft: Draft) -> tuple[str, ...]:
    if not draft.facts.is_approximate:
        return ()
    return (
        draft.words.gettext(
            "The times are approximate: the notifier was not watching when charging came back."
        ),
    )


def _check_bills(draft: Draft) -> str:
    return draft.words.gettext(
        "Please check whether calls made in that time are missing: not every switch keeps what"
        " it could not send."
    )


def _recovered_rows(draft: Draft) -> Rows:
    words, facts = draft.words, draft.facts
    rows = []
    if facts.silent_since is not None:
        rows.append((words.gettext("Last call before"), words.full(facts.silent_since)))
    if facts.resumed_at is not None:
        rows.append((words.gettext("First call after"), words.full(facts.resumed_at)))
    if facts.first_record:
        rows.append((words.gettext("Its record"), facts.first_record))
    if facts.recurrence > 1:
        rows.append((words.gettext("Stops in a row"), words.number(facts.recurrence)))
    return tuple(rows)


def _withdrawn(draft: Draft) -> Letter:
    words, facts = draft.words, draft.facts
    text = words.gettext(
        "The limits were changed. By the new ones it is not too quiet, so this incident is closed."
    )
    return Letter(
        Tone.PLAIN, words.gettext("alarm withdrawn, the limits were changed"),
        words.gettext("The alarm is withdrawn"), text,
        rows=silence_rows(draft) if facts.silent_since else (),
    )  # fmt: skip
