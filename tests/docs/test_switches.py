"""The pages of the switch families: every format is in one, and what they show is valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from cmtel.formats import registry
from docs import generate_switches

PAGES = sorted(generate_switches.pages())
SECTIONS = ("On the switch", "In the settings file", "How to test", "Good to know")
SKELETON = """<CmTelNotifier version="1" timeZone="Europe/Berlin"><Hotel id="H1" name="H"/>
<Database url="sqlite:///calls.db"/><Journal>{source}</Journal></CmTelNotifier>"""
FENCE = re.compile(r"^```xml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text_of(page: str) -> str:
    return (generate_switches.FOLDER / page).read_text(encoding="utf-8")


def examples() -> list[tuple[str, str]]:
    return [(page, xml) for page in PAGES for xml in FENCE.findall(text_of(page))]


def test_every_format_is_in_exactly_one_page() -> None:
    named = [name for names in generate_switches.pages().values() for name in names]

    assert sorted(named) == registry.names()


def test_the_index_is_up_to_date() -> None:
    written = generate_switches.INDEX.read_text(encoding="utf-8")

    assert written == generate_switches.index(), "`make docs` writes it anew"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_what_to_type_on_both_sides_and_how_to_test(page: str) -> None:
    headings = re.findall(r"^## (.+)$", text_of(page), re.MULTILINE)

    assert tuple(headings) == SECTIONS


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_a_source_for_each_of_its_formats(page: str) -> None:
    shown = {
        name for _, xml in examples() if _ == page for name in re.findall('format="(.+?)"', xml)
    }

    assert shown == set(generate_switches.pages()[page])


@pytest.mark.parametrize(("page", "xml"), examples(), ids=lambda each: each[:24])
def test_an_example_passes_the_check(
    page: str, xml: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "CmTelNotifier.xml"
    settings.write_text(SKELETON.format(source=xml), encoding="utf-8")

    assert main(["--config", str(settings), "config", "check"]) == 0, page
    told = capsys.readouterr()
    assert "Option" not in told.err, told.err
