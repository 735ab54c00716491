"""What the test mail says (`cmtel notifier test-mail`)."""

from __future__ import annotations

from cmtel.adapters.mail_texts.letter import Letter, Tone
from cmtel.adapters.mail_texts.words import Words


def trial_letter(words: Words, through: str) -> Letter:
    """Return the letter; ``through``: the server or channel that it is sent through, or empty."""
    rows = [(words.gettext("Sent through"), through)] if through else []
    return Letter(
        Tone.GOOD, words.gettext("test mail"), words.gettext("The mail settings are right"),
        words.gettext(
            "This is a test mail. If you can read it, the notifier can reach you when charging"
            " stops."
        ),
        rows=tuple(rows),
        notes=(words.gettext("Nothing is wrong, and nothing needs to be done."),),
    )  # fmt: skip
