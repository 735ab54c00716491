"""One order for each mail that the notifier writes, and a writer for them: a hotel in São Paulo."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cmtel.adapters.mail_texts.writer import Letterhead, MailWriter
from cmtel.config.languages import Language, translator
from cmtel.domain.mails.facts import LIMITS_CHANGED, NO_LONGER_WATCHED, MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.message_id import message_id
from cmtel.domain.way import Stage
from cmtel.services.notifier.ports import MailOrder

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
INCIDENT = "7f3a1c52-9d0e-5b7a-8c41-2f6d0e9b3a10"
ANNA = "ana@hotel.example"
HOST = "srv-telefonia.hotel-atlantico.example"
#: The last call, 14:02 at the site, and the first mail.
LAST_CALL = datetime(2026, 11, 20, 17, 2, 3, tzinfo=UTC)
WRITTEN = LAST_CALL + timedelta(minutes=35)
_MINUTE = timedelta(minutes=1)

STALL = MailFacts(
    "Ramais", WRITTEN, silent_since=LAST_CALL, last_arrival=LAST_CALL, silence_secs=2100.0,
    expected=12.4, limit=11.8, next_repeat_at=WRITTEN + 5 * _MINUTE,
)  # fmt: skip
LINK_DOWN = replace(
    STALL, stage=Stage.LINK.value, stage_since=LAST_CALL - 4 * _MINUTE,
    stage_detail="10.1.0.5:5001: connection refused",
)  # fmt: skip
#: What is told between two reads has no numbers of a verdict.
BETWEEN = replace(STALL, silence_secs=0.0, expected=None, limit=None, next_repeat_at=None)
BACK = replace(
    BETWEEN, closed_at=LAST_CALL + 90 * _MINUTE, resumed_at=LAST_CALL + 89 * _MINUTE,
    last_arrival=LAST_CALL + 90 * _MINUTE,
    first_record="2026/11/20 15:31:07,00:00:42,0,204,O,03133334444",
)  # fmt: skip
#: An hour later.
ONGOING = replace(LINK_DOWN, silence_secs=5760.0, next_repeat_at=WRITTEN + 75 * _MINUTE)
BLIND = MailFacts(
    "Ramais", WRITTEN, silent_since=WRITTEN - 17 * _MINUTE, last_arrival=LAST_CALL, is_blind=True,
    why="The database does not answer: could not connect to server 10.1.0.9:5432.",
)  # fmt: skip
SEEN_AGAIN = replace(BLIND, closed_at=WRITTEN + 24 * _MINUTE)
_FROM_ABOVE = LAST_CALL + timedelta(hours=17)
DIGEST = MailFacts(
    "", _FROM_ABOVE - timedelta(days=1), until=_FROM_ABOVE,
    lines=(
        ("Ramais.state", "stalled"), ("Ramais.calls", "1243"),
        ("Ramais.longest_gap_secs", "1260"), ("Ramais.longest_gap_expected", "3.1"),
        ("Ramais.limit", "11.8"),
        ("Tronco.4.state", "ok"), ("Tronco.4.calls", "1"),
        ("mails.sent", "7"), ("mails.waiting", "2"), ("mails.failing", "1"),
        ("mails.oldest_waiting_days", "1"),
    ),
)  # fmt: skip

_Sample = tuple[MailKind, MailFacts, timedelta]


def _stage(stage: Stage, since: datetime | None, detail: str = "") -> MailFacts:
    return replace(STALL, stage=stage.value, stage_since=since, stage_detail=detail)


#: Name, kind, facts, and how long after WRITTEN it is written. The kinds by their names, the
#: variants of a kind with a suffix.
SAMPLES: dict[str, _Sample] = {
    "FIRST": (MailKind.FIRST, LINK_DOWN, 0 * _MINUTE),
    "FIRST-bytes": (MailKind.FIRST, _stage(Stage.BYTES, LAST_CALL), 0 * _MINUTE),
    "FIRST-records": (
        MailKind.FIRST,
        _stage(Stage.RECORDS, LAST_CALL, "20.11.2026;14:05;00:42;204;0;<1133334444>"),
        0 * _MINUTE,
    ),
    "FIRST-database": (
        MailKind.FIRST,
        _stage(Stage.DATABASE, LAST_CALL, "The database does not answer: connection timed out."),
        0 * _MINUTE,
    ),
    "FIRST-charging": (MailKind.FIRST, _stage(Stage.CHARGING, LAST_CALL), 0 * _MINUTE),
    "FIRST-fixed": (
        MailKind.FIRST,
        replace(
            STALL, feed="Tronco&4", silent_since=LAST_CALL - timedelta(days=2, hours=3),
            silence_secs=14_400.0, expected=None, limit=None,
        ),
        0 * _MINUTE,
    ),
    "FIRST-again": (
        MailKind.FIRST,
        replace(LINK_DOWN, recurrence=3, expected=1.2, limit=1.1),
        0 * _MINUTE,
    ),
    "REPEAT": (
        MailKind.REPEAT,
        replace(
            LINK_DOWN, repeat_number=7, silence_secs=7140.0, expected=1322.71,
            next_repeat_at=WRITTEN + 99 * _MINUTE,
        ),
        84 * _MINUTE,
    ),
    "REPEAT-capped": (
        MailKind.REPEAT,
        replace(LINK_DOWN, repeat_number=48, flaps=3,
                last_arrival=LAST_CALL + timedelta(hours=25), is_capped=True,
                undeliverable=("chefe@hotel.example",)),
        timedelta(hours=26),
    ),
    "RECOVERED": (MailKind.RECOVERED, BACK, 55 * _MINUTE),
    "RECOVERED-approximate": (
        MailKind.RECOVERED,
        replace(BACK, is_approximate=True, flaps=2, recurrence=2),
        55 * _MINUTE,
    ),
    "RECOVERED-limits": (
        MailKind.RECOVERED,
        replace(STALL, why=LIMITS_CHANGED, silence_secs=2700.0,
                closed_at=WRITTEN + 10 * _MINUTE),
        10 * _MINUTE,
    ),
    "BLIND": (MailKind.BLIND, replace(BLIND, suspends_repeats=True), 0 * _MINUTE),
    "RECOVERED_BLIND": (MailKind.RECOVERED_BLIND, SEEN_AGAIN, 24 * _MINUTE),
    "ACKED": (
        MailKind.ACKED,
        replace(BETWEEN, by="bruno@hotel.example", why="técnico da central a caminho"),
        12 * _MINUTE,
    ),
    "PAUSED": (
        MailKind.PAUSED,
        replace(BETWEEN, by="bruno", why="troca do servidor", until=WRITTEN + timedelta(hours=8)),
        12 * _MINUTE,
    ),
    "RESUMED": (
        MailKind.RESUMED,
        MailFacts("Ramais", WRITTEN, by="bruno", why="troca do servidor",
                  until=WRITTEN + timedelta(hours=8)),
        timedelta(hours=8),
    ),
    "STOPPED": (MailKind.STOPPED, BETWEEN, 30 * _MINUTE),
    "STOPPED-blind": (MailKind.STOPPED, BLIND, 30 * _MINUTE),
    "JOINING": (MailKind.JOINING, ONGOING, 61 * _MINUTE),
    "JOINING-acked": (
        MailKind.JOINING,
        replace(ONGOING, by="bruno", why="técnico a caminho", next_repeat_at=None),
        61 * _MINUTE,
    ),
    "JOINING-blind": (MailKind.JOINING, BLIND, 61 * _MINUTE),
    "REMOVED": (MailKind.REMOVED, BETWEEN, 40 * _MINUTE),
    "REMOVED-feed": (MailKind.REMOVED, replace(BETWEEN, why=NO_LONGER_WATCHED), 40 * _MINUTE),
    "SUMMARY": (MailKind.SUMMARY, BACK, 55 * _MINUTE),
    "SUMMARY-blind": (MailKind.SUMMARY, SEEN_AGAIN, 24 * _MINUTE),
    "DIGEST": (MailKind.DIGEST, DIGEST, _FROM_ABOVE - WRITTEN),
    "DIGEST-well": (
        MailKind.DIGEST,
        replace(DIGEST, lines=(("Ramais.state", "ok"), ("Ramais.calls", "0"),
                               ("mails.sent", "1"), ("mails.waiting", "0"))),
        _FROM_ABOVE - WRITTEN,
    ),
    "NOTICE": (
        MailKind.NOTICE,
        MailFacts("", WRITTEN, why="The state was damaged; a new one was begun."),
        0 * _MINUTE,
    ),
}  # fmt: skip
#: The order of the parts of a mail's number; alone in its thread or not.
_ROOT = message_id(INCIDENT, 1, ANNA, HOST)


def a_writer(language: Language = "en") -> MailWriter:
    """The writer of a hotel with name and identifier."""
    head = Letterhead("cmtel@hotel.example", "[CmTel]", "Hotel Atlântico", "H042", HOST)
    return MailWriter(head, translator(language), SAO_PAULO)


def an_order(name: str, seq: int | None = None) -> MailOrder:
    """The order of a sample; its number is its place among the samples."""
    kind, facts, later = SAMPLES[name]
    number = seq if seq is not None else 1 + [*SAMPLES].index(name)
    own = message_id(INCIDENT, number, ANNA, HOST)
    root = "" if number == 1 else _ROOT
    return MailOrder(kind, (ANNA,), own, root, INCIDENT, number, facts, WRITTEN + later)


def a_test_message(language: Language) -> bytes:
    """The mail of `cmtel notifier test-mail`."""
    own = message_id(INCIDENT, 0, ANNA, HOST)
    return a_writer(language).test_message(ANNA, own, WRITTEN, "smtp.hotel.example:587")
