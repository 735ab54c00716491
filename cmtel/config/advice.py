"""What is allowed in a settings file and still deserves a word: the warnings of a check."""

from __future__ import annotations

from collections.abc import Iterator

from cmtel.config.describe.outline import Element, outline
from cmtel.config.journal import Source
from cmtel.config.model import ROOT, Config
from cmtel.config.networks import is_loopback
from cmtel.config.notifier import MINUTE_SECS
from cmtel.config.secret import Secret, SecretRef, has_password
from cmtel.config.section import Section
from cmtel.config.walk import walk
from cmtel.formats import registry
from cmtel.formats.session import SECRET, USER

_LISTENERS = ("tcp-listen", "udp-listen", "http-listen")


def advise(config: Config) -> list[str]:
    """Return the warnings about valid settings, each with its path."""
    return [
        *_literals(config), *_open_listeners(config), *_incomplete(config), *_hasty(config),
        *without_effect(config),
    ]  # fmt: skip


def without_effect(config: Config) -> list[str]:
    """Return the settings that this version takes and does nothing with; said, not ignored."""
    journal, told = config.journal, []
    for index, source in enumerate(journal.sources):
        if source.has_login and not logs_in(source):
            path = f"{ROOT}/Journal/Source[{index + 1}]/@user"
            told.append(f"{path}: kind {source.kind} with {source.format} has no login")
    return told


def logs_in(source: Source) -> bool:
    """Whether a source of this kind and format can use user or password."""
    if source.kind in ("http", "http-listen"):
        return True
    if source.kind != "tcp" or source.format not in registry.names():
        return False
    session = registry.get(source.format).session
    return session is not None and bool({each.name for each in session.options} & {USER, SECRET})


def missing_for_notifier(config: Config) -> list[str]:
    """Return what the notifier cannot run without and the settings do not have."""
    missing = []
    if config.mail is None:
        missing.append(f"{ROOT}/Mail: is needed by the notifier: sender and server")
    if not config.recipients:
        missing.append(f"{ROOT}/Recipients: is needed by the notifier: whom to mail")
    if not config.feeds and config.database is None:
        missing.append(f"{ROOT}/Feed: is needed by the notifier, or a Database with the journal")
    return missing


def missing_for_journal(config: Config) -> list[str]:
    """Return what the journal's service cannot run without and the settings do not have."""
    missing = []
    if config.database is None:
        missing.append(f"{ROOT}/Database: is needed by the journal: where the table is")
    if not config.journal.sources:
        missing.append(f"{ROOT}/Journal/Source: is needed by the journal: where calls come from")
    return missing


def secret_references(config: Config) -> list[tuple[str, SecretRef]]:
    """Return where references to secrets stand, and the references."""
    return [
        (f"{path}/@{name}", value)
        for path, section, element in walk(config, outline(Config))
        for name, value in _texts(section, element)
        if isinstance(value, SecretRef)
    ]


def _literals(config: Config) -> Iterator[str]:
    for path, section, element in walk(config, outline(Config)):
        for name, value in _texts(section, element):
            if isinstance(value, Secret):
                cure = "keep it elsewhere with 'cmtel secret set' and name it by secretRef"
                yield f"{path}/@{name}: the password stands in the file; {cure}"
            elif name in ("url", "connection") and has_password(str(value)):
                yield f"{path}/@{name}: the password stands in the URL; use user and secretRef"


def _texts(section: Section, element: Element) -> Iterator[tuple[str, object]]:
    for each in element.attributes:
        yield each.name, getattr(section, each.field)


def _open_listeners(config: Config) -> Iterator[str]:
    for index, source in enumerate(config.journal.sources):
        if source.allow is None and _is_reachable(source):
            path = f"{ROOT}/Journal/Source[{index + 1}]/@allow"
            yield f"{path}: is not given: any machine that reaches {source.address} may send calls"


def _is_reachable(source: Source) -> bool:
    return source.kind in _LISTENERS and not is_loopback((source.address or "").rpartition(":")[0])


def _hasty(config: Config) -> Iterator[str]:
    if config.check.every_secs < MINUTE_SECS:
        path = f"{ROOT}/Check/@every"
        yield f"{path}: is less than 1m: good for trying it out, too often for a service"


def _incomplete(config: Config) -> Iterator[str]:
    if config.journal.sources and config.database is None:
        yield f"{ROOT}/Database: is not given: the journal needs --url"
    has_notifier = bool(config.feeds or config.mail or config.recipients)
    if has_notifier:
        yield from missing_for_notifier(config)
    elif not config.journal.sources:
        yield f"{ROOT}: has neither a Source nor recipients: there is nothing to run by itself"
