"""Zalo's Bot Platform: a small client, the channel that sends, and the poll that receives.

The methods stand at bot.zaloplatforms.com/docs (looked up 2026-11): `POST …/bot<TOKEN>/<method>` with JSON, answers
`{"ok": true, "result": …}` or `{"ok": false, "error_code", "description"}`. `getUpdates` gives one update (an object,
not a list) and answers error 408 when none came; nothing is confirmed, an update is given once. A sent message cannot
be edited. Only ever tried against the stand-in of the tests (tests/zaloapi.py): see docs/alerts.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from notifications.channels.contract import ABOUT, Channel, api_root, asked, silence
from notifications.markup import plain, split_lines
from notifications.values import Message, Pace, Receipt, Result

GONE = ("chat not found", "user not found", "not a member", "blocked", "chat_id is invalid", "invalid chat_id")
"""Words of a refusal that mean the reader cannot be written to any more."""
POLL = 30
"""Seconds that `getUpdates` waits for something to come."""


class ZaloError(Exception):
    """The platform refused: `code` is its error_code (or the HTTP status), `words` its description."""

    def __init__(self, code: int, words: str = "") -> None:
        super().__init__(f"Zalo: {code}")
        self.code, self.words = code, words


class ZaloClient:
    """Calls methods of one bot. Nothing that comes out of here names the token."""

    def __init__(self, token: SecretStr, base_url: str, timeout: float) -> None:
        silence("httpx", "httpcore")
        self._root = api_root(base_url) + token.get_secret_value()
        self._http = httpx.AsyncClient(timeout=timeout, follow_redirects=False)

    async def call(self, method: str, values: Mapping[str, str], *, wait: float = 0) -> Any:
        """The result of a method.

        Raises ZaloError for a refusal or an answer of a gateway on the way (its status as code), ValueError for an
        answer that is no JSON, httpx's errors for the connection. `wait` seconds are added to the time-out.
        """
        timeout = httpx.Timeout(self._http.timeout.connect, read=(self._http.timeout.read or 0) + wait)
        answer = await self._http.post(f"{self._root}/{method}", json=dict(values), timeout=timeout)
        try:
            told = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            if answer.status_code >= 400:
                raise ZaloError(answer.status_code) from error
            raise ValueError(method) from error
        if isinstance(told, dict) and told.get("ok"):
            return told.get("result")
        told = told if isinstance(told, dict) else {}
        raise ZaloError(int(told.get("error_code") or answer.status_code), str(told.get("description") or ""))

    async def updates(self) -> list[dict[str, Any]]:
        """What came in since the last call: waits for up to half a minute. Raises as `call`."""
        try:
            found = await self.call("getUpdates", {"timeout": str(POLL)}, wait=POLL + 5)
        except ZaloError as error:
            if error.code == 408:  # nothing came
                return []
            raise
        return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class ZaloChannel(Channel):
    """Sends plain words of at most 2,000 characters; a longer text goes out in several messages."""

    def __init__(self, token: SecretStr, base_url: str, pace: Pace) -> None:
        self._client = ZaloClient(token, base_url, pace.answer_timeout)
        self._pace = pace

    def gap(self, _address: str) -> float:
        """No pace is published: as Telegram's in a chat, for groups and people alike."""
        return self._pace.chat_gap

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message (a picture stays behind: the platform takes it by address only)."""
        receipt = Receipt(Result.FAILED, error="Tin không có chữ nào.")
        for number, piece in enumerate(pieces(message)):
            receipt = await self._call("sendMessage", chat_id=address, text=piece)
            if receipt.result is not Result.SENT:
                # A part has arrived: the whole would be repeated, marked as such.
                return Receipt(Result.TIMED_OUT, error=receipt.error) if number else receipt
        return receipt

    async def check(self) -> Receipt:
        """Ask who we are."""
        return asked(await self._call("getMe"))

    async def _call(self, method: str, **values: str) -> Receipt:
        try:
            result = await self._client.call(method, values)
        except Exception as error:  # noqa: BLE001 (the contract: a fault is a receipt)
            return receipt_of(error)
        return Receipt(Result.SENT, message_id=str((result or {}).get("message_id") or "")[:64] or None)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def pieces(message: Message) -> Iterator[str]:
    """The words of a message as the platform takes them."""
    yield from split_lines(plain(message.html), ABOUT["zalo"].length)


def receipt_of(error: Exception) -> Receipt:
    """What a fault means for the message and its reader."""
    match error:
        case ZaloError(code=401) | ZaloError(code=404, words=""):
            return Receipt(Result.DENIED, error="Zalo không nhận mã token của bot.")
        case ZaloError(code=429):
            return Receipt(Result.HOLD, seconds=60, error="Zalo yêu cầu chờ.")
        case ZaloError() if error.code >= 500 or error.code == 408:
            return Receipt(Result.UNREACHABLE, error=f"Máy chủ Zalo báo lỗi ({error.code}).")
        case ZaloError() if error.code == 403 or any(words in error.words.casefold() for words in GONE):
            return Receipt(Result.OFF, error=f"Không còn gửi được tới người nhận này trên Zalo ({error.code}).")
        case ZaloError():
            return Receipt(Result.FAILED, error=f"Zalo từ chối tin ({error.code}).")
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout() | httpx.ProxyError():
            return Receipt(Result.UNREACHABLE, error="Không kết nối được máy chủ Zalo.")
        case httpx.HTTPError():
            return Receipt(Result.TIMED_OUT, error="Mất kết nối khi chờ Zalo trả lời: không rõ tin đã tới hay chưa.")
        case _:
            return Receipt(Result.GARBLED, error="Máy chủ Zalo trả lời không đọc được.")
