"""Secrets do not show themselves."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.secret import MASK, Secret, has_password, mask_url
from cmtel.config.show import as_document, as_pairs
from tests.unit.config.settings_text import SOURCE, journal, read, settings

SECRET = Secret("hunter2")


def test_a_secret_reveals_itself_on_demand_only() -> None:
    assert SECRET.reveal() == "hunter2"
    shown = [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r:>9}", f"{[SECRET]}"]
    assert [text.strip() for text in shown] == [MASK, MASK, MASK, MASK, f"[{MASK}]"]
    assert json.dumps({"a": SECRET}, default=str) == f'{{"a": "{MASK}"}}'


@pytest.mark.parametrize("use", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_not_written_anywhere(use: object) -> None:
    with pytest.raises(TypeError, match="not written"):
        use(SECRET)  # type: ignore[operator]  # each takes one thing


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


def test_the_models_text_has_no_password() -> None:
    config = read(settings('<Database url="odbc:DSN=x" password="hunter2"/>'))

    assert "hunter2" not in repr(config)
    assert "hunter2" not in str(config.model_dump())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:hunter2@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:hun@ter/2@h/db", "postgresql://u:***@h/db"),
        ("odbc:DSN=x;UID=u;PWD=hunter2", "odbc:DSN=x;UID=u;PWD=***"),
        ("odbc:Driver={a};Pwd={hun;ter2};X=1", "odbc:Driver={a};Pwd=***;X=1"),
        ("mssql+pyodbc://h/db?password=hunter2&x=1", "mssql+pyodbc://h/db?password=***&x=1"),
        ("m+pyodbc:///?odbc_connect=UID%3Du%3BPWD%3Dhunter2%3BX%3D1", None),
        ("sqlite:///journal.db", "sqlite:///journal.db"),
        ("postgresql://u@h:5432/db", "postgresql://u@h:5432/db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str | None) -> None:
    expected = url.replace("hunter2", MASK) if shown is None else shown

    assert mask_url(url) == expected
    assert has_password(url) == (url != expected)


@given(st.text(alphabet=st.characters(exclude_characters="@"), min_size=1))
def test_no_password_of_a_url_is_left(password: str) -> None:
    assert mask_url(f"x://u:{password}@h/d") == "x://u:***@h/d"


def test_show_has_no_secret() -> None:
    source = SOURCE.replace("/>", ' user="u" password="hunter2"/>')
    config = read(
        journal(source).replace(
            "<Journal", '<Database url="mysql://u:hunter2@h/d" password="hunter2"/><Journal'
        )
    )

    assert "hunter2" not in json.dumps(as_document(config))
    assert "hunter2" not in str(list(as_pairs(config)))
    assert as_document(config)["database"]["password"] == MASK
