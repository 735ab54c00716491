"""What the notifier watches: whether it can be read, and whether an index serves each look."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from cmtel.bootstrap.doctor.secrets import unchecked
from cmtel.bootstrap.feed_tables import watched_table
from cmtel.bootstrap.notifier_feeds import TABLES, configured_feeds, site_zone
from cmtel.bootstrap.services import Job
from cmtel.services.doctor import Finding, Probe, fail, ok, warn

if TYPE_CHECKING:
    from cmtel.bootstrap.doctor.site import Site
    from cmtel.config.notifier import Feed


def feed_probes(site: Site) -> list[Sequence[Probe]]:
    """Return a probe of each feed, if the notifier is asked for."""
    if Job.NOTIFIER not in site.jobs:
        return []
    return [
        [Probe("feed", feed.name, partial(_look, site, feed), f"the source of feed {feed.name}")]
        for feed in configured_feeds(site.config)
    ]


def _look(site: Site, feed: Feed) -> Finding:
    if feed.source in TABLES:
        return _table(site, feed)
    if feed.source == "spool":
        return _spool(site)
    path = feed.path
    if path is None or not path.exists():
        return warn(f"the file {path} is not there (yet)", "Correct Feed/@path if it never will.")
    return ok(f"the file {path} is there")


def _table(site: Site, feed: Feed) -> Finding:
    config = site.config
    if feed.source == "database" and config.database is None and feed.connection is None:
        return fail("it names no database", "Give Feed/@connection, or a Database.")
    reference = feed.secret_ref
    if reference is None and feed.connection is None and config.database is not None:
        reference = config.database.secret_ref
    found = unchecked(reference)
    if found is not None:
        return found
    facts = watched_table(feed, config, site_zone(config)).facts(is_priced=None)
    words = f"{facts.origin} can be read, by {facts.key}"
    if facts.indexed.is_ok is False:
        statements = [f"{facts.indexed.cure};"] if facts.indexed.cure else []
        return warn(
            f"{words}, without an index", "Make the index.", [facts.indexed.text, *statements]
        )
    return ok(f"{words}, with an index" if facts.indexed.is_ok else words)


def _spool(site: Site) -> Finding:
    from contextlib import closing

    from cmtel.adapters.spool.glance import SpoolGlance
    from cmtel.adapters.spool.sqlite_spool import FILE_NAME

    folder = site.spool_folder
    if not (folder / FILE_NAME).exists():
        return warn(f"there is no spool in {folder} yet", "'cmtel journal ingest' makes it.")
    with closing(SpoolGlance(folder)) as glance:
        names = [source.name for source in glance.sources()]
    return ok(f"the spool in {folder} can be read, with {len(names)} sources")
