"""The bot's process: receives updates, answers, delivers what is due, and watches over the harvest."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from telegram import BotCommand, LinkPreviewOptions, Update
from telegram.constants import ChatMemberStatus, ParseMode
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError
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

from foundation.errors import ConfigurationError, DanvanError
from foundation.settings import Settings
from models.database import transaction
from models.read_only import open_reading, reading
from models.tables import BotViewRow
from notifications.bot.dispatch import COMMANDS, LOOKS, BotContext, command, press, question
from notifications.bot.views import Reply, keep, unwritten
from notifications.channels.telegram import api_root, keyboard, silence_client_logs
from notifications.checks import check_dead_runs, check_silence
from notifications.deliver import deliver, utc_now
from notifications.markup import plain
from notifications.rows import paper_names
from notifications.subscribers import ensure_default_subscribers, find_chat, move_chat, switch_off
from notifications.values import Pace

logger = logging.getLogger(__name__)

DELIVER_EVERY = 60.0
WATCH_EVERY = 600.0
ANSWER_SECONDS = 20.0
"""A question of a chat that takes longer is answered with advice to narrow it."""


def run_bot(settings: Settings, engine: Engine, *, stop: asyncio.Event | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM; blocks. State is in the database: kill and start it at will.

    Raises ConfigurationError without a token, or when Telegram refuses it.
    """
    if settings.telegram_token is None:
        raise ConfigurationError("Chưa có DANVAN_TELEGRAM_TOKEN. Tạo bot ở @BotFather rồi ghi mã vào .env.")
    try:
        asyncio.run(BotProcess(settings, engine).run(stop))
    except InvalidToken:
        # Not chained: the library's own words carry the token.
        raise ConfigurationError("Telegram không nhận DANVAN_TELEGRAM_TOKEN. Kiểm tra mã ở @BotFather.") from None


def _house(settings: Settings) -> BotContext:
    from crawlers.catalogue import catalogue_of

    return BotContext(paper_names(settings), catalogue_of(settings).sources)


