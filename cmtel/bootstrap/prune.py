"""``journal prune``: what is older than it may be goes, from every place that keeps calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_state.opening import open_beside_service
from cmtel.bootstrap.config import load_config_or_defaults
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.journal import open_target, resolve_readable
from cmtel.bootstrap.spools import prune_letters
from cmtel.config.durations import parse_duration
from cmtel.errors import UsageError

if TYPE_CHECKING:
    from cmtel.adapters.database.pruning import JournalPruning

#: A slip of the unit must not empty a journal.
_LEAST_SECS = 24 * 3600


@dataclass(frozen=True, slots=True)
class PruneWords:
    """The options of the command, as they were typed."""

    url: str | None
    table: str | None
    names: Sequence[str]
    older_than: str
    internal_older_than: str | None
    spools: Sequence[Path]
    is_trial: bool


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was deleted, or would be."""

    external_rows: int
    internal_rows: int
    dead_letters: int


def prune(words: PruneWords, config_path: str | None) -> Pruned:
    """Delete old rows, dead letters, and the notifier's history and sent mails.

    Raises:
        UsageError: An age is none, or the table does not tell internal calls.
        DatabaseError, SpoolError: What was deleted before stays deleted.
    """
    from cmtel.adapters.database.pruning import JournalPruning

    config = load_config_or_defaults(config_path)
    now = SystemClock().now()
    age = _age("--older-than", words.older_than)
    internal_age = age
    if words.internal_older_than is not None:
        internal_age = _age("--internal-older-than", words.internal_older_than)
    local = now.astimezone(config.time_zone).replace(tzinfo=None, microsecond=0)
    target = resolve_readable(words.url, words.table, words.names, config)
    engine = open_target(target)
    try:
        pruning = JournalPruning(engine, target.table, target.columns)
        rows = _prune_rows(pruning, local - age, local - internal_age, is_trial=words.is_trial)
    finally:
        engine.dispose()
    letters = prune_letters(words.spools, now - age, is_trial=words.is_trial)
    if not words.is_trial:
        _prune_notifier(now - age)
    return Pruned(*rows, letters)


def _prune_rows(
    pruning: JournalPruning, before: datetime, internal_before: datetime, *, is_trial: bool
) -> tuple[int, int]:
    """Return how many external and internal rows; all count as external if nobody can tell."""
    work = pruning.count if is_trial else pruning.delete
    if not pruning.tells_internal and before == internal_before:
        return work(before, is_internal=None), 0
    return work(before, is_internal=False), work(internal_before, is_internal=True)


def _prune_notifier(before: datetime) -> None:
    store = open_beside_service(state_folder())
    if store is not None:
        try:
            store.purge(before)
        finally:
            store.close()


def _age(name: str, text: str) -> timedelta:
    secs = parse_duration(text)
    if secs is None or secs < _LEAST_SECS:
        raise UsageError(f"{name} {text} is no age.", hint="Write 1d or more, such as 90d.")
    return timedelta(seconds=secs)
