"""Whatever the facts are, the mail is one that every server takes and every reader can show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmtel.adapters.mail_texts.brief import brief_of
from cmtel.adapters.mail_texts.cleaning import cleaned
from cmtel.adapters.mail_texts.words import sentence
from cmtel.adapters.mail_texts.writer import Letterhead, MailWriter
from cmtel.config.languages import LANGUAGES, translator
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.way import Stage
from cmtel.services.notifier.ports import MailOrder
from tests.mail_samples import SAO_PAULO

#: Text that tries to be something else: headers, markup, templates, other directions.
_NASTY = st.sampled_from(
    [
        "\r\nBcc: all@x.test", "\nX: y\n\nbody", "<script>alert(1)</script>", "&lt;b&gt;",
        "{since}", "{0}", "%s", "{{ 7*7 }}", "{% raw %}", "]]>", "--><b>", "\x00\x07", "\u202eabc",
        "\u2028", "=?utf-8?q?x?=", '"', "'", "\\", "<!--late-->", "\ud800", "a" * 2000,
        "ä" * 500, ".", "..", "From ", "-- ", "=_cmtel_",
    ]
)  # fmt: skip
_TEXT = st.one_of(_NASTY, st.text(max_size=80), st.text(alphabet="äß€𝄞 ,<>&\"'", max_size=200))
_MOMENT = st.datetimes(
    min_value=datetime(1990, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    max_value=datetime(2090, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    timezones=st.just(UTC),
)
_FACTS: st.SearchStrategy[MailFacts] = st.builds(
    MailFacts,
    feed=_TEXT,
    opened_at=_MOMENT,
    silent_since=st.none() | _MOMENT,
    closed_at=st.none() | _MOMENT,
    silence_secs=st.floats(0, 1e9),
    expected=st.none() | st.floats(0, 1e9),
    limit=st.none() | st.floats(0, 1e9),
    recurrence=st.integers(1, 1000),
    repeat_number=st.integers(0, 10_000),
    flaps=st.integers(0, 1000),
    first_record=_TEXT,
    is_approximate=st.booleans(),
    suspends_repeats=st.booleans(),
    by=_TEXT,
    why=_TEXT,
    until=st.none() | _MOMENT,
    undeliverable=st.lists(_TEXT, max_size=3).map(tuple),
    is_capped=st.booleans(),
    stage=st.sampled_from(["", *Stage, "unknown"]).map(str),
    stage_since=st.none() | _MOMENT,
    stage_detail=_TEXT,
    lines=st.lists(st.tuples(_TEXT | st.just("x.calls"), _TEXT), max_size=5).map(tuple),
    is_blind=st.booleans(),
    last_arrival=st.none() | _MOMENT,
    resumed_at=st.none() | _MOMENT,
    next_repeat_at=st.none() | _MOMENT,
)
_LOCAL = st.text(alphabet="abc.()[]:\\üñ", min_size=1, max_size=20)
_DOMAIN = st.sampled_from(["x.test", "[127.0.0.1]", "bücher.example", "a..ö"])
_ADDRESS = st.builds("{}@{}".format, _LOCAL, _DOMAIN)
_RECIPIENT = _ADDRESS | st.just("channel:teams")
_ORDER = st.builds(
    MailOrder,
    kind=st.sampled_from(MailKind),
    recipients=st.lists(_RECIPIENT, min_size=1, max_size=30).map(tuple),
    message_id=st.sampled_from(["<1@x.test>", f"<{'1' * 500}@x.test>"]),
    references=st.sampled_from(["", f"<{'0' * 500}@x.test>"]),
    incident_id=st.uuids().map(str),
    seq=st.integers(1, 10_000),
    facts=_FACTS,
    written_at=_MOMENT,
    undeliverable=st.lists(_TEXT, max_size=3).map(tuple),
)
_HEAD = st.builds(
    Letterhead,
    sender=_ADDRESS, subject_prefix=_TEXT, site_name=_TEXT, site_id=_TEXT, host=_TEXT,
)  # fmt: skip
pytestmark = pytest.mark.slow
_TRANSLATORS = {language: translator(language) for language in LANGUAGES}
_WRITER = st.builds(
    lambda head, language: MailWriter(head, _TRANSLATORS[language], SAO_PAULO),
    _HEAD, st.sampled_from(LANGUAGES),
)  # fmt: skip
_HEADERS = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "importance",
    "auto-submitted", "x-auto-response-suppress", "content-language", "x-cmtel-incident",
    "x-cmtel-seq", "x-cmtel-kind", "x-cmtel-late", "mime-version", "content-type",
}  # fmt: skip
#: What a mail must not have: it would be loaded, or run.
_FORBIDDEN = {"script", "img", "link", "iframe", "style", "a", "form", "object", "b", "base"}
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def check(raw: bytes) -> None:
    """The promises to every server and every mail program."""
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    mail = message_from_bytes(raw, policy=policy.default)
    names = [name.lower() for name in mail]
    assert {*names} <= _HEADERS
    assert len({*names}) == len(names)
    assert mail.defects == []
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert _CONTROL.search(plain) is None
    assert _CONTROL.search(html) is None
    assert _CONTROL.search(mail["Subject"]) is None
    check_html(html)


def check_html(html: str) -> None:
    """Well-formed, and nothing in it but the template's own elements."""
    root = ElementTree.fromstring(html.replace("<!DOCTYPE html>", ""))  # noqa: S314 - our own
    tags = {element.tag for element in root.iter()}
    assert not tags & _FORBIDDEN
    counter = _Elements()
    counter.feed(html)
    assert {*counter.attributes} <= {
        "lang", "charset", "name", "content", "style", "role", "width", "cellpadding", "bgcolor",
        "cellspacing", "border", "align", "valign", "scope",
    }  # fmt: skip
    assert "url(" not in html.split("<body", 1)[0]