class BotProcess:
    """One running bot."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        clock: Callable[[], datetime] = utc_now,
        deliver_every: float = DELIVER_EVERY,
        watch_every: float = WATCH_EVERY,
    ) -> None:
        silence_client_logs()
        self._settings = settings
        self._engine = engine
        self._reading = open_reading(engine.url.render_as_string(hide_password=False))
        self._clock = clock
        self._every = ((deliver_every, self._deliver), (watch_every, self._watch))
        self._house = _house(settings)
        self._since = clock()

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Serve until `stop` is set (or a signal comes)."""
        stop = stop or asyncio.Event()
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            for one in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(one, stop.set)
        with transaction(self._engine) as session:
            ensure_default_subscribers(session, self._settings, self._clock())
        application = self._application()
        await self._start(application)
        tasks = [asyncio.create_task(self._repeat(seconds, work, stop)) for seconds, work in self._every]
        await stop.wait()
        await asyncio.gather(*tasks)
        if application.updater is not None:
            await application.updater.stop()
        await application.stop()
        await application.shutdown()

    async def _start(self, application: Any) -> None:  # noqa: ANN401 (the library's six-fold generic)
        while True:
            try:
                await application.initialize()
                break
            except InvalidToken:
                raise
            except TelegramError:
                logger.warning("Chưa kết nối được Telegram, thử lại sau 10 giây.")
                await asyncio.sleep(10)
        with contextlib.suppress(TelegramError):
            await application.bot.set_my_commands([BotCommand(name, words) for name, words in COMMANDS.items()])
        await application.updater.start_polling(
            allowed_updates=[Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER],
            drop_pending_updates=False,
            bootstrap_retries=-1,
            error_callback=_polling_error,
        )
        await application.start()

    def _application(self) -> Any:  # noqa: ANN401 (the library's six-fold generic)
        token = self._settings.telegram_token
        assert token is not None  # noqa: S101 (checked by run_bot; tells mypy)
        application = (
            ApplicationBuilder()
            .application_class(Application)
            .token(token.get_secret_value())
            .base_url(api_root(self._settings.telegram_base_url))
            .rate_limiter(AIORateLimiter(max_retries=3))
            .concurrent_updates(4)
            .job_queue(None)
            .build()
        )
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self._migrated))
        application.add_handler(MessageHandler(filters.TEXT, self._message))
        application.add_handler(CallbackQueryHandler(self._pressed))
        application.add_handler(ChatMemberHandler(self._member, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_error_handler(self._error)
        return application

    async def _repeat(self, seconds: float, work: Callable[[], None], stop: asyncio.Event) -> None:
        """Do a piece of blocking work again and again, in a thread; its faults are told and do not end the bot."""
        while not stop.is_set():
            try:
                await asyncio.to_thread(work)
            except DanvanError as error:
                logger.error("%s", error)  # noqa: TRY400 (a sentence for staff; the trace says no more)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    def _deliver(self) -> None:
        # Little patience: it comes back in a minute, and the bot must be able to stop.
        deliver(self._engine, self._settings, self._clock, pace=Pace(patience=5))

    def _watch(self) -> None:
        check_dead_runs(self._engine, self._settings, self._clock())
        check_silence(self._engine, self._settings, self._clock(), watching_since=self._since)

    async def _message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        message, chat = update.effective_message, update.effective_chat
        if message is None or chat is None or not message.text:
            return
        name, text = read_command(message.text, context.bot.username, private=chat.type == chat.PRIVATE)
        if name is None:
            return
        title = chat.title or chat.full_name or ""

        def ask() -> tuple[Reply | None, list[BotViewRow]]:
            now = self._clock()
            with reading(self._reading, ANSWER_SECONDS) as session:
                answer, views = question(session, self._house, str(chat.id), name, text, now), unwritten(session)
            if answer is None:
                with transaction(self._engine) as session:
                    answer = command(session, self._house, str(chat.id), title, name, text, now)
            return answer, views

        answer, views = await asyncio.to_thread(ask)
        if answer is not None and answer.html is not None:
            await _say(message.reply_text, answer)
        self._keep(context, views)

    async def _pressed(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query, chat = update.callback_query, update.effective_chat
        if query is None or chat is None or query.data is None:
            return
        data = query.data

        def ask() -> tuple[Reply, list[BotViewRow]]:
            now = self._clock()
            if data.partition(":")[0] in LOOKS:
                with reading(self._reading, ANSWER_SECONDS) as session:
                    return press(session, self._house, str(chat.id), data, now), unwritten(session)
            with transaction(self._engine) as session:
                return press(session, self._house, str(chat.id), data, now), []

        answer, views = await asyncio.to_thread(ask)
        self._keep(context, views)
        with contextlib.suppress(BadRequest):  # a query older than a few minutes cannot be answered any more
            await query.answer(answer.toast or None, show_alert=len(answer.toast) > 60)
        if answer.html is not None:
            await _say(query.edit_message_text, answer)
        elif answer.buttons:
            with contextlib.suppress(BadRequest):  # not modified: pressed twice
                await query.edit_message_reply_markup(keyboard(answer.buttons))

    def _keep(self, context: ContextTypes.DEFAULT_TYPE, views: list[BotViewRow]) -> None:
        """Write what the buttons of an answer stand for, behind it: the writer may be busy for a while."""

        def write() -> None:
            with transaction(self._engine) as session:
                keep(session, views, self._clock())

        if views:
            context.application.create_task(asyncio.to_thread(write))

    async def _member(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        change, chat = update.my_chat_member, update.effective_chat
        gone = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
        if change is None or chat is None or change.new_chat_member.status not in gone:
            return

        def leave() -> None:
            with transaction(self._engine) as session:
                row = find_chat(session, str(chat.id))
                if row is not None:
                    switch_off(session, row, "Bot đã bị đưa ra khỏi cuộc trò chuyện.")

        await asyncio.to_thread(leave)

    async def _migrated(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        if message is None or message.migrate_to_chat_id is None:
            return
        old, new = str(message.chat.id), str(message.migrate_to_chat_id)

        def follow() -> None:
            with transaction(self._engine) as session:
                row = find_chat(session, old)
                if row is not None:
                    move_chat(session, row, new)

        await asyncio.to_thread(follow)

    async def _error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Our own words for a fault: the library's carry chats and addresses."""
        logger.error("Một yêu cầu của bot không trả lời được (%s).", type(context.error).__name__)
        if isinstance(update, Update) and update.effective_message and isinstance(context.error, DanvanError):
            with contextlib.suppress(TelegramError):
                await update.effective_message.reply_text("⚠️ Kho lưu trữ đang bận, xin thử lại sau ít phút.")


def _polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("Có một bot khác đang chạy với cùng mã token: hãy tắt một trong hai.")
    elif isinstance(error, InvalidToken):
        logger.error("Telegram không nhận mã token của bot nữa.")
    else:
        logger.warning("Mất kết nối với Telegram, đang thử lại.")


def read_command(text: str, me: str, *, private: bool) -> tuple[str | None, str]:
    """The command and the words after it. In a private chat plain words are a search; in a group they are not ours."""
    head, _, rest = text.strip().partition(" ")
    if not head.startswith("/"):
        return ("tim", text) if private else (None, "")
    name, _, whom = head[1:].partition("@")
    if whom and whom.casefold() != me.casefold():
        return None, ""
    return name.casefold(), rest.strip()


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
