"""A mail server of a few lines, which keeps what it is sent: real SMTP on a real port."""

from __future__ import annotations

import socketserver
import threading
from typing import Any


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 catcher")
        lines: list[str] | None = None
        for raw in self.rfile:
            line = raw.decode(errors="replace").rstrip("\r\n")
            if lines is not None:
                if line == ".":
                    self.server.letters.append("\n".join(lines))  # type: ignore[attr-defined]
                    lines = None
                    self.say("250 kept")
                else:
                    lines.append(line)
            elif line.upper().startswith("DATA"):
                lines = []
                self.say("354 go on")
            elif line.upper().startswith("QUIT"):
                self.say("221 bye")
                return
            else:
                self.say("250 catcher")

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class MailCatcher:
    """Runs inside `with`; `letters` has each letter's text."""

    def __init__(self, port: int) -> None:
        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", port), _Conversation)
        self.letters: list[str] = []
        self.server.letters = self.letters  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> MailCatcher:
        self.thread.start()
        return self

    def __exit__(self, *_error: Any) -> None:
        self.server.shutdown()
        self.server.server_close()
