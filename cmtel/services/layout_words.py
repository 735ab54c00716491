"""A proposed layout in the words of the command line and of the settings file."""

from __future__ import annotations

import shlex
from html import escape

from cmtel.domain.source_address import SourceAddress, SourceKind
from cmtel.formats.proposal.proposal import Proposal


def option_words(proposal: Proposal) -> str:
    """Return ``--format`` and the ``--opt`` words, quoted for a POSIX shell."""
    words = ["--format", proposal.format_name]
    for name, value in proposal.options.items():
        words += ["--opt", f"{name}={value}"]
    return shlex.join(words)


def source_element(proposal: Proposal, address: SourceAddress, name: str = "switch") -> str:
    """Return the ``<Source>`` element for the settings file, with its ``<Option>`` elements."""
    place = "".join(f' {each}="{escape(value)}"' for each, value in _place(address).items())
    lines = [
        f'<Source name="{escape(name)}" kind="{address.kind}"{place} '
        f'format="{proposal.format_name}">'
    ]
    for option, value in proposal.options.items():
        lines.append(f'  <Option name="{option}" value="{escape(value)}"/>')
    return "\n".join([*lines, "</Source>"])


def _place(address: SourceAddress) -> dict[str, str]:
    """Return the attributes that say where the source lies (see config.journal.Source)."""
    if address.kind is SourceKind.STDIN:
        return {}
    if address.kind is SourceKind.FILE:
        return {"path": address.path}
    if address.kind is SourceKind.SERIAL:
        return {"device": address.path, **address.settings}
    return {"address": address.path or address.host_port}