class _Elements(HTMLParser):
    """All attributes, as a mail program sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]


_SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@_SLOW
@given(_WRITER, _ORDER)
def test_any_order_makes_a_sound_mail(writer: MailWriter, order: MailOrder) -> None:
    raw = writer.render(order)

    check(raw)
    assert writer.render(order) == raw


@_SLOW
@given(_WRITER, _ORDER, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_any_late_mail_is_sound_and_keeps_its_headers(
    writer: MailWriter, order: MailOrder, wait: timedelta
) -> None:
    raw = writer.render(order)
    late = writer.mark_late(raw, order.written_at, order.written_at + wait)

    check(late)
    kept = [line for line in _head(late) if not line.startswith(b"X-CmTel-Late")]
    assert kept == _head(raw)


def _head(raw: bytes) -> list[bytes]:
    return raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


@_SLOW
@given(_WRITER, _ORDER)
def test_any_mail_has_a_brief_of_one_line_each(writer: MailWriter, order: MailOrder) -> None:
    brief = brief_of(writer.render(order))

    assert brief.title
    assert brief.text
    assert "\n" not in brief.title + brief.text


@_SLOW
@given(_TEXT, _TEXT)
def test_the_subject_arrives_as_it_was_written(name: str, feed: str) -> None:
    head = Letterhead("a@x.test", site_name=name)
    facts = MailFacts(feed, datetime(2026, 1, 1, tzinfo=UTC))
    order = MailOrder(MailKind.FIRST, ("b@x.test",), "<1@x>", "", "i", 1, facts, facts.opened_at)
    raw = MailWriter(head, _TRANSLATORS["de"], SAO_PAULO).render(order)
    subject: Any = message_from_bytes(raw, policy=policy.default)["Subject"]
    place = [part for part in (head.site, _shown(feed)) if part]

    stem = " \N{EN DASH} ".join(place)
    told = "keine Gespräche seit 21:00"
    assert str(subject) == (f"{stem}: {told}" if stem else sentence(told))


def _shown(feed: str) -> str:
    return cleaned(feed, 60)
