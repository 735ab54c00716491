from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.posted import posted_record

FORM = "application/x-www-form-urlencoded"
JSON = b'{"variables":{"uuid":"a b","caller":"%2B4930"}}'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", JSON),
        ("", JSON),
        (FORM, b"cdr=%7B%22variables%22:{%22uuid%22:%22a+b%22,%22caller%22:%22%252B4930%22}}"),
        (f"{FORM}; charset=utf-8", b"cdr=" + JSON.replace(b"%", b"%25") + b"&uuid=a_b"),
        ("application/x-www-form-base64-encoded", b"cdr=" + base64.encodebytes(JSON)),
        ("application/x-www-form-plaintext", b"cdr=" + JSON),
        (FORM, JSON),
    ],
)
def test_the_record_is_found_in_every_encoding(kind: str, body: bytes) -> None:
    assert posted_record(kind, body) == JSON


def test_broken_base64_is_no_record() -> None:
    assert posted_record("application/x-www-form-base64-encoded", b"cdr=%%%") is None


@given(st.text(max_size=60), st.binary(max_size=100))
def test_any_body_has_an_answer(kind: str, body: bytes) -> None:
    record = posted_record(kind, body)

    assert record is None or len(record) <= len(body)
