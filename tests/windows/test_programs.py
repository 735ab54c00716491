"""Programs as they are called on Windows: batch files, cmtel.exe, consoles of old code pages."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.windows.console import Console
from tests.windows.wine import TOP, Done, Windows, wait_until

pytestmark = pytest.mark.timeout(300)  # the first one may have to make the Windows Python


def batch(windows: Windows, name: str, *words: str) -> Done:
    """Run one of the sample batch files in a folder with a blank."""
    folder = windows.drive / "Batch files"
    folder.mkdir(exist_ok=True)
    shutil.copy(TOP / "sample_configs" / name, folder)
    return windows.run("cmd", "/c", name, *words, folder=folder)


def test_the_first_steps_in_a_batch_file(
    windows: Windows, console: Console, settings: Path
) -> None:
    try:
        done = batch(windows, "first-steps.cmd", console.settings)
        assert done.status == 0, done
        assert "cmtel-notifier" in done.out
        assert console.cmtel("notifier", "stop").status == 0
        checked = batch(windows, "check-journal.cmd", console.settings)
        assert checked.status == 3, checked
        assert "is not running" in checked.out
    finally:
        console.cmtel("notifier", "uninstall")


def test_a_batch_file_ends_with_the_status_of_what_is_wrong(
    windows: Windows, settings: Path
) -> None:
    broken = settings.with_name("Kaputt.xml")
    broken.write_text("<CmTelNotifier/>", encoding="utf-8")
    done = batch(windows, "install.cmd", windows.path(broken))

    assert done.status == 6, done
    assert "Fill in the settings" in done.out


def test_the_drop_in_is_a_program_of_its_own(windows: Windows) -> None:
    asked = windows.run("CmTelNotifier.exe", "/status")
    unknown = windows.run("CmTelNotifier.exe", "/restart")

    assert asked.status == 4, asked
    assert unknown.status == 2
    assert "/continue" in unknown.error


def test_a_console_of_an_old_code_page_gets_an_answer(windows: Windows, settings: Path) -> None:
    """Unpiped output is in the console's code page, which has no Cyrillic letters."""
    text = settings.read_text(encoding="utf-8").replace("<Check", '<Hotel name="Дом"/><Check')
    settings.write_text(text, encoding="utf-8")
    done = in_terminal(windows, "config", "show", "--config", windows.path(settings))

    assert done.status == 0, done
    assert "anrufe" in done.out


def in_terminal(windows: Windows, *words: str) -> Done:
    """Run cmtel with a terminal as its output."""
    ours, its = pty.openpty()
    program = [os.fspath("wine64"), "cmtel.exe", *words]
    process = subprocess.Popen(
        program, stdin=subprocess.DEVNULL, stdout=its, stderr=its, env=windows.environment()
    )
    os.close(its)
    data = b""
    try:
        while part := os.read(ours, 65_536):
            data += part
    except OSError:
        assert wait_until(lambda: process.poll() is not None, 30)  # a terminal's end is an error
    finally:
        os.close(ours)
    return Done(process.wait(30), data.decode("utf-8", "replace"), "")
