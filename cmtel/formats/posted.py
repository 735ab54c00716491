"""What is posted to us, without the form around it: the record that the switch meant.

Source: FreeSWITCH, mod_json_cdr.c and mod_xml_cdr.c (parameter ``encode``): a form with the one
field ``cdr``, encoded as forms are, in base64, or not at all; or the document itself.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

_FIELD = b"cdr="
_FORM = "application/x-www-form-urlencoded"
_BASE64 = "application/x-www-form-base64-encoded"
_PLAIN = "application/x-www-form-plaintext"


def posted_record(content_type: str, body: bytes) -> bytes | None:
    """Return the record in the body of a request; None if its encoding is broken.

    A body without the field is the record itself, whatever its type says: ``curl --data`` calls
    everything a form.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (_FORM, _BASE64, _PLAIN) or not body.startswith(_FIELD):
        return body
    value = body.removeprefix(_FIELD)
    if kind == _PLAIN:
        return value
    if kind == _FORM:
        return unquote_to_bytes(value.partition(b"&")[0].replace(b"+", b" "))
    try:
        return base64.b64decode(b"".join(value.split()), validate=True)
    except binascii.Error:
        return None
