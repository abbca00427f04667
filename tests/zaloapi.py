"""A stand-in of Zalo's Bot Platform on loopback, written from its public description, with faults to switch on.

What it holds to: `POST /bot<TOKEN>/<method>` with JSON; `getMe`; `getUpdates` gives one update as an object and answers
`error_code` 408 when nothing came in time; `sendMessage` takes 1 to 2,000 characters and a chat that wrote before;
`getUpdates` is refused while a webhook is set (`getWebhookInfo` tells); nothing can be edited; what the platform keeps
from bots comes as `message.unsupported.received` without its words; a token that is not ours is answered by a page that is no JSON, as a gateway does.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "3141592653:zalo-stand_in"
REFUSALS = {"flood": 429, "blocked": 403, "denied": 401}


@dataclass
class ZaloApi:
    """What the platform knows. `fault`: what the next `times` messages meet (None: always)."""

    token: str = TOKEN
    known: set[str] = field(default_factory=set)
    messages: list[tuple[str, str]] = field(default_factory=list)
    updates: deque[dict[str, Any]] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    fault: str | None = None
    times: int | None = None
    struck: str | None = None
    """The one chat that the fault meets (None: all)."""
    webhook: str = ""
    patience: float = 1.0
    lock: threading.Condition = field(default_factory=threading.Condition)

    def write(
        self, chat: str, text: str | None, *, group: bool = False, name: str = "Ted", unsupported: bool = False
    ) -> None:
        """A person writes to the bot (None: sends a picture, or what the platform does not hand on)."""
        with self.lock:
            self.known.add(chat)
            message: dict[str, Any] = {
                "from": {"id": chat + "-user" if group else chat, "display_name": name, "is_bot": False},
                "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"},
                "message_id": f"m{len(self.calls)}", "date": int(time.time() * 1000),
            }  # fmt: skip
            kind = "text" if text is not None else ("image", "unsupported")[unsupported]
            message |= (
                {"text": text} if text is not None else {} if unsupported else {"photo": "https://example.vn/a.jpg"}
            )
            self.updates.append({"event_name": f"message.{kind}.received", "message": message})
            self.lock.notify_all()

    def of(self, chat: str) -> list[str]:
        with self.lock:
            return [text for to, text in self.messages if to == chat]

    def strike(self, chat: str) -> str | None:
        if self.fault is None or self.times == 0 or self.struck not in {None, chat}:
            return None
        if self.times is not None:
            self.times -= 1
        return self.fault

    def call(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.calls.append(method)
            if method == "getMe":
                return {
                    "id": "3141592653",
                    "account_name": "bot.danvan",
                    "account_type": "BASIC",
                    "can_join_groups": True,
                }
            if method == "getWebhookInfo":
                return {"url": self.webhook, "updated_at": 1749633372026}
            if method == "getUpdates" and self.webhook:
                raise RefusedError(409, "can't use getUpdates while webhook is active")
            if method == "getUpdates":
                end = time.monotonic() + min(float(given.get("timeout", 30)), self.patience)
                while not self.updates:
                    if (left := end - time.monotonic()) <= 0:
                        raise RefusedError(408, "Request timeout")
                    self.lock.wait(left)
                return self.updates.popleft()
            if method == "sendMessage":
                return self._send(given)
        raise RefusedError(404, "Method not found")

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        text, chat = given.get("text"), given.get("chat_id")
        if not isinstance(text, str) or not 1 <= len(text) <= 2000:
            raise RefusedError(400, "text must be 1-2000 characters")
        if chat not in self.known:
            raise RefusedError(400, "chat not found")
        self.messages.append((chat, text))
        return {"message_id": f"z{len(self.messages)}", "date": int(time.time() * 1000)}


class RefusedError(Exception):
    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: ZaloApi

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """No log."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token, _, method = self.path.removeprefix("/bot").partition("/")
        if not self.path.startswith("/bot") or token != self.api.token:
            self._answer(401, b"<html>Unauthorized</html>", "text/html")
            return
        given = json.loads(body or b"{}")
        fault = self.api.strike(str(given.get("chat_id"))) if method == "sendMessage" else None
        if fault == "html502":
            self._answer(502, b"<html>Bad Gateway</html>", "text/html")
            return
        told: dict[str, Any]
        if fault in REFUSALS:
            told = {"ok": False, "error_code": REFUSALS[fault], "description": fault}
        else:
            try:
                told = {"ok": True, "result": self.api.call(method, given)}
            except RefusedError as error:
                told = {"ok": False, "error_code": error.code, "description": str(error)}
        if fault == "cut":
            self.close_connection = True
            return
        if fault == "json":
            self._answer(200, b'{"ok": true, "result": {')
            return
        self._answer(200, json.dumps(told).encode())

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no fault of ours."""


@contextmanager
def running(api: ZaloApi, port: int = 0) -> Iterator[str]:
    """Run the stand-in in a thread; gives the base address, which ends before the token."""
    server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"api": api}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/bot"
    finally:
        server.shutdown()
        server.server_close()
