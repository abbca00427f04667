"""Telegram's updates: received by python-telegram-bot, answered by `notifications.bot.talk`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import BotCommand, LinkPreviewOptions, Message, Update
from telegram import Chat as TelegramChat
from telegram.constants import ChatMemberStatus, ParseMode
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)
from telegram.request import HTTPXRequest

from foundation.errors import DanvanError
from foundation.settings import Settings
from models.tables import BotViewRow
from notifications.bot.dispatch import COMMANDS, Chat
from notifications.bot.talk import Talk, read_command
from notifications.bot.views import Reply
from notifications.channels.contract import SILENT, api_root, asked
from notifications.channels.telegram import keyboard, proxy_of, receipt_of, silence_client_logs
from notifications.markup import plain
from notifications.values import Receipt, Result

logger = logging.getLogger(__name__)

ALLOWED = [Update.MESSAGE, Update.CHANNEL_POST, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
RETRY_AFTER = 10.0
"""Seconds between two tries to begin."""
DEAF_AFTER = 150.0
"""Seconds without a question for updates (the library pauses 30 at most) after which the listening is begun anew."""
LOOK = 10.0
Heard = Callable[[Receipt], Awaitable[None]]
"""Told what an answer of the service, or none, says of the channel."""


class TelegramListener:
    """Receives and answers until it is cancelled; begins whenever Telegram can be reached."""

    def __init__(self, settings: Settings, talk: Talk, heard: Heard) -> None:
        silence_client_logs()
        self._settings = settings
        self._talk = talk
        self._heard = heard
        self._behind: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Receive updates; ends by being cancelled, and when the library has given up asking for them."""
        poll = _Poll(proxy_of(self._settings))
        application = self._application(poll)
        try:
            await self._begin(application)
            poll.asked_at = time.monotonic()
            while not poll.refused.is_set() and time.monotonic() - poll.asked_at < DEAF_AFTER:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(poll.refused.wait(), LOOK)
            logger.warning("Bot Telegram không còn nghe được tin nhắn, bắt đầu nghe lại.")
        finally:
            await self._end(application)

    async def _begin(self, application: Any) -> None:
        pause = RETRY_AFTER
        while True:
            try:
                async with asyncio.timeout(DEAF_AFTER):
                    await application.initialize()
                break
            except (TelegramError, TimeoutError) as error:
                logger.warning("Chưa kết nối được Telegram, thử lại sau %g giây.", pause)
                gone = Receipt(Result.UNREACHABLE, error=SILENT)
                await self._heard(asked(receipt_of(error)) if isinstance(error, TelegramError) else gone)
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, 30 * RETRY_AFTER)
        await self._heard(Receipt(Result.SENT))
        with contextlib.suppress(TelegramError):
            await application.bot.set_my_commands([BotCommand(name, words) for name, words in COMMANDS.items()])
        await application.updater.start_polling(
            allowed_updates=ALLOWED,
            drop_pending_updates=False,
            bootstrap_retries=-1,
            error_callback=self._polling_error,
        )
        await application.start()

    async def _end(self, application: Any) -> None:
        """Let go; whatever does not answer is left behind (an update that was not confirmed comes again)."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2):
                if application.updater is not None and application.updater.running:
                    await application.updater.stop()
                if application.running:
                    await application.stop()
                await application.shutdown()

    def _application(self, poll: _Poll) -> Any:
        token = self._settings.telegram_token
        builder = (
            ApplicationBuilder()
            .application_class(Application)
            .token(token.get_secret_value() if token else "")
            .base_url(api_root(self._settings.telegram_base_url))
            .rate_limiter(AIORateLimiter(max_retries=3))
            .concurrent_updates(4)
            .job_queue(None)
        )
        proxy = proxy_of(self._settings)
        if proxy is not None:
            builder = builder.proxy(proxy)
        application = builder.get_updates_request(poll).build()
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self._migrated))
        application.add_handler(MessageHandler(filters.ALL & ~filters.StatusUpdate.ALL, self._message))
        application.add_handler(CallbackQueryHandler(self._pressed))
        application.add_handler(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_error_handler(self._error)
        return application

    async def _message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None:
            return
        chat = _chat(message)
        # In a group what answers the bot's own words is meant for it, all else but commands is not.
        ours = message.reply_to_message is not None and _id(message.reply_to_message.from_user) == context.bot.id
        if not message.text:
            name, text = ("picture", "") if chat.private else (None, "")
        else:
            name, text = read_command(message.text, context.bot.username, private=chat.private or ours)
        if name is None:
            return
        answer, views = await asyncio.to_thread(self._talk.say, chat, name, text)
        if answer is not None and answer.html is not None:
            await _say(message.reply_text, answer)
        self._keep(views)

    async def _pressed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        if query is None or query.data is None or update.effective_chat is None:
            return
        chat = Chat("telegram", str(update.effective_chat.id))
        answer, views = await asyncio.to_thread(self._talk.press, chat, query.data)
        self._keep(views)
        with contextlib.suppress(BadRequest):  # a query older than a few minutes cannot be answered any more
            await query.answer(answer.toast or None, show_alert=len(answer.toast) > 60)
        if answer.html is not None:
            await _say(query.edit_message_text, answer)
        elif answer.buttons:
            with contextlib.suppress(BadRequest):  # not modified: pressed twice
                await query.edit_message_reply_markup(keyboard(answer.buttons))

    def _keep(self, views: list[BotViewRow]) -> None:
        """Write what the buttons of an answer stand for, behind it: the writer may be busy for a while."""
        if views:
            task = asyncio.create_task(asyncio.to_thread(self._talk.keep, views))
            self._behind.add(task)
            task.add_done_callback(self._behind.discard)

    async def _member(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        change, chat = update.my_chat_member, update.effective_chat
        gone = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
        if change is not None and chat is not None and change.new_chat_member.status in gone:
            there = Chat("telegram", str(chat.id))
            await asyncio.to_thread(self._talk.leave, there, "Bot đã bị đưa ra khỏi cuộc trò chuyện.")

    async def _migrated(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is not None and message.migrate_to_chat_id is not None:
            await asyncio.to_thread(self._talk.move, _chat(message), str(message.migrate_to_chat_id))

    async def _error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Our own words for a fault: the library's carry chats and addresses."""
        logger.error("Một yêu cầu của bot không trả lời được (%s).", type(context.error).__name__)
        if isinstance(update, Update) and update.effective_message and isinstance(context.error, DanvanError):
            with contextlib.suppress(TelegramError):
                await update.effective_message.reply_text("⚠️ Kho lưu trữ đang bận, xin thử lại sau ít phút.")

    def _polling_error(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            logger.error("Có một bot khác đang chạy với cùng mã token: hãy tắt một trong hai.")
            return
        logger.warning("Mất kết nối với Telegram, đang thử lại.")
        if isinstance(error, NetworkError):
            task = asyncio.ensure_future(self._heard(receipt_of(error)))
            self._behind.add(task)
            task.add_done_callback(self._behind.discard)


class _Poll(HTTPXRequest):
    """The library's second client, which asks for updates. It gives up for good, in silence, when the token is refused
    once, and waits for ever for a proxy that says nothing: so we look after it.
    """

    def __init__(self, proxy: str | None) -> None:
        super().__init__(connection_pool_size=1, proxy=proxy)
        self.asked_at = time.monotonic()
        self.refused = asyncio.Event()

    async def do_request(self, *given: Any, **named: Any) -> tuple[int, bytes]:
        """As the library's, and noted."""
        self.asked_at = time.monotonic()
        status, payload = await super().do_request(*given, **named)
        if status in (401, 404):
            self.refused.set()
        return status, payload


def _chat(message: Message) -> Chat:
    chat = message.chat
    thread = str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else None
    title = chat.title or chat.full_name or ""
    return Chat("telegram", str(chat.id), title, thread, private=chat.type == TelegramChat.PRIVATE)


def _id(user: Any) -> int | None:
    return None if user is None else int(user.id)


async def _say(send: Callable[..., Awaitable[Any]], answer: Reply) -> None:
    """Send or edit; words whose tags are refused go out plain, a flood is waited for once."""
    more = {"reply_markup": keyboard(answer.buttons), "link_preview_options": LinkPreviewOptions(is_disabled=True)}
    words = answer.html or ""
    try:
        await send(words, parse_mode=ParseMode.HTML, **more)
    except BadRequest as error:
        if "not modified" not in str(error).casefold():
            await send(plain(words)[:4000], **more)
    except RetryAfter as error:
        wait = error.retry_after
        await asyncio.sleep(wait if isinstance(wait, int) else wait.total_seconds())
        await send(words, parse_mode=ParseMode.HTML, **more)
