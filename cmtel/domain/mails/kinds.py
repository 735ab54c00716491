"""What a mail says, and its place in the order: FIRST before REPEAT before closing."""

from __future__ import annotations

from enum import StrEnum


class MailKind(StrEnum):
    """The kinds of mail; the names stand in the log and in the header X-CmTel-Kind."""

    #: Charging has stalled.
    FIRST = "FIRST"
    #: It still is.
    REPEAT = "REPEAT"
    #: Charging is back.
    RECOVERED = "RECOVERED"
    #: The feed cannot be read.
    BLIND = "BLIND"
    #: It can be read again.
    RECOVERED_BLIND = "RECOVERED_BLIND"
    #: Somebody knows.
    ACKED = "ACKED"
    #: Monitoring was paused while stalled.
    PAUSED = "PAUSED"
    #: A pause has run out.
    RESUMED = "RESUMED"
    #: The service was stopped while stalled: no more reminders.
    STOPPED = "STOPPED"
    #: To one who became a recipient of an open incident: what has happened so far.
    JOINING = "JOINING"
    #: To one who is no longer a recipient: the last mail about this incident.
    REMOVED = "REMOVED"
    #: First mail and closing mail in one, where neither could be delivered in time.
    SUMMARY = "SUMMARY"
    #: The daily sign of life.
    DIGEST = "DIGEST"
    #: To the administrators: the notifier itself has trouble (its state or settings were damaged).
    NOTICE = "NOTICE"


#: Tell a recipient of an incident; he is owed a closing mail from then on.
OPENING = frozenset({MailKind.FIRST, MailKind.BLIND, MailKind.JOINING})
#: End it for him.
CLOSING = frozenset(
    {MailKind.RECOVERED, MailKind.RECOVERED_BLIND, MailKind.REMOVED, MailKind.SUMMARY}
)
#: Say something in between; the closing mail supersedes those not yet delivered.
NOTICES = frozenset({MailKind.ACKED, MailKind.PAUSED, MailKind.STOPPED})
#: Belong to no incident.
ALONE = frozenset({MailKind.RESUMED, MailKind.DIGEST, MailKind.NOTICE})
