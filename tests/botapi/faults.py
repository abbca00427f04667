"""Faults that a test (or a person over HTTP) switches on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Fault:
    """One fault. `kind`: flood, parse, blocked, not_found, migrate, unauthorized, html502, json, cut, slow, refused.

    `method` and `chat` narrow it (None: any); `times` is how often it strikes (None: always). `delivered`: the
    message arrives although the answer says otherwise (time-outs, cut connections, illegal JSON).
    """

    kind: str
    method: str | None = "sendMessage"
    chat: int | None = None
    times: int | None = 1
    retry_after: int = 1
    seconds: float = 1.0
    new_chat: int | None = None
    delivered: bool = False
    after: int = 0
    """Requests that pass before the fault begins."""

    def strikes(self, method: str, chat: int | None) -> bool:
        """Whether it strikes this request; counts down."""
        if self.method not in (None, method) or self.chat not in (None, chat) or self.times == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Reply:
    """What the server answers."""

    status: int
    body: bytes
    content_type: str = "application/json"


ERRORS: dict[str, tuple[int, str]] = {
    "parse": (400, "Bad Request: can't parse entities: Unsupported start tag at byte offset 0"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "kicked": (403, "Forbidden: bot was kicked from the group chat"),
    "not_found": (400, "Bad Request: chat not found"),
    "refused": (400, "Bad Request: message text is refused"),
    "unauthorized": (401, "Unauthorized"),
    "server": (500, "Internal Server Error"),
    "gone_edit": (400, "Bad Request: message to edit not found"),
}


def error_body(status: int, description: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    """An error as the API words it."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return body
