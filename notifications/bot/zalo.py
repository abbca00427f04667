"""Zalo's updates: received by long polling, answered by `notifications.bot.talk`.

Zalo's bots have no buttons: what would be a button stands below the answer as a numbered line, and its number, sent
back, presses it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from foundation.errors import DanvanError
from foundation.settings import Settings
from models.tables import BotViewRow
from notifications.bot.dispatch import Chat
from notifications.bot.talk import Talk, read_command
from notifications.bot.telegram import Heard
from notifications.bot.views import Reply
from notifications.channels.zalo import ZaloChannel, ZaloClient, ZaloError, receipt_of
from notifications.markup import plain
from notifications.values import Message, Pace, Receipt, Result

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
WEBHOOK = (
    "Bot Zalo không nghe được tin nhắn: có nơi khác đã đặt webhook cho bot này. "
    "Tin báo vẫn gửi đi. Muốn bot trả lời lại, gọi phương thức deleteWebhook của bot, hoặc tạo bot khác."
)
GROUPS_CLOSED = "Bot này chưa được phép phục vụ trong nhóm Zalo."


class ZaloListener:
    """Receives and answers until it is cancelled."""

    def __init__(self, settings: Settings, talk: Talk, heard: Heard) -> None:
        assert settings.zalo_token is not None
        self._groups = settings.zalo_groups
        self._client = ZaloClient(settings.zalo_token, settings.zalo_base_url, Pace().answer_timeout)
        self._channel = ZaloChannel(settings.zalo_token, settings.zalo_base_url, Pace())
        self._talk = talk
        self._heard = heard
        self._choices: dict[str, list[str]] = {}
        self._well: bool | None = None
        self._deaf: bool | None = None

    async def listen(self) -> None:
        """Receive updates; ends only by being cancelled."""
        pause = 1.0
        try:
            while True:
                try:
                    updates = await self._client.updates()
                except Exception as error:  # noqa: BLE001 (whatever it is, the next poll may pass)
                    await self._tell(receipt_of(error))
                    await self._ask_for_webhook(error)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
                    continue
                pause = 1.0
                await self._tell(Receipt(Result.SENT))
                await self._hear(webhook=False)
                for update in updates:
                    await self._answer(update)
        finally:
            await self._client.close()
            await self._channel.close()

    async def _ask_for_webhook(self, error: Exception) -> None:
        """Whether a poll was refused because a webhook is set: with one no message ever comes by polling."""
        if not isinstance(error, ZaloError) or receipt_of(error).result in (Result.DENIED, Result.UNREACHABLE):
            return
        with suppress(ZaloError, ValueError, httpx.HTTPError):
            told = await self._client.call("getWebhookInfo", {})
            await self._hear(webhook=isinstance(told, dict) and bool(told.get("url")))

    async def _hear(self, *, webhook: bool) -> None:
        if webhook is not self._deaf:
            self._deaf = webhook
            with suppress(DanvanError):
                await asyncio.to_thread(self._talk.alarm, "zalo-webhook", WEBHOOK if webhook else "")

    async def _tell(self, receipt: Receipt) -> None:
        """Say how the channel fares: every failure, and the first sign of life after one."""
        well = receipt.result is Result.SENT
        if not well or self._well is not True:
            await self._heard(receipt)
        self._well = well

    async def _answer(self, update: Mapping[str, Any]) -> None:
        try:
            await self._answer_message(update.get("message") or {})
        except DanvanError as error:
            logger.error("%s", error)  # noqa: TRY400 (a sentence for staff; the trace says no more)
        except Exception as error:  # noqa: BLE001 (one message must not end the poll; its words stay out of the log)
            logger.error("Một tin nhắn Zalo không trả lời được (%s).", type(error).__name__)  # noqa: TRY400 (as above)

    async def _answer_message(self, message: Mapping[str, Any]) -> None:
        chat = _chat(message)
        if chat is None:
            return
        if not chat.private and not self._groups:
            logger.warning(GROUPS_CLOSED)
            return
        name, text = _meant(message, private=chat.private)
        if name is None:
            return
        if name == "say" and text.strip().isdecimal() and (data := self._chosen(chat, int(text))) is not None:
            pressed, views = await asyncio.to_thread(self._talk.press, chat, data)
            answer: Reply | None = pressed
        else:
            answer, views = await asyncio.to_thread(self._talk.say, chat, name, text)
        if answer is not None:
            await self._send(chat, answer, views)

    def _chosen(self, chat: Chat, number: int) -> str | None:
        choices = self._choices.get(chat.address, [])
        return choices[number - 1] if 0 < number <= len(choices) else None

    async def _send(self, chat: Chat, answer: Reply, views: list[BotViewRow]) -> None:
        buttons = [b for row in answer.buttons for b in row if b.data != "none"]
        lines = [f"{number}. {button.text}" for number, button in enumerate(buttons, 1)]
        words = answer.html or answer.toast
        if lines and answer.html is not None:
            self._choices[chat.address] = [button.data for button in buttons]
            words += "\n\nTrả lời bằng số:\n" + "\n".join(lines)
        if words:
            await self._channel.send(chat.address, Message(words))
        if views:
            await asyncio.to_thread(self._talk.keep, views)


def _chat(message: Mapping[str, Any]) -> Chat | None:
    """Who wrote. Lenient: only the chat's id is needed."""
    chat, sender = message.get("chat") or {}, message.get("from") or {}
    address = chat.get("id") or sender.get("id")
    if not address or sender.get("is_bot"):
        return None
    private = str(chat.get("chat_type") or "PRIVATE").upper() != "GROUP"
    names = (chat.get("title"), chat.get("name"), *map(sender.get, ("display_name", "first_name", "name")))
    title = next(filter(None, names), "")
    return Chat("zalo", str(address), plain(str(title)), private=private)


def _meant(message: Mapping[str, Any], *, private: bool) -> tuple[str | None, str]:
    text = str(message.get("text") or "")
    if not text.strip():
        return ("picture", "") if private else (None, "")
    # In a group Zalo hands over what names the bot: the mention stands before the command, or the number of a choice.
    head = text.strip()
    if not private and head.startswith("@"):
        if "/" in head:
            head = head[head.index("/") :]
        elif (number := head.split()[-1]).isdecimal():
            return "say", number
    return read_command(head, "", private=private)
