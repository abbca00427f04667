"""What the stand-in knows: chats, messages, updates, and the limits it enforces."""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.faults import ERRORS, Fault, error_body
from tests.botapi.html_entities import ParseError, parse, units

TOKEN = "123456:TEST-token_of_the_stand-in"


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.body = error_body(status, description, parameters)


@dataclass
class Sent:
    """A message that reached a chat. `at` is seconds on the stand-in's (scaled) clock."""

    chat: int
    message_id: int
    text: str
    raw: str
    at: float
    method: str
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    photo: bytes | None = None
    thread: int | None = None


class BotApi:
    """The API's behaviour. `speed` makes its clock run faster than ours, for tests of the pace."""

    def __init__(self, *, token: str = TOKEN, speed: float = 1.0, limits: bool = True, latency: float = 0.0) -> None:
        self.token = token
        self.speed = speed
        self.limits = limits
        self.latency = latency
        self.lock = threading.Condition()
        self.faults: list[Fault] = []
        self.messages: list[Sent] = []
        self.requests: list[tuple[float, str, int | None, int]] = []
        self.answers: list[dict[str, Any]] = []
        self.commands: list[dict[str, str]] = []
        self.updates: deque[dict[str, Any]] = deque()
        self.keep_messages = True
        self.closed: set[tuple[int, int | None]] = set()
        """Topics of forum groups that take no message: (chat, thread), thread None is General."""
        self.delivered: dict[int, int] = defaultdict(int)
        self._update_id = 100
        self._message_id = 0
        self._recent: dict[int, deque[float]] = defaultdict(deque)
        self._overall: deque[float] = deque()
        self._polling = 0

    def now(self) -> float:
        """Seconds on the scaled clock."""
        return time.monotonic() * self.speed

    def fault(self, kind: str, **more: Any) -> Fault:
        """Switch a fault on."""
        fault = Fault(kind, **more)
        with self.lock:
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switch all faults off."""
        with self.lock:
            self.faults.clear()

    def struck(self, method: str, chat: int | None) -> Fault | None:
        """The fault that strikes a request."""
        with self.lock:
            return next((fault for fault in self.faults if fault.strikes(method, chat)), None)

    def raise_fault(self, fault: Fault) -> None:
        """Raise what an "error" kind of fault answers."""
        if fault.kind == "flood":
            self.flood(fault.retry_after)
        if fault.kind == "migrate":
            raise ApiError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": fault.new_chat},
            )
        if fault.kind in ERRORS:
            raise ApiError(*ERRORS[fault.kind])

    def check(self, token: str) -> None:
        """Reply 401 to a token that is not ours."""
        if token != self.token:
            raise ApiError(401, "Unauthorized")

    def flood(self, seconds: float) -> None:
        """Reply 429."""
        wait = max(1, math.ceil(seconds))
        raise ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})

    def pace(self, chat: int) -> None:
        """Enforce 1 a second in a chat, 20 a minute in a group, 30 a second over all (5 % tolerance)."""
        if not self.limits:
            return
        now = self.now()
        recent = self._recent[chat]
        while recent and recent[0] <= now - 60:
            recent.popleft()
        while self._overall and self._overall[0] <= now - 1:
            self._overall.popleft()
        if recent and now - recent[-1] < 0.95:
            self.flood(recent[-1] + 1 - now)
        if chat < 0 and len(recent) >= 20:
            self.flood(recent[0] + 60 - now)
        if len(self._overall) >= 30:
            self.flood(1)
        recent.append(now)
        self._overall.append(now)

    def call(self, method: str, data: dict[str, Any]) -> Any:
        """The result of a method.

        Raises ApiError.
        """
        handler = getattr(self, f"on_{method}", None)
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        with self.lock:
            return handler(data)

    def _text(self, data: dict[str, Any], name: str, limit: int) -> str:
        raw = str(data.get(name, ""))
        try:
            text, _ = parse(raw) if data.get("parse_mode") == "HTML" else (raw, 0)
        except ParseError as error:
            raise ApiError(400, str(error)) from error
        if name == "text" and not text.strip():
            raise ApiError(400, "Bad Request: message text is empty")
        if units(text) > limit:
            raise ApiError(400, f"Bad Request: {'message' if name == 'text' else 'message caption'} is too long")
        return text

    def _deliver(self, data: dict[str, Any], method: str, text: str, raw: str) -> dict[str, Any]:
        chat = int(data["chat_id"])
        thread = int(data["message_thread_id"]) if data.get("message_thread_id") else None
        if (chat, thread) in self.closed:
            raise ApiError(400, "Bad Request: TOPIC_CLOSED")
        self.pace(chat)
        self._message_id += 1
        self.delivered[chat] += 1
        if self.keep_messages:
            sent = Sent(chat, self._message_id, text, raw, self.now(), method)
            sent.buttons = (data.get("reply_markup") or {}).get("inline_keyboard", [])
            sent.photo = data.get("photo_bytes")
            sent.thread = thread
            self.messages.append(sent)
        return self._message(chat, self._message_id, text)

    def _message(self, chat: int, message_id: int, text: str) -> dict[str, Any]:
        kind = {"id": chat, "type": "supergroup" if chat < 0 else "private"}
        me = {"id": 123456, "is_bot": True, "first_name": "Dân vận", "username": "danvan_bot"}
        return {"message_id": message_id, "date": int(time.time()), "chat": kind, "from": me, "text": text}

    def on_getMe(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": 123456, "is_bot": True, "first_name": "Dân vận", "username": "danvan_bot",
            "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False,
        }  # fmt: skip

    def on_sendMessage(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._deliver(data, "sendMessage", self._text(data, "text", 4096), str(data["text"]))

    def on_sendPhoto(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.get("photo_bytes", b"").startswith(b"\x89PNG"):
            raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
        text = self._text(data, "caption", 1024)
        sent = self._deliver(data, "sendPhoto", text, str(data.get("caption", "")))
        sent["photo"] = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        return sent

    def on_sendDocument(self, data: dict[str, Any]) -> dict[str, Any]:
        return self._deliver(data, "sendDocument", self._text(data, "caption", 1024), str(data.get("caption", "")))

    def on_sendChatAction(self, data: dict[str, Any]) -> bool:
        return True

    def on_editMessageText(self, data: dict[str, Any]) -> dict[str, Any]:
        text = self._text(data, "text", 4096)
        sent = self._find(data)
        self.pace(sent.chat)
        buttons = (data.get("reply_markup") or {}).get("inline_keyboard", [])
        if sent.text == text and sent.buttons == buttons:
            raise ApiError(400, "Bad Request: message is not modified: specified new message content is the same")
        sent.edits.append(text)
        sent.text, sent.raw, sent.buttons = text, str(data["text"]), buttons
        return self._message(sent.chat, sent.message_id, text)

    def on_editMessageReplyMarkup(self, data: dict[str, Any]) -> dict[str, Any]:
        sent = self._find(data)
        sent.buttons = (data.get("reply_markup") or {}).get("inline_keyboard", [])
        return self._message(sent.chat, sent.message_id, sent.text)

    def _find(self, data: dict[str, Any]) -> Sent:
        chat, message_id = int(data["chat_id"]), int(data["message_id"])
        for sent in reversed(self.messages):
            if (sent.chat, sent.message_id) == (chat, message_id):
                return sent
        raise ApiError(400, "Bad Request: message to edit not found")

    def on_answerCallbackQuery(self, data: dict[str, Any]) -> bool:
        self.answers.append(data)
        return True

    def on_setMyCommands(self, data: dict[str, Any]) -> bool:
        self.commands = data.get("commands", [])
        return True

    def on_deleteWebhook(self, data: dict[str, Any]) -> bool:
        return True

    def on_getUpdates(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Long polling; a second poll at the same time is a conflict (409)."""
        if self._polling:
            raise ApiError(409, "Conflict: terminated by other getUpdates request; only one bot instance may run")
        offset = int(data.get("offset") or 0)
        self._polling += 1
        try:
            deadline = time.monotonic() + min(float(data.get("timeout") or 0), 50)
            while True:
                while self.updates and self.updates[0]["update_id"] < offset:
                    self.updates.popleft()
                left = deadline - time.monotonic()
                if self.updates or left <= 0:
                    return list(self.updates)[:100]
                self.lock.wait(min(left, 0.5))
        finally:
            self._polling -= 1

    def push(self, update: dict[str, Any]) -> None:
        """Let the bot receive an update."""
        with self.lock:
            self._update_id += 1
            self.updates.append({"update_id": self._update_id, **update})
            self.lock.notify_all()

    def write(
        self, chat: int, text: str, *, name: str = "Ban Dân vận", user: int | None = None, thread: int | None = None,
        channel: bool = False,
    ) -> None:  # fmt: skip
        """A person writes to the bot; `thread` is a topic of a forum group, `channel` a post in a channel."""
        self._message_id += 1
        kind = {"id": chat, "type": "supergroup" if chat < 0 else "private"}
        kind["title" if chat < 0 else "first_name"] = name
        message: dict[str, Any] = {
            "message_id": self._message_id, "date": int(time.time()), "chat": kind, "text": text,
            "from": {"id": user or abs(chat), "is_bot": False, "first_name": name},
        }  # fmt: skip
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if channel:
            message.pop("from")
            message["chat"] = {"id": chat, "type": "channel", "title": name}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        self.push({"channel_post" if channel else "message": message})

    def press(self, sent: Sent, data: str) -> None:
        """A person presses a button under a message."""
        message = self._message(sent.chat, sent.message_id, sent.text)
        who = {"id": abs(sent.chat), "is_bot": False, "first_name": "Cán bộ"}
        query = {"id": str(self._update_id), "from": who, "message": message, "chat_instance": "1", "data": data}
        self.push({"callback_query": query})

    def of(self, chat: int) -> list[Sent]:
        """The messages of one chat, oldest first."""
        with self.lock:
            return [sent for sent in self.messages if sent.chat == chat]
