"""Telegram's Bot API as a channel: python-telegram-bot sends, we tell faults apart.

Nothing here, and nothing that comes out of here, names the token or a chat: errors are our own words.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
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

from foundation.settings import Settings
from notifications.channels.contract import NO_ANSWER, PLACE, Channel, api_root, asked, silence
from notifications.markup import CAPTION_LIMIT, MESSAGE_LIMIT, cut_plain, plain
from notifications.values import Buttons, Message, Pace, Receipt, Result

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
)
"""Words of a 400 that mean the chat cannot be written to any more (tdlib/telegram-bot-api, Client.cpp)."""
CLOSED = ("topic_closed", "topic_deleted", "thread not found", "topic_id_invalid")
"""… that the topic of the forum is closed or gone: the group itself still takes messages elsewhere."""
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Faults before the request left: the message surely did not arrive."""
CUT_OFF = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)
"""Faults after (part of) the request left: it may have arrived."""


def silence_client_logs() -> None:
    """Turn off the logs of all libraries between us and Telegram."""
    # The library's switch to its coming type of `retry_after`; without it every 429 prints a warning.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    silence("telegram", "httpx", "httpcore")


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    """Our buttons as the library's."""
    if not buttons:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(b.text, callback_data=b.data) for b in row] for row in buttons])


class TelegramChannel(Channel):
    """Sends and edits through the Bot API, by a proxy where the settings name one."""

    def __init__(self, settings: Settings, pace: Pace) -> None:
        silence_client_logs()
        self._pace = pace
        request = HTTPXRequest(
            connection_pool_size=pace.at_once + 4,
            proxy=proxy_of(settings),
            read_timeout=pace.answer_timeout,
            write_timeout=pace.answer_timeout,
            connect_timeout=pace.answer_timeout,
            pool_timeout=pace.answer_timeout,
            media_write_timeout=pace.answer_timeout * 2,
        )
        # The bot is not initialised: that would ask getMe, and name the token when it is refused.
        self._request = request
        self._bot = Bot(
            settings.telegram_token.get_secret_value() if settings.telegram_token else "",
            base_url=api_root(settings.telegram_base_url),
            request=request,
            get_updates_request=request,
        )

    def gap(self, address: str) -> float:
        """A message a second in a chat, 20 a minute in a group."""
        return self._pace.group_gap if address.startswith("-") else self._pace.chat_gap

    async def check(self) -> Receipt:
        """Ask who we are."""
        try:
            await self._bot.get_me()
        except TelegramError as error:
            return asked(receipt_of(error))
        return Receipt(Result.SENT)

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message; a text whose tags Telegram refuses goes out plain at once."""
        try:
            sent = await self._send(address, message)
        except BadRequest as error:
            if message.picture is not None and receipt_of(error).result is not Result.CLOSED:
                return await self.send(address, replace(message, picture=None))  # a group may allow words alone
            if "parse entities" not in str(error).casefold() and "too long" not in str(error).casefold():
                return receipt_of(error)
            try:
                sent = await self._send(address, message, bare=True)
            except TelegramError as second:
                return receipt_of(second)
        except TelegramError as error:
            return receipt_of(error)
        return Receipt(Result.SENT, message_id=str(sent.message_id))

    async def _send(self, address: str, message: Message, *, bare: bool = False) -> Any:
        limit = MESSAGE_LIMIT if message.picture is None else CAPTION_LIMIT
        words = cut_plain(plain(message.html), limit) if bare else message.html
        style: dict[str, Any] = {
            "parse_mode": None if bare else ParseMode.HTML,
            "reply_markup": keyboard(message.buttons),
            "message_thread_id": thread_of(address),
        }
        if message.picture is not None:
            return await self._bot.send_photo(chat_of(address), message.picture, caption=words, **style)
        no_preview = LinkPreviewOptions(is_disabled=True)
        return await self._bot.send_message(chat_of(address), words, link_preview_options=no_preview, **style)

    async def edit(self, address: str, message_id: str, message: Message) -> Receipt:
        """Replace the words of a message; one that already says so, or is gone, counts as done."""
        try:
            await self._edit(address, message_id, message.html, message, ParseMode.HTML)
        except BadRequest as error:
            words = str(error).casefold()
            if "not modified" in words:
                return Receipt(Result.SENT, message_id=message_id)
            if "parse entities" not in words:
                return receipt_of(error)
            try:
                await self._edit(address, message_id, cut_plain(plain(message.html)), message, None)
            except TelegramError as second:
                return receipt_of(second)
        except TelegramError as error:
            return receipt_of(error)
        return Receipt(Result.SENT, message_id=message_id)

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


def proxy_of(settings: Settings) -> str | None:
    """The proxy for both of the library's clients (http, https or socks5), None for a direct way."""
    return None if settings.telegram_proxy is None else settings.telegram_proxy.get_secret_value()


def chat_of(address: str) -> int | str:
    """The chat of an address as the API takes it: a number, or "@channel"."""
    chat = address.partition(PLACE)[0]
    return int(chat) if chat.lstrip("-").isdigit() else chat


def thread_of(address: str) -> int | None:
    """The forum topic of an address, None for the group itself."""
    thread = address.partition(PLACE)[2]
    return int(thread) if thread.isdigit() else None


def receipt_of(error: TelegramError) -> Receipt:
    """What a fault of the API means for the message and its chat."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return Receipt(Result.HOLD, seconds=seconds, error="Telegram yêu cầu chờ.")
        case ChatMigrated():
            return Receipt(Result.MIGRATED, new_address=str(error.new_chat_id), error="Nhóm đã thành siêu nhóm.")
        case Forbidden():
            return Receipt(Result.OFF, error="Cuộc trò chuyện đã chặn hoặc xóa bot (403).")
        case InvalidToken():
            return Receipt(Result.DENIED, error="Telegram không nhận mã token của bot (401).")
        case BadRequest():
            return _refused(error)
        case TimedOut() if not isinstance(error.__cause__, NOT_SENT):
            return Receipt(Result.TIMED_OUT, error=NO_ANSWER)
        case NetworkError() if isinstance(error.__cause__, CUT_OFF):
            return Receipt(Result.TIMED_OUT, error="Mất kết nối khi chờ trả lời: không rõ tin đã tới hay chưa.")
        case NetworkError():
            return Receipt(Result.UNREACHABLE, error="Không kết nối được máy chủ Telegram hoặc máy chủ báo lỗi.")
        case _:
            return Receipt(Result.GARBLED, error="Máy chủ Telegram trả lời không đọc được.")


def _refused(error: BadRequest) -> Receipt:
    words = str(error).casefold()
    if any(closed in words for closed in CLOSED):
        return Receipt(Result.CLOSED, error="Chủ đề nhận tin trong nhóm đã đóng hoặc bị xóa (400).")
    if any(gone in words for gone in GONE):
        return Receipt(Result.OFF, error="Không còn gửi được vào cuộc trò chuyện này (400).")
    return Receipt(Result.FAILED, error="Telegram từ chối tin (400).")
