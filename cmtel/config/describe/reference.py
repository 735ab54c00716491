"""docs/configuration.md: every element and attribute, made from the models."""

from __future__ import annotations

from collections.abc import Iterator

from cmtel.config.describe.outline import Attribute, Element, outline
from cmtel.config.describe.words import default_words
from cmtel.config.model import Config

_HEAD = """\
# The settings file, CmTelNotifier.xml

<!-- Made from the models by docs/generate_configuration.py; a test compares. -->

One file for the journal and the notifier. `cmtel init` writes one with comments, `cmtel config
check` names every problem in it, `cmtel config show` shows what is in effect, `cmtel config
schema` prints its XSD. Samples are in `sample_configs/`.

**Which file.** `--config PATH`, else the variable `CMTEL_CONFIG`, else the first that exists of:
on Windows `%ProgramData%\\cmtel`, the system folder and the Windows folder; elsewhere, for root,
`/etc/cmtel`; for others `~/.config/cmtel`, then `/etc/cmtel`. A vendor's file of the same name is
never touched.

**Which value.** An option of the command line wins over the file, the file over the default. A
broken file is never started with: the exit status is 6, and every problem is listed.

**Writing it.** Elements are PascalCase, attributes camelCase; case counts. An unknown name is a
problem. Durations are a whole number and `s`, `m`, `h` or `d`: `90s`, `5m`, `2h`, `7d`. Relative
paths count from the file's folder, and `%NAME%` in a path is an environment variable (`%%` is a
percent sign). An empty attribute counts as not given where there is no default. UTF-8 unless the
first line says otherwise. Document types and entities are refused.

**Secrets.** `secretRef` names where a secret is kept: `env:NAME`, `file:PATH` (readable by its
owner only), `cred:NAME` (a systemd credential), `dpapi:NAME` (Windows, protected for this
machine), `keyring:SERVICE/NAME` (for programs in the foreground: a keyring belongs to a user).
`cmtel secret set` stores one. A literal `password` works, and is warned about.
"""


def reference() -> str:
    """Return the page, with its line end."""
    parts = [_HEAD]
    for path, element in _each(outline(Config), ""):
        parts.append("\n".join(_section(path, element)))
    return "\n".join(parts)


def _each(element: Element, above: str) -> Iterator[tuple[str, Element]]:
    path = f"{above}/{element.name}" if above else element.name
    yield path, element
    for child in element.children:
        if path.endswith("/Feed") and child.name == "Silence":
            continue  # described once, at the root
        yield from _each(child, path)


def _section(path: str, element: Element) -> Iterator[str]:
    yield f"## {path}\n"
    yield f"{element.meaning}\n"
    if path.endswith("/Feed"):
        yield "An element `Silence` in it holds for this feed only, in place of the one outside.\n"
    rows = ((element.text,) if element.text else ()) + element.attributes
    if rows:
        yield "| attribute | default | meaning | value |\n|---|---|---|---|"
        yield from map(_row, rows)
        yield ""


def _row(attribute: Attribute) -> str:
    name = "(text)" if attribute.name == "#text" else f"`{attribute.name}`"
    cells = (name, default_words(attribute), attribute.meaning, attribute.kind.says)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
