"""Around refused rows: all others are stored, in order, with few attempts."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.database.bulk.splitting import Refusal, write_around
from cmtel.services.ports import Row


class Table:
    """Refuses chunks with a bad row; may name it, rightly or wrongly."""

    def __init__(self, bad: set[int], hints: str = "none") -> None:
        self.stored: list[int] = []
        self.attempts = 0
        self._bad = bad
        self._hints = hints

    def attempt(self, chunk: Sequence[Row]) -> Refusal | None:
        self.attempts += 1
        found = [n for n, row in enumerate(chunk) if row[0] in self._bad]
        if not found:
            self.stored += [row[0] for row in chunk]
            return None
        detail = f"bad {chunk[found[0]][0]}"
        if self._hints == "right":
            return Refusal(detail, found[0], is_certain=True)
        if self._hints == "wrong":
            return Refusal(detail, len(chunk) // 2)
        return Refusal(detail)


@given(
    count=st.integers(0, 60),
    bad=st.sets(st.integers(0, 59)),
    hints=st.sampled_from(["none", "right", "wrong"]),
    max_rows=st.one_of(st.none(), st.integers(1, 70)),
)
def test_all_rows_but_the_bad_ones_are_stored_in_order(
    count: int, bad: set[int], hints: str, max_rows: int | None
) -> None:
    table = Table(bad, hints)

    rejected = write_around([(n,) for n in range(count)], table.attempt, max_rows)

    assert table.stored == [n for n in range(count) if n not in bad]
    assert [(r.position, r.detail) for r in rejected] == [
        (n, f"bad {n}") for n in sorted(bad) if n < count
    ]


def test_no_chunk_is_larger_than_allowed() -> None:
    sizes: list[int] = []

    def attempt(chunk: Sequence[Row]) -> Refusal | None:
        sizes.append(len(chunk))
        return None

    write_around([(n,) for n in range(25)], attempt, 10)

    assert sizes == [10, 10, 5]


def test_a_clean_batch_is_one_attempt() -> None:
    table = Table(set())
    write_around([(n,) for n in range(5000)], table.attempt)

    assert table.attempts == 1


def test_little_more_than_one_attempt_a_bad_row_is_enough_when_the_database_names_it() -> None:
    table = Table(set(range(0, 1000, 10)), "right")
    write_around([(n,) for n in range(1000)], table.attempt)

    assert table.attempts <= 150


def test_one_bad_row_costs_little_when_the_database_is_silent() -> None:
    table = Table({777})
    write_around([(n,) for n in range(1000)], table.attempt)

    assert table.attempts <= 40
