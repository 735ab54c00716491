"""Settings that change while the notifier runs."""

from __future__ import annotations

from collections.abc import Hashable

from cmtel.errors import AccessDenied, CmtelError, ConfigError
from cmtel.services.notifier.reloading import Reloading
from tests.fakes_clock import FakeClock
from tests.unit.services.notifier.test_service import Entries


class File:
    """Settings of which a test says what they are now."""

    def __init__(self) -> None:
        self.now: Hashable = 1
        self.problem: CmtelError | None = None
        self.loads = 0

    def version(self) -> Hashable:
        return self.now

    def load(self) -> str:
        self.loads += 1
        if self.problem is not None:
            raise self.problem
        return f"settings {self.now}"


class Site:
    """A file, and what became of it."""

    def __init__(self) -> None:
        self.file, self.log = File(), Entries()
        self.taken: list[str] = []
        self.refused: list[str] = []
        self.reloading: Reloading[str] = Reloading(
            self.file, self.taken.append, self.refused.append, FakeClock(), self.log, 1
        )

    def look(self, times: int = 3) -> None:
        for _ in range(times):
            self.reloading.look()


def test_settings_that_stay_are_not_read_again() -> None:
    site = Site()
    site.look()
    assert (site.file.loads, site.log.entries) == (0, [])


def test_new_settings_are_taken_up_once() -> None:
    site = Site()
    site.file.now = 2
    site.look()
    assert site.taken == ["settings 2"]
    assert site.file.loads == 1


def test_a_file_that_is_being_written_is_left_to_settle() -> None:
    site = Site()
    for version in (2, 3, 4):
        site.file.now = version
        site.look(1)
    assert site.taken == []
    site.look(1)
    assert site.taken == ["settings 4"]


def test_bad_settings_are_refused_once_with_every_problem_and_good_ones_follow() -> None:
    site = Site()
    site.file.now = 2
    site.file.problem = ConfigError("It has problems.", problems=["Check/@every: is no duration"])
    site.look()
    assert site.refused == ["It has problems. Check/@every: is no duration"]
    assert site.taken == []
    site.file.now, site.file.problem = 3, None
    site.look()
    assert site.taken == ["settings 3"]


def test_a_file_that_may_not_be_read_is_refused_too() -> None:
    site = Site()
    site.file.now, site.file.problem = 2, AccessDenied("No right to read it.")
    site.look()
    assert site.refused == ["No right to read it."]


def test_a_file_that_is_gone_changes_nothing() -> None:
    site = Site()
    site.file.now = None
    site.look()
    site.file.now = 1
    site.look()
    assert (site.taken, site.refused) == ([], [])
