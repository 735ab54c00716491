"""Where the stream stopped, and the one-line remedy of each stage."""

from __future__ import annotations

from collections.abc import Callable

from cmtel.adapters.mail_texts.letter import Draft, Step
from cmtel.adapters.mail_texts.words import Words
from cmtel.domain.way import Stage

Rows = tuple[tuple[str, str], ...]


def stage_rows(draft: Draft) -> Rows:
    """Return where it stopped, since when, and what that stage says itself."""
    facts, words = draft.facts, draft.words
    if facts.stage not in _PLACES:
        return ()
    place = _PLACES[facts.stage](words)
    if facts.stage_since is not None:
        place = f"{place} ({words.since(facts.stage_since)})"
    rows = [(words.gettext("Where it stopped"), place)]
    if facts.stage_detail:
        label = words.gettext("An example") if facts.stage == Stage.RECORDS else None
        rows.append((label or words.gettext("Reported there"), facts.stage_detail))
    return tuple(rows)


def stage_steps(draft: Draft) -> tuple[Step, ...]:
    """Return the remedy of the stage, or how to find the stage if it is not known."""
    words = draft.words
    if draft.facts.stage in _REMEDIES:
        return (_REMEDIES[draft.facts.stage](words),)
    return (
        Step(words.gettext("See how far the calls come:"), "cmtel status"),
        Step(words.gettext("Have all prerequisites checked:"), "cmtel doctor"),
    )


_PLACES: dict[str, Callable[[Words], str]] = {
    Stage.LINK: lambda words: words.gettext("the link to the switch is down"),
    Stage.BYTES: lambda words: words.gettext("the link is up, but the switch sends nothing"),
    Stage.RECORDS: lambda words: words.gettext(
        "the switch sends records, but none of them can be decoded"
    ),
    Stage.DATABASE: lambda words: words.gettext(
        "records come, but the database does not take them"
    ),
    Stage.CHARGING: lambda words: words.gettext(
        "calls are in the journal, but they are not being charged"
    ),
}

_REMEDIES: dict[str, Callable[[Words], Step]] = {
    Stage.LINK: lambda words: Step(
        words.gettext(
            "Check that the switch is running, that cable, converter and network are in order,"
            " and that no firewall is in between. Then look at the link:"
        ),
        "cmtel status",
    ),
    Stage.BYTES: lambda words: Step(
        words.gettext(
            "Check on the switch that the output of call records is still on and goes to this"
            " computer. Then make a test call and see whether it arrives:"
        ),
        "cmtel status --watch",
    ),
    Stage.RECORDS: lambda words: Step(
        words.gettext(
            "The layout of the records has probably changed, for instance by an update of the"
            " switch. The records are kept. Look at them, set the format right and replay them:"
        ),
        "cmtel journal dead-letters list",
    ),
    Stage.DATABASE: lambda words: Step(
        words.gettext(
            "Check that the database server is running and that user and password are right."
            " No call is lost: all of them wait in the spool and are written when it is back:"
        ),
        "cmtel doctor",
    ),
    Stage.CHARGING: lambda words: Step(
        words.gettext(
            "The calls arrive, so switch and link are in order. Check the program that charges"
            " them: whether its service is running, its licence is valid and its disk has room."
        )
    ),
}
