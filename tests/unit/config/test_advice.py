"""Warnings about settings that are valid."""

from __future__ import annotations

import pytest

from cmtel.config.advice import advise, missing_for_notifier, secret_references
from tests.unit.config.settings_text import SOURCE, journal, read, settings

DATABASE = '<Database url="odbc:DSN=x"/>'


FRITZBOX = (
    '<Source name="a" kind="tcp" address="h:1012" format="fritzbox" user="u" secretRef="env:X"/>'
)
PANASONIC = FRITZBOX.replace("fritzbox", "panasonic")


def with_database(text: str) -> str:
    return text.replace("<Journal", f"{DATABASE}<Journal")


def test_a_login_that_is_used_gets_no_warning() -> None:
    assert advise(read(with_database(journal(PANASONIC)))) == []


def test_settings_without_fault_get_no_warning() -> None:
    assert advise(read(with_database(journal(SOURCE)))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            settings('<Database url="odbc:DSN=x" password="hunter2"/>'),
            "CmTelNotifier/Database/@password: the password stands in the file",
        ),
        (
            settings('<Database url="mysql://u:hunter2@h/d"/>'),
            "CmTelNotifier/Database/@url: the password stands in the URL",
        ),
        (
            with_database(journal(SOURCE.replace("127.0.0.1", "0.0.0.0"))),  # noqa: S104 - never bound
            "CmTelNotifier/Journal/Source[1]/@allow: is not given",
        ),
        (journal(SOURCE), "CmTelNotifier/Database: is not given: the journal needs --url"),
        (settings(), "there is nothing to run"),
        (
            settings("<Recipients><To>a@b</To></Recipients>"),
            "CmTelNotifier/Mail: is needed by the notifier",
        ),
        (
            with_database(journal(SOURCE.replace("/>", ' user="ann"/>'))),
            "Journal/Source[1]/@user: kind tcp-listen with jsonl has no login",
        ),
        (
            with_database(journal(FRITZBOX)),
            "Journal/Source[1]/@user: kind tcp with fritzbox has no login",
        ),
    ],
)
def test_what_deserves_a_word_gets_one(text: str, expected: str) -> None:
    warnings = advise(read(text))

    assert any(expected in warning for warning in warnings), warnings
    assert "hunter2" not in "".join(warnings)


def test_what_the_notifier_lacks_is_named() -> None:
    assert [text.split(":")[0] for text in missing_for_notifier(read(settings()))] == [
        "CmTelNotifier/Mail",
        "CmTelNotifier/Recipients",
        "CmTelNotifier/Feed",
    ]


def test_references_are_found_wherever_they_stand() -> None:
    text = settings(
        '<Database url="odbc:DSN=x" secretRef="env:A"/>'
        '<Mail from="a@b"><Server host="h"/><Server host="h" user="u" secretRef="cred:m"/></Mail>'
    )

    assert [(path, str(ref)) for path, ref in secret_references(read(text))] == [
        ("CmTelNotifier/Database/@secretRef", "env:A"),
        ("CmTelNotifier/Mail/Server[2]/@secretRef", "cred:m"),
    ]
