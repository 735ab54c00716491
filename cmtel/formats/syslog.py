"""The header of a syslog message, RFC 5424 or RFC 3164: where it ends and the record begins.

Pure: bytes in, bytes out. What has no such header is left as it is, so that bare datagrams and
syslog may come in over one socket.
"""

from __future__ import annotations

import re

#: Priority, version, time stamp, host, program, process id, message id; then structured data.
#: Source: RFC 5424 section 6.
_RFC_5424 = re.compile(
    rb"<[0-9]{1,3}>[1-9][0-9]{0,2} (?:-|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]{5}))"
    rb" [!-~]{1,255} [!-~]{1,48} [!-~]{1,128} [!-~]{1,32} "
)
#: ``-``, or elements in brackets; a bracket inside a quoted value is escaped.
_STRUCTURED = re.compile(rb'(?:-|(?:\[[^\s="\]]+(?: [^\s="\]]+="(?:[^"\\\]]|\\.)*+")*+\])+)')
_BOM = b"\xef\xbb\xbf"
#: ``<PRI>Mmm dd hh:mm:ss`` (or an ISO time, as rsyslog writes it), host, and ``program[pid]:``.
#: Source: RFC 3164 sections 4.1.2 and 4.1.3.
_RFC_3164 = re.compile(
    rb"(?:<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}"
    rb"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]{5}))"
    rb" [^\s:\[\],;|]{1,255}(?: [^\s:\[\],;|]{1,64}(?:\[[^\]\s]{1,64}\])?:)? ?"
)
_PRIORITY = re.compile(rb"<[0-9]{1,3}>")


def without_header(message: bytes) -> bytes:
    """Return what stands behind the syslog header of a message; all of it if there is none.

    A NUL or line end that the sender put behind the message stays.
    """
    begin = _RFC_5424.match(message)
    if begin:
        data = _STRUCTURED.match(message, begin.end())
        if data:
            return message[data.end() :].removeprefix(b" ").removeprefix(_BOM)
    old = _RFC_3164.match(message) or _PRIORITY.match(message)
    return message[old.end() :] if old else message
