"""Values that come from the switch, the settings or an operator, made fit to be shown.

A line break would begin a header of its own; a character that turns the direction of writing
would show other text than was sent. Escaping for HTML is the template's.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from cmtel.domain.mails.facts import MailFacts
from cmtel.services.notifier.ports import MailOrder

#: A value longer than this is cut: a raw record may be long, and a mail is not its archive.
MAX_CHARS = 300
_BLANKS = frozenset({"Zs", "Zl", "Zp", "Cc"})
#: Format characters (bidirectional controls, zero widths), surrogates, unassigned ones.
_DROPPED = frozenset({"Cf", "Cs", "Cn", "Co"})


def cleaned(text: str, max_chars: int = MAX_CHARS) -> str:
    """Return ``text`` as one line without control characters, at most ``max_chars`` long."""
    kept = (_shown(character) for character in text)
    line = " ".join("".join(kept).split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def cleaned_order(order: MailOrder) -> MailOrder:
    """Return the order with every text of its facts cleaned."""
    undeliverable = tuple(cleaned(to) for to in order.undeliverable)
    return order._replace(facts=_cleaned_facts(order.facts), undeliverable=undeliverable)


def _cleaned_facts(facts: MailFacts) -> MailFacts:
    return replace(
        facts,
        feed=cleaned(facts.feed, 60),
        first_record=cleaned(facts.first_record),
        by=cleaned(facts.by, 80),
        why=cleaned(facts.why),
        undeliverable=tuple(cleaned(to) for to in facts.undeliverable),
        stage_detail=cleaned(facts.stage_detail),
        lines=tuple((cleaned(name), cleaned(value)) for name, value in facts.lines),
    )


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in _BLANKS:
        return " "
    return "" if category in _DROPPED else character
