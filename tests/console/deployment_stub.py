"""A small HTTPS server that answers as a broken or hostile deployment might, with a certificate of our own making."""

from __future__ import annotations

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import trustme


class Stub:
    """Answers every request with `answer(method, path, body)`: status, headers and body, or a function of the socket."""

    def __init__(self, authority: trustme.CA | None = None, host: str = "127.0.0.1") -> None:
        self.authority = authority or trustme.CA()
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer = lambda method, path, body: (200, {}, b"{}")
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _go(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stub.asked.append((self.command, self.path, dict(self.headers), body))
                status, headers, said = stub.answer(self.command, self.path, body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                try:
                    self.wfile.write(said)
                except OSError:
                    self.close_connection = True

            do_GET = do_PUT = do_POST = _go  # noqa: N815  # http.server's own names

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host).configure_cert(context)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.handle_error = lambda *_: None
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    @property
    def trust(self) -> str:
        return self.authority.cert_pem.bytes().decode()

    def says(self, said, status=200, **headers) -> None:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.answer = lambda method, path, _body: (status, headers, body)

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
