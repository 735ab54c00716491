"""The messages: headers, threads, bytes. The words are in tests/unit/.../test_golden.py."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest

from cmtel.adapters.mail_texts.brief import brief_of
from cmtel.domain.mails.kinds import MailKind
from tests.mail_samples import ANNA, INCIDENT, SAMPLES, WRITTEN, a_test_message, a_writer, an_order

STEM = "[CmTel] Hotel Atlântico (H042) \N{EN DASH} Ramais: "


def parse(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)


def text(mail: EmailMessage, subtype: str = "plain") -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def written(name: str, seq: int | None = None) -> EmailMessage:
    return parse(a_writer().render(an_order(name, seq)))


def test_the_samples_have_all_kinds() -> None:
    assert {kind for kind, _, _ in SAMPLES.values()} == {*MailKind}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_mail_has_its_headers(name: str) -> None:
    order = an_order(name)
    mail = parse(a_writer().render(order))

    assert mail["From"].addresses[0].addr_spec == "cmtel@hotel.example"
    assert mail["From"].addresses[0].display_name == "CmTel Hotel Atlântico (H042)"
    assert [to.addr_spec for to in mail["To"].addresses] == [ANNA]
    assert parsedate_to_datetime(mail["Date"]) == order.written_at
    assert mail["Date"].endswith("-0300")
    assert mail["Message-ID"] == order.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-CmTel-Incident"] == INCIDENT
    assert mail["X-CmTel-Seq"] == str(order.seq)
    assert mail["X-CmTel-Kind"] == order.kind.value
    assert mail["Content-Language"] == "en"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("name", SAMPLES)
def test_only_what_opens_an_incident_is_of_high_importance(name: str) -> None:
    kind = SAMPLES[name][0]

    assert written(name)["Importance"] == ("high" if kind in ("FIRST", "BLIND") else None)


def test_the_mails_of_an_incident_are_one_thread() -> None:
    names = ("FIRST", "REPEAT", "ACKED", "PAUSED", "STOPPED", "BLIND", "RECOVERED")
    root, *others = [written(name, seq) for seq, name in enumerate(names, 1)]

    assert root["References"] is None
    assert root["In-Reply-To"] is None
    assert {mail["References"] for mail in others} == {root["Message-ID"]}
    assert {mail["In-Reply-To"] for mail in others} == {root["Message-ID"]}
    assert all(mail["Subject"].startswith(STEM) for mail in (root, *others))
    assert len({mail["Subject"] for mail in (root, *others)}) == len(names)


def test_message_ids_are_never_encoded_however_long_they_are() -> None:
    long = f"<{'x' * 300}@{'host.' * 20}test>"
    order = an_order("REPEAT")._replace(message_id=long, references=long)
    raw = a_writer().render(order)

    for name in ("Message-ID", "In-Reply-To", "References"):
        assert f"\r\n{name}: {long}\r\n".encode() in raw


def test_a_mail_for_a_channel_has_nobody_in_to() -> None:
    order = an_order("FIRST")._replace(recipients=("channel:teams",))
    mail = parse(a_writer().render(order))

    assert mail["To"] is None
    assert mail["Subject"].startswith(STEM)


def test_one_mail_to_a_group_has_all_of_it_in_to() -> None:
    order = an_order("FIRST")._replace(recipients=("a@x.test", "b@x.test"))
    mail = parse(a_writer().render(order))

    assert [to.addr_spec for to in mail["To"].addresses] == ["a@x.test", "b@x.test"]


def test_a_channel_stands_in_no_header() -> None:
    both = an_order("FIRST")._replace(recipients=("channel:teams", "a@x.test"))

    assert parse(a_writer().render(both))["To"] == "a@x.test"


def test_the_same_order_gives_the_same_bytes() -> None:
    assert a_writer().render(an_order("FIRST")) == a_writer().render(an_order("FIRST"))


def test_a_mail_names_those_whom_it_does_not_reach() -> None:
    order = an_order("FIRST")._replace(undeliverable=("gone@x.test",))
    mail = parse(a_writer().render(order))

    assert "Could not be delivered to: gone@x.test." in text(mail)
    assert "Could not be delivered to: gone@x.test." in text(mail, "html")


def test_a_late_mail_says_so_and_is_otherwise_the_same() -> None:
    writer = a_writer()
    raw = writer.render(an_order("FIRST"))
    late = parse(writer.mark_late(raw, WRITTEN, WRITTEN + timedelta(hours=2, minutes=28)))
    mail = parse(raw)
    note = "Written 14:37, delivered 17:05: no mail server took it before."

    assert late["X-CmTel-Late"] == ("written 2026-11-20T14:37-03:00, sent 2026-11-20T17:05-03:00")
    assert [(n, v) for n, v in late.items() if n != "X-CmTel-Late"] == mail.items()
    assert text(late) == f"{note}\n\n{text(mail)}"
    assert note in text(late, "html")
    assert text(late, "html").count("<tr>") == text(mail, "html").count("<tr>") + 1


def test_a_mail_is_marked_late_once() -> None:
    writer = a_writer()
    once = writer.mark_late(writer.render(an_order("FIRST")), WRITTEN, WRITTEN + timedelta(hours=1))

    assert writer.mark_late(once, WRITTEN, WRITTEN + timedelta(hours=2)) == once


def test_other_channels_get_title_and_lead() -> None:
    brief = brief_of(a_writer().render(an_order("FIRST")))

    assert brief.title == f"{STEM}no charging since 14:02"
    assert brief.text == (
        "No calls have been charged since 14:02 (35 minutes)."
        " By the usual traffic we should have had about 12 calls in that time; we had none."
    )


def test_other_channels_learn_that_it_is_late() -> None:
    writer = a_writer()
    late = writer.mark_late(writer.render(an_order("ACKED")), WRITTEN, WRITTEN + timedelta(hours=1))

    assert brief_of(late).text.endswith("Written 14:37, delivered 15:37: no mail server took it"
                                        " before.")  # fmt: skip


def test_the_test_mail_is_a_mail_like_the_others() -> None:
    mail = parse(a_test_message("en"))

    assert mail["Subject"] == "[CmTel] Hotel Atlântico (H042): test mail"
    assert mail["X-CmTel-Kind"] == "TEST"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "smtp.hotel.example:587" in text(mail)
