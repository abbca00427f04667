"""The HTTP side of the stand-in: /bot<token>/<method>, and /control/… for faults and what arrived."""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.botapi.faults import Fault, Reply
from tests.botapi.state import ApiError, BotApi

JSON_FIELDS = {"reply_markup", "link_preview_options", "commands", "allowed_updates", "scope"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: BotApi

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(6, 1, 1)  # TCP_NODELAY: answers are small

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """No log."""

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def _route(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("http://"):  # as a proxy's client asks (RFC 9112, 3.2.2)
            self.path = "/" + self.path.split("/", 3)[3]
        if self.path.startswith("/control/"):
            self._answer(200, json.dumps(self._control(self.path[9:], body)).encode())
            return
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", self.path.partition("?")[0])
        if found is None:
            self._answer(404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
            return
        self._method(found[1], found[2], self._data(body))

    def _data(self, body: bytes) -> dict[str, Any]:
        kind = self.headers.get("Content-Type", "")
        data: dict[str, Any] = {}
        if kind.startswith("multipart/"):
            mail = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
            for part in mail.walk():
                name = str(part.get_param("name", header="content-disposition"))
                content = part.get_payload(decode=True)
                if not isinstance(content, bytes):
                    continue
                data[name] = content.decode("utf-8", "replace") if part.get_filename() is None else "attached"
                if part.get_filename() is not None:
                    data["photo_bytes"] = content
        elif kind.startswith("application/json"):
            data = json.loads(body or b"{}")
        else:
            data = dict(parse_qsl(body.decode(), keep_blank_values=True))
            data |= dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))
        for name in JSON_FIELDS & data.keys():
            if isinstance(data[name], str):
                data[name] = json.loads(data[name])
        return data

    def _method(self, token: str, method: str, data: dict[str, Any]) -> None:
        chat = int(data["chat_id"]) if str(data.get("chat_id", "")).lstrip("-").isdigit() else None
        if self.api.latency and method != "getUpdates":
            time.sleep(self.api.latency)
        try:
            self.api.check(token)
            fault = self.api.struck(method, chat)
            if fault is not None:
                self._fault(fault, method, data)
                return
            reply = Reply(200, json.dumps({"ok": True, "result": self.api.call(method, data)}).encode())
        except ApiError as error:
            reply = Reply(error.status, json.dumps(error.body).encode())
        self._note(method, chat, reply.status)
        self._answer(reply.status, reply.body)

    def _fault(self, fault: Fault, method: str, data: dict[str, Any]) -> None:
        if fault.delivered:
            self.api.call(method, data)
        chat = int(data.get("chat_id") or 0)
        if fault.kind in {"html502", "json", "cut", "slow"}:
            self._note(method, chat, -1)
        if fault.kind == "html502":
            page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
            self._answer(502, page, "text/html")
        elif fault.kind == "json":
            self._answer(200, b'{"ok":true,"result":{"message_id":')
        elif fault.kind in {"cut", "slow"}:
            time.sleep(fault.seconds if fault.kind == "slow" else 0)
            self.close_connection = True
        else:
            self.api.raise_fault(fault)

    def _note(self, method: str, chat: int | None, status: int) -> None:
        with self.api.lock:
            self.api.requests.append((self.api.now(), method, chat, status))

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _control(self, what: str, body: bytes) -> Any:
        given = json.loads(body) if body else {}
        if what == "faults":
            self.api.fault(**given)
        elif what == "clear":
            self.api.clear()
        elif what == "write":
            self.api.write(given["chat"], given["text"])
        elif what == "messages":
            with self.api.lock:
                return [{**asdict(sent), "photo": sent.photo is not None} for sent in self.api.messages]
        elif what == "requests":
            return self.api.requests
        return {"ok": True}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no fault of ours."""


def serve(api: BotApi, port: int = 0) -> _Server:
    """A server on loopback for `api`; `serve_forever` runs it."""
    handler = type("Handler", (_Handler,), {"api": api})
    return _Server(("127.0.0.1", port), handler)


@contextmanager
def running(api: BotApi) -> Any:
    """Run the stand-in in a thread; gives its address."""
    server = serve(api)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
