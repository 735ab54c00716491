"""Formats are found by the names of their modules."""

from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats import registry


def test_every_name_is_that_of_its_format() -> None:
    assert [registry.get(name).name for name in registry.names()] == registry.names()


@pytest.mark.parametrize("name", ["", "nope", "../seam", "asterisk_csv", "__init__"])
def test_another_name_is_wrong_usage_and_the_hint_lists_the_formats(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.get(name)

    assert "fritzbox" in (caught.value.hint or "")


@pytest.mark.parametrize("name", registry.names())
def test_every_format_describes_itself(name: str) -> None:
    form = registry.get(name)

    assert all((form.switch, form.transport, form.layout, form.example))
    assert all(option.meaning for option in form.options)
