"""Telegram's Bot API as a channel: python-telegram-bot sends, we tell faults apart.

Nothing here, and nothing that comes out of here, names the token or a chat: errors are our own words.
"""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import Any

import httpx
from pydantic import SecretStr
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from notifications.markup import CAPTION_LIMIT, MESSAGE_LIMIT, cut_plain, plain
from notifications.values import Buttons, Message, Outcome, Pace, Result

GONE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "group chat was deactivated",
    "bot was kicked",
    "bot is not a member",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "peer_id_invalid",
    "topic_closed",
)
"""Words of a 400 that mean the chat cannot be written to any more (tdlib/telegram-bot-api, Client.cpp)."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Faults before the request left: the message surely did not arrive."""
CUT_OFF = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)
"""Faults after (part of) the request left: it may have arrived."""


def silence_client_logs() -> None:
    """Turn the libraries' own logs off: they print the token in URLs and chat ids in parameters.

    Their faults reach us as exceptions, which we report in our own words.
    """
    # The library's switch to its coming type of `retry_after`; without it every 429 prints a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    for name in ("telegram", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def api_root(base_url: str) -> str:
    """The address before the token, as the library wants it.

    "http://host:port", "http://host:port/bot" and "http://host:port/bot/" all mean "http://host:port/bot".
    """
    root = base_url.rstrip("/")
    return root if root.endswith("/bot") else root + "/bot"


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Our buttons as the library's."""
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(b.text, callback_data=b.data, url=b.url) for b in row] for row in buttons]
    )


class TelegramChannel:
    """Sends and edits through the Bot API at `base_url`."""

    def __init__(self, token: SecretStr, base_url: str, pace: Pace) -> None:
        silence_client_logs()
        request = HTTPXRequest(
            connection_pool_size=pace.at_once + 4,
            read_timeout=pace.answer_timeout,
            write_timeout=pace.answer_timeout,
            connect_timeout=pace.answer_timeout,
            pool_timeout=pace.answer_timeout,
            media_write_timeout=pace.answer_timeout * 2,
        )
        # The bot is not initialised: that would ask getMe, and name the token when it is refused.
        self._request = request
        self._bot = Bot(
            token.get_secret_value(), base_url=api_root(base_url), request=request, get_updates_request=request
        )

    async def send(self, address: str, message: Message) -> Outcome:
        """Send one message; a text whose tags Telegram refuses goes out plain at once."""
        try:
            sent = await self._send(address, message)
        except BadRequest as error:
            if "parse entities" not in str(error).casefold() and "too long" not in str(error).casefold():
                return outcome_of(error)
            try:
                sent = await self._send(address, message, bare=True)
            except TelegramError as second:
                return outcome_of(second)
        except TelegramError as error:
            return outcome_of(error)
        return Outcome(Result.SENT, message_id=str(sent.message_id))

    async def _send(self, address: str, message: Message, *, bare: bool = False) -> Any:  # noqa: ANN401 (the library's Message)
        limit = MESSAGE_LIMIT if message.picture is None else CAPTION_LIMIT
        words = cut_plain(plain(message.html), limit) if bare else message.html
        style: dict[str, Any] = {
            "parse_mode": None if bare else ParseMode.HTML,
            "reply_markup": keyboard(message.buttons),
        }
        if message.picture is not None:
            return await self._bot.send_photo(chat_of(address), message.picture, caption=words, **style)
        no_preview = LinkPreviewOptions(is_disabled=True)
        return await self._bot.send_message(chat_of(address), words, link_preview_options=no_preview, **style)

    async def edit(self, address: str, message_id: str, message: Message) -> Outcome:
        """Replace the words of a message; one that already says so, or is gone, counts as done."""
        try:
            await self._edit(address, message_id, message.html, message, ParseMode.HTML)
        except BadRequest as error:
            words = str(error).casefold()
            if "not modified" in words:
                return Outcome(Result.SENT, message_id=message_id)
            if "parse entities" not in words:
                return outcome_of(error)
            try:
                await self._edit(address, message_id, cut_plain(plain(message.html)), message, None)
            except TelegramError as second:
                return outcome_of(second)
        except TelegramError as error:
            return outcome_of(error)
        return Outcome(Result.SENT, message_id=message_id)

    async def _edit(self, address: str, message_id: str, words: str, message: Message, mode: str | None) -> None:
        await self._bot.edit_message_text(
            words,
            chat_of(address),
            int(message_id),
            parse_mode=mode,
            reply_markup=keyboard(message.buttons),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()


def chat_of(address: str) -> int | str:
    """A chat id as the API takes it: a number, or "@channel"."""
    return int(address) if address.lstrip("-").isdigit() else address


def outcome_of(error: TelegramError) -> Outcome:  # noqa: PLR0911 (one return a fault: a table in words)
    """What a fault of the API means for the message and its chat."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return Outcome(Result.HOLD, seconds=seconds, error="Telegram yêu cầu chờ.")
        case ChatMigrated():
            return Outcome(Result.MIGRATED, new_address=str(error.new_chat_id), error="Nhóm đã thành siêu nhóm.")
        case Forbidden():
            return Outcome(Result.OFF, error="Cuộc trò chuyện đã chặn hoặc xóa bot (403).")
        case InvalidToken():
            return Outcome(Result.DENIED, error="Telegram không nhận mã token của bot (401).")
        case BadRequest():
            return _refused(error)
        case TimedOut() if not isinstance(error.__cause__, NOT_SENT):
            return Outcome(Result.TIMED_OUT, error="Hết thời gian chờ: không rõ tin đã tới hay chưa.")
        case NetworkError() if isinstance(
            error.__cause__, (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)
        ):
            return Outcome(Result.TIMED_OUT, error="Mất kết nối khi chờ trả lời: không rõ tin đã tới hay chưa.")
        case NetworkError():
            return Outcome(Result.RETRY, error="Không kết nối được máy chủ Telegram hoặc máy chủ báo lỗi.")
        case _:
            return Outcome(Result.GARBLED, error="Máy chủ Telegram trả lời không đọc được.")


def _refused(error: BadRequest) -> Outcome:
    words = str(error).casefold()
    if any(gone in words for gone in GONE):
        return Outcome(Result.OFF, error="Không còn gửi được vào cuộc trò chuyện này (400).")
    return Outcome(Result.FAILED, error="Telegram từ chối tin (400).")
