"""What is said in between, and by the notifier about itself."""

from __future__ import annotations

from cmtel.adapters.mail_texts.letter import Draft, Letter, Step, Tone
from cmtel.adapters.mail_texts.shell_words import shell_word
from cmtel.adapters.mail_texts.stall_texts import silence_rows
from cmtel.domain.mails.facts import NO_LONGER_WATCHED

Rows = tuple[tuple[str, str], ...]


def acked(draft: Draft) -> Letter:
    """Somebody knows."""
    words, by = draft.words, draft.facts.by
    lead = words.gettext(
        "{by} has acknowledged that charging has stopped. There are no more reminders of it; a"
        " last mail follows when charging is back.",
        by=by,
    )
    return Letter(
        Tone.WARNING, words.gettext("acknowledged by {by}", by=by),
        words.gettext("{by} is taking care of it", by=by), lead,
        rows=(*_reason(draft), *silence_rows(draft)),
        steps=(Step(words.gettext("If the reminders are wanted again:"), _on(draft, "unack")),),
    )  # fmt: skip


def paused(draft: Draft) -> Letter:
    """Nobody watches for a while."""
    words, facts = draft.words, draft.facts
    end = words.until(facts.until or draft.now)
    lead = words.gettext(
        "{by} has paused the monitoring while charging was stopped. There are neither checks nor"
        " reminders {until}; the incident stays open.",
        by=facts.by,
        until=end,
    )
    return Letter(
        Tone.WARNING, words.gettext("monitoring paused {until}", until=end),
        words.gettext("Monitoring is paused"), lead,
        rows=(*_reason(draft), *silence_rows(draft)),
        steps=(Step(words.gettext("To end the pause early:"), _on(draft, "resume")),),
    )  # fmt: skip


def resumed(draft: Draft) -> Letter:
    """A pause has run out."""
    words, facts = draft.words, draft.facts
    lead = words.gettext(
        "The pause that {by} began {at} has run out. Monitoring has resumed by itself.",
        by=facts.by,
        at=words.at(facts.opened_at),
    )
    return Letter(
        Tone.PLAIN, words.gettext("monitoring has resumed"),
        words.gettext("Monitoring has resumed"),
        lead, rows=_reason(draft),
    )  # fmt: skip


def stopped(draft: Draft) -> Letter:
    """No more reminders."""
    words = draft.words
    if draft.facts.is_blind:
        lead = words.gettext(
            "The notifier was stopped by an operator while the calls could not be read. Until it"
            " is started again nobody watches charging, and no mail is sent."
        )
    else:
        lead = words.gettext(
            "The notifier was stopped by an operator while charging was stopped. Until it is"
            " started again there are no reminders, and no mail when charging is back."
        )
    return Letter(
        Tone.WARNING, words.gettext("notifier stopped, no more reminders"),
        words.gettext("The notifier was stopped"), lead,
        rows=() if draft.facts.is_blind else silence_rows(draft),
        steps=(Step(words.gettext("To start it again:"), "cmtel notifier start"),),
    )  # fmt: skip


def removed(draft: Draft) -> Letter:
    """The last mail to somebody about an incident that may still be open."""
    words, facts = draft.words, draft.facts
    if facts.why == NO_LONGER_WATCHED:
        lead = words.gettext(
            "'{feed}' is no longer watched; it was removed from the settings. There are no more"
            " mails about it, although the incident had not ended.",
            feed=facts.feed,
        )
    else:
        lead = words.gettext(
            "You are no longer a recipient of these mails. The incident has not ended yet; others"
            " are told how it goes on."
        )
    return Letter(
        Tone.PLAIN, words.gettext("no more mails about this"),
        words.gettext("No more mails about this"), lead,
        rows=() if facts.is_blind else silence_rows(draft),
    )  # fmt: skip


def notice(draft: Draft) -> Letter:
    """The notifier itself has trouble."""
    words = draft.words
    step = Step(words.gettext("See what is wrong:"), "cmtel doctor")
    return Letter(
        Tone.WARNING, words.gettext("the notifier itself has a problem"),
        words.gettext("The notifier itself has a problem"),
        draft.facts.why or words.gettext("Its log says more."), steps=(step,),
    )  # fmt: skip


def _reason(draft: Draft) -> Rows:
    why = draft.facts.why
    return ((draft.words.gettext("Reason"), why),) if why else ()


def _on(draft: Draft, verb: str) -> str:
    return f"cmtel notifier {verb} --feed {shell_word(draft.facts.feed)}"
