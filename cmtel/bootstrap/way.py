"""The way of the records, for mails and status: from settings to those who look along it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool import known_spools
from cmtel.adapters.spool.glance import SpoolGlance
from cmtel.adapters.spool.lock import process_holding
from cmtel.bootstrap.folders import state_folder
from cmtel.domain.way import where_it_stopped
from cmtel.errors import CmtelError, ConfigError
from cmtel.services.notifier.spool_way import Delivered, SpoolWay
from cmtel.services.way_words import describe_way

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.services.ports import Clock


def make_way_report(config: Config, clock: Clock) -> SpoolWay:
    """Return what looks along the way for the notifier's mails; used by the notifier's thread."""
    from cmtel.bootstrap.notifier_feeds import configured_feeds, spool_folder

    feeds = configured_feeds(config)
    behind = {f.name for f in feeds if f.source == "database" or f.calls in ("auto", "priced")}
    return _spool_way(config, spool_folder(config), clock, lambda f: f.partition("/")[0] in behind)


def describe_ways(
    folders: Sequence[Path], notifier: dict[str, Any] | None, config_path: str | None
) -> list[dict[str, Any]]:
    """Return of each spool how far its records get, for ``cmtel status``.

    The journal is asked if there are settings that name it and something is amiss.
    """
    silent_since = _silent_since(notifier)
    found = []
    for folder in folders or known_spools.known(state_folder()):
        way = _way_of(folder, config_path, is_amiss=silent_since is not None)
        if way is not None:
            stop = where_it_stopped(way, silent_since)
            found.append({"spool": str(folder), **describe_way(way, stop)})
    return found


def _way_of(folder: Path, config_path: str | None, *, is_amiss: bool) -> Any:
    """Look along one spool; its database is asked only if records wait or charging has stalled."""
    glance = SpoolGlance(folder)
    with closing(glance):
        quick = SpoolWay(glance, _is_held(folder), Delivered, lambda _: True).way("")
    if quick is None or not (is_amiss or quick.waiting):
        return quick
    from cmtel.bootstrap.notifier_feeds import spool_folder  # what settings need takes its time

    try:
        config = _config(config_path)
    except CmtelError:
        return quick  # 'config check' says what is wrong with the settings
    if config is None or config.database is None or spool_folder(config) != folder.absolute():
        return quick
    return _spool_way(config, folder, SystemClock(), lambda _: True).way("") or quick


def _config(config_path: str | None) -> Config | None:
    from cmtel.bootstrap.config import load_config, locate_config

    return load_config(config_path) if locate_config(config_path) is not None else None


def _spool_way(
    config: Config, folder: Path, clock: Clock, has_table_behind: Callable[[str], bool]
) -> SpoolWay:
    def ask() -> Delivered:
        try:
            return _ask_journal(config, clock)
        except CmtelError as exc:
            return Delivered(error=exc.message)

    return SpoolWay(SpoolGlance(folder), _is_held(folder), ask, has_table_behind)


def _ask_journal(config: Config, clock: Clock) -> Delivered:
    from cmtel.adapters.database.last_delivery import LastDelivery
    from cmtel.adapters.database.watching import WatchingConnection
    from cmtel.bootstrap.journal import resolve_readable

    if config.database is None:
        raise ConfigError("No database is named.")
    target = resolve_readable(None, None, (), config)
    connection = WatchingConnection(
        target.url or "", user=target.user, password=target.password
    )  # fmt: skip
    with closing(LastDelivery(connection, target.table)) as last:
        age = last.age()
    return Delivered(None if age is None else clock.now() - age)


def _is_held(folder: Path) -> Callable[[], bool]:
    return lambda: process_holding(folder) is not None


def _silent_since(notifier: dict[str, Any] | None) -> datetime | None:
    """Return since when the feed that stalled first has been silent; None: none has."""
    feeds = (notifier or {}).get("feeds", [])
    silent = [f["last_arrival_at"] for f in feeds if f["stall"] is not None]
    return min((at for at in silent if at is not None), default=None)
