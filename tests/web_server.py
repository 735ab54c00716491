"""A web server on loopback: answers as told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

#: Status, body, and headers beside them.
HttpAnswer = tuple[int, object] | tuple[int, object, dict[str, str]]


class WebServer:
    """What was asked, newest last, and what is answered next."""

    def __init__(self, answer: Callable[[], HttpAnswer]) -> None:
        self.answer = answer
        self.paths: list[str] = []
        self.bodies: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.url = ""


@contextmanager
def a_web_server(answer: Callable[[], HttpAnswer]) -> Iterator[WebServer]:
    """Serve until the end of the block; an answer that is no text goes out as JSON."""
    web = WebServer(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.paths.append(self.path)
            status, body, *headers = web.answer()
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in (headers[0] if headers else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            with suppress(ConnectionError):  # a client that waits no longer is what is tested
                self.end_headers()
                self.wfile.write(data)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length).decode("utf-8")
            web.bodies.append(body)
            form = parse_qs(body)
            web.forms.append({name: values[0] for name, values in form.items()})
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.url = f"http://127.0.0.1:{server.server_address[1]}/token"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
