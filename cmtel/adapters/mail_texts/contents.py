"""Which text belongs to which kind of mail."""

from __future__ import annotations

from collections.abc import Callable

from cmtel.adapters.mail_texts import blind_texts, digest_texts, notice_texts, stall_texts
from cmtel.adapters.mail_texts.letter import Draft, Letter
from cmtel.domain.mails.kinds import MailKind

Text = Callable[[Draft], Letter]


def letter(draft: Draft) -> Letter:
    """Return what the mail of this order says."""
    kind = draft.order.kind
    if draft.facts.is_blind and kind in _OF_BLINDNESS:
        return _OF_BLINDNESS[kind](draft)
    return _TEXTS[kind](draft)


_TEXTS: dict[MailKind, Text] = {
    MailKind.FIRST: stall_texts.first,
    MailKind.REPEAT: stall_texts.repeat,
    MailKind.RECOVERED: stall_texts.recovered,
    MailKind.BLIND: blind_texts.blind,
    MailKind.RECOVERED_BLIND: blind_texts.recovered,
    MailKind.ACKED: notice_texts.acked,
    MailKind.PAUSED: notice_texts.paused,
    MailKind.RESUMED: notice_texts.resumed,
    MailKind.STOPPED: notice_texts.stopped,
    MailKind.JOINING: stall_texts.joining,
    MailKind.REMOVED: notice_texts.removed,
    MailKind.SUMMARY: stall_texts.summary,
    MailKind.DIGEST: digest_texts.digest,
    MailKind.NOTICE: notice_texts.notice,
}
#: Kinds that stalls and blindness share, but not their words.
_OF_BLINDNESS: dict[MailKind, Text] = {
    MailKind.JOINING: blind_texts.joining,
    MailKind.SUMMARY: blind_texts.summary,
}
