"""A console on a Windows machine of a test: one process in which many commands run.

To start Python under Wine takes seconds; a command in a process that runs already does not. The
commands are the same: what they print and their exit status come back, one JSON object a line.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.windows.wine import PYTHON_FOLDER, Done, Windows

#: Runs on Windows; the module is its only argument.
_LOOP = """
import io, json, sys
from cmtel.cli.boundary import main, main_drop_in
answers = sys.stdout
for line in sys.stdin.buffer:
    call = json.loads(line)
    out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    sys.stdout, sys.stderr = out, error
    if "code" in call:
        known = {}
        exec(call["code"], known)
        status = known.get("status", 0)
    else:
        status = (main_drop_in if call["is_drop_in"] else main)(call["words"])
    texts = []
    for stream in (out, error):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8").replace("\\r\\n", "\\n"))
    answers.write(json.dumps([int(status), *texts]) + "\\n")
    answers.flush()
"""


class Console:
    """Runs commands one after another; ``settings``: what ``--config`` is."""

    def __init__(self, machine: Windows) -> None:
        self._process = subprocess.Popen(
            ["wine64", rf"{PYTHON_FOLDER}\python.exe", "-P", "-c", _LOOP],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=machine.environment(), text=True,
        )  # fmt: skip
        self.settings = ""

    def cmtel(self, *words: str) -> Done:
        """Run ``cmtel``."""
        return self._ask(words=self._with_settings(words), is_drop_in=False)

    def drop_in(self, *words: str) -> Done:
        """Run ``CmTelNotifier.exe``."""
        return self._ask(words=self._with_settings(words), is_drop_in=True)

    def python(self, code: str) -> Done:
        """Run some code; its exit status is what it calls ``status``."""
        return self._ask(code=code)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _with_settings(self, words: tuple[str, ...]) -> list[str]:
        return [*(["--config", self.settings] if self.settings else []), *words]

    def _ask(self, **call: Any) -> Done:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the console ended: {self._process.wait(10)}"
        return Done(*json.loads(answer))
