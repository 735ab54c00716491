"""Whose language, name and zone the mails of a settings file have."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cmtel.bootstrap.mail_texts import mail_language, make_renderer
from cmtel.config.kinds import Known
from cmtel.config.load import load
from cmtel.config.model import Config
from cmtel.config.parse import parse
from cmtel.errors import ConfigError
from tests.mail_samples import an_order

MAIL = """<Mail from="cmtel@x.test"{}><Server host="localhost" tls="none"/></Mail>"""


def a_config(attributes: str = "", mail: str = MAIL.format(""), rest: str = "") -> Config:
    text = f'<CmTelNotifier version="1"{attributes}>{rest}{mail}</CmTelNotifier>'
    return parse(load(text.encode(), "x.xml"), Known(folder=Path()))


def subject_and_date(config: Config, **given: str) -> tuple[str, str]:
    zone = ZoneInfo(given["zone"]) if "zone" in given else None
    writer = make_renderer(config, zone=zone, site_id=given.get("site_id"))
    mail = message_from_bytes(writer.render(an_order("FIRST")), policy=policy.default)
    return str(mail["Subject"]), str(mail["Date"])


def test_everything_comes_from_the_settings() -> None:
    mail = MAIL.format(' subjectPrefix="[Hotel]" language="de"')
    hotel = '<Hotel id="H042" name="Hotel Atlântico"/>'
    config = a_config(' timeZone="America/Sao_Paulo" language="pt-BR"', mail, hotel)
    subject, date = subject_and_date(config, zone="Asia/Tokyo", site_id="other")

    assert subject == (
        "[Hotel] Hotel Atlântico (H042) \N{EN DASH} Ramais: keine Gespräche seit 14:02"
    )
    assert date == "Fri, 20 Nov 2026 14:37:03 -0300"


def test_what_is_missing_is_given_or_left_out() -> None:
    config = a_config(' language="en"')

    assert subject_and_date(config) == (
        "[CmTel] Ramais: no charging since 17:02", "Fri, 20 Nov 2026 17:37:03 +0000",
    )  # fmt: skip
    assert subject_and_date(config, zone="Asia/Tokyo", site_id="H7") == (
        "[CmTel] H7 \N{EN DASH} Ramais: no charging since 02:02", "Sat, 21 Nov 2026 02:37:03 +0900",
    )  # fmt: skip


def test_the_language_of_mail_counts_before_that_of_the_file() -> None:
    assert mail_language(a_config(' language="de"')) == "de"
    assert mail_language(a_config(' language="de"', MAIL.format(' language="pt-BR"'))) == "pt-BR"


def test_the_systems_language_counts_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "pt_BR.UTF-8")

    assert mail_language(a_config()) == "pt-BR"


def test_without_mail_there_is_nothing_to_write() -> None:
    with pytest.raises(ConfigError, match="no Mail"):
        make_renderer(a_config(mail=""))
