"""A server of map tiles: each a square that says which one it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ATTRIBUTION = "© Bản đồ thử"
_TILE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256"><rect width="256" height="256" fill="#e6dcc3" stroke="#8a6d3b"/>
<text x="10" y="40" font-size="28">%s</text></svg>"""


@dataclass
class Tiles:
    """`asked`: paths (`/zoom/x/y`) with the headers that came along."""

    origin: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.origin + "/{z}/{x}/{y}"


@contextmanager
def tile_server() -> Iterator[Tiles]:
    """What it is asked, while it runs."""
    made = Tiles()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(200)
            self.send_header("Content-Type", "image/svg+xml")
            self.end_headers()
            self.wfile.write((_TILE % self.path).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.origin = f"http://localhost:{server.server_port}"  # another host than the pages': cookies know no ports
    yield made
    server.shutdown()
    server.server_close()
