"""A mail server that says what a script has, for answers that no proper server gives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

#: An answer: bytes as they are, None closes the connection, a function does what it likes.
ScriptedAnswer = bytes | None | Callable[[socket.socket], None]

FINE: Mapping[str, ScriptedAnswer] = {
    "GREETING": b"220 scripted\r\n",
    "EHLO": b"250 scripted\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go\r\n",
    ".": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
}


class ScriptedServer:
    """Serves one connection; ``lines`` is what the client said."""

    def __init__(self, answers: Mapping[str, ScriptedAnswer | list[ScriptedAnswer]]) -> None:
        self._answers = {**FINE, **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.lines: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with suppress(OSError):  # the client goes when it has enough
            client, _ = self._listener.accept()
            with client, client.makefile("rb") as file:
                if self._answer(client, "GREETING"):
                    self._talk(client, file)

    def _talk(self, client: socket.socket, file: Iterator[bytes]) -> None:
        is_text = False
        for line in file:
            self.lines.append(line)
            verb = (
                line.split()[0].split(b":")[0].decode("utf-8", "replace").upper()
                if line.split()
                else ""
            )
            is_end = is_text and line == b".\r\n"
            if is_text and not is_end:
                continue
            is_text = verb == "DATA" and self._answers["DATA"] is FINE["DATA"]
            if not self._answer(client, "." if is_end else verb):
                return

    def _answer(self, client: socket.socket, verb: str) -> bool:
        answer = self._answers.get(verb, b"502 what?\r\n")
        if isinstance(answer, list):
            answer = answer.pop(0)
        if answer is None:
            return False
        if isinstance(answer, bytes):
            client.sendall(answer)
        else:
            answer(client)
        return True


@contextmanager
def scripted(**answers: ScriptedAnswer | list[ScriptedAnswer]) -> Iterator[ScriptedServer]:
    """Serve; a keyword is a command, ``END`` stands for the final dot."""
    if "END" in answers:
        answers["."] = answers.pop("END")
    server = ScriptedServer(answers)
    server.start()
    try:
        yield server
    finally:
        server.stop()
