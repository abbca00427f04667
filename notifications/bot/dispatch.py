"""From a command or a pressed button to an answer: one place, on a session, without Telegram."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawlers.source import Source
from foundation.errors import UsageError
from models.tables import StrangerRow, SubscriberRow
from notifications.bot import answers, articles, documents, rules_menu
from notifications.bot.health_answer import sources_answer
from notifications.bot.views import Reply, read_view
from notifications.own_channels import taken_by
from notifications.rows import PaperName, Presentation
from notifications.searches import follow_document
from notifications.subscribers import CODE_LETTERS, find_chat, join, needs_no_code, pause, set_quiet_hours

COMMANDS = {
    "tim": "Tìm trong kho tin", "vanban": "Một văn bản theo số hiệu", "moi": "Văn bản và tin mới nhất",
    "tinh": "Tin của một tỉnh", "baocao": "Bản tin hôm nay", "luat": "Quy tắc nhận tin", "nguon": "Tình trạng các báo",
    "trogiup": "Cách dùng",
}  # fmt: skip
"""The menu of commands that Telegram shows."""


QUESTIONS = frozenset({"tim", "say", "vanban", "vanbankhac", "moi", "tinh", "baocao", "nguon", "trogiup", "help"})
LOOKS = frozenset({"page", "doc", "art", "rest"})
"""The commands and buttons that are answered by reading: a harvest that holds the one writer does not hold them up."""
ANSWERS_AN_HOUR = 5
"""So often a chat without an invitation is answered: enough for typing errors, too little for guessing."""


@dataclass(frozen=True)
class BotContext:
    """What answers need besides the archive."""

    paper: PaperName
    sources: Mapping[str, Source]
    window_days: int = 30

    @property
    def shown(self) -> Presentation:
        """What a digest needs."""
        return Presentation(self.paper, window_days=self.window_days)


@dataclass(frozen=True, slots=True)
class Chat:
    """Who talks: the channel, the chat's address there, its title, and the topic of a forum group."""

    channel: str
    address: str
    title: str = ""
    thread: str | None = None
    private: bool = True


def command(session: Session, context: BotContext, chat: Chat, name: str, text: str, now: datetime) -> Reply | None:
    """The answer to a command (`name` without slash) of a chat; None: say nothing.

    "say" are words without a command, "picture" is whatever is no text.
    """
    reader = find_chat(session, chat.address, chat.channel)
    code = _code(name, text, known=reader is not None)
    spared = reader is not None and bool(code) and needs_no_code(session, reader, code, now)
    if code and not spared:
        joined = join(session, chat.address, chat.title, code, now, channel=chat.channel, thread=chat.thread)
        if joined is not None:
            taken_by(session, code, joined)
            return answers.welcome_answer(joined, private=chat.private)
    if reader is None:
        return _stranger(session, f"{chat.channel}:{chat.address}", now, tried=bool(code))
    if name == "start" and chat.thread != reader.thread:
        reader.thread, reader.other_thread = chat.thread, reader.thread
        return Reply("✅ Từ nay tin được gửi vào chủ đề này.")
    if name == "start" and code:
        return answers.joined_before_answer(spared=spared)
    try:
        return _known(session, context, reader, name, text, now)
    except UsageError as error:
        return answers.problem_answer(error)


def _code(name: str, text: str, *, known: bool) -> str:
    """The invitation code in a message: after /start, or in the words of a chat that is not subscribed.

    People write it in two groups, between quotes, behind "Mã:".
    """
    bare = re.sub(r"[\W_]", "", text).upper()
    if name == "start":
        return bare
    if known or name != "say":
        return ""
    found = re.search(rf"(?<!\w)[{CODE_LETTERS}]{{10}}(?!\w)", text.upper())
    whole = re.fullmatch(rf"(?:START)?([{CODE_LETTERS}]{{10}})", bare)
    return found[0] if found else whole[1] if whole else ""


def question(session: Session, context: BotContext, chat: Chat, name: str, text: str, now: datetime) -> Reply | None:
    """The answer to a question of a subscribed chat, on a session that only reads; None where `command` must write."""
    reader = find_chat(session, chat.address, chat.channel) if name in QUESTIONS else None
    if reader is None or (name == "say" and rules_menu.awaits_words(session, reader, now) is not None):
        return None
    return command(session, context, replace(chat, thread=reader.thread), name, text, now)


def _stranger(session: Session, address: str, now: datetime, *, tried: bool) -> Reply | None:
    """One polite line; a code that is not good gets a sentence each time, a few times an hour."""
    row = session.get(StrangerRow, address)
    if row is None:
        session.add(StrangerRow(address=address, told_at=now))
        session.flush()
        return answers.WRONG_CODE if tried else answers.STRANGER
    if now - row.told_at > timedelta(hours=1):
        row.told_at, row.answers = now, 0
    if not tried or row.answers >= ANSWERS_AN_HOUR:
        return None
    row.answers += 1
    return answers.WRONG_CODE


def _known(session: Session, context: BotContext, reader: SubscriberRow, name: str, text: str, now: datetime) -> Reply:
    match name:
        case "say" if (view := rules_menu.awaits_words(session, reader, now)) is not None:
            return rules_menu.take_words(session, reader, view, text, now)
        case "tim" | "say":
            return articles.find_answer(session, reader, text, now)
        case "vanbankhac":
            return documents.rest_answer(session, now, context.paper)
        case "vanban":
            return documents.document_answer(session, text, context.paper)
        case "moi":
            return documents.latest_answer(session, reader, now, context.paper)
        case "tinh":
            return articles.province_answer(session, reader, text, now)
        case "baocao":
            return answers.report_answer(session, reader, now, context.shown)
        case "nguon":
            return sources_answer(session, reader, context.sources, now)
        case _:
            return _settings(session, reader, name, text, now)


def _settings(session: Session, reader: SubscriberRow, name: str, text: str, now: datetime) -> Reply:
    """The commands that change something for the chat, and what is no command."""
    match name:
        case "picture":
            return Reply("Bot chỉ đọc được chữ. Gõ từ cần tìm, hoặc /trogiup để xem cách dùng.")
        case "luat":
            return rules_menu.rules_command(session, reader, text, now)
        case "tukhoa":
            return rules_menu.words_command(session, reader, text, now)
        case "tamdung":
            pause(session, reader, now + timedelta(days=_days(text)))
        case "tieptuc":
            pause(session, reader, None)
        case "yenlang":
            set_quiet_hours(session, reader, text, now)
        case "start" | "trogiup" | "help":
            return answers.help_answer(reader)
        case _:
            return answers.unknown_answer(name)
    return rules_menu.rules_answer(session, reader, now)


def _days(text: str) -> int:
    """For how many days a chat wants to hear nothing: one where it does not say. Raises UsageError for no number."""
    if not text.strip():
        return 1
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or not int(text):
        raise UsageError("Ghi số ngày tạm dừng, ví dụ: /tamdung 7. Nhận lại: /tieptuc")
    return min(int(text), 3650)


def press(session: Session, context: BotContext, chat: Chat, data: str, now: datetime) -> Reply:
    """The answer to a pressed button."""
    reader = find_chat(session, chat.address, chat.channel)
    if reader is None:
        return Reply(None, toast="Cuộc trò chuyện này chưa đăng ký nhận tin.")
    name, _, rest = data.partition(":")
    try:
        match name:
            case "page":
                return _page(session, context, reader, rest, now)
            case "doc":
                return documents.one_document(session, int(rest), context.paper)
            case "art":
                return articles.article_answer(session, int(rest), context.paper)
            case "vote":
                way, _, article = rest.partition(":")
                return articles.vote(session, reader, int(article), way, now)
            case "follow":
                _, said = follow_document(session, reader, int(rest), now)
                return Reply(None, toast=f"🔔 Đang theo dõi văn bản này. {said}"[:190])
            case "rest":
                return documents.rest_answer(session, now, context.paper)
            case "rules" | "radd" | "rdel" | "redit" | "pause" | "quiet" | "w":
                return rules_menu.press(session, reader, data, now)
    except UsageError as error:
        return Reply(None, toast=str(error)[:190])
    return Reply(None)


def _page(session: Session, context: BotContext, reader: SubscriberRow, rest: str, now: datetime) -> Reply:
    view_id, _, page = rest.partition(":")
    view = read_view(session, reader.id, int(view_id), now)
    if view is None:
        return Reply(None, toast="Trang này đã cũ: hãy hỏi lại.")
    if view.kind == "report":
        return answers.report_answer(session, reader, now, context.shown, int(page), view.id)
    return articles.query_page(session, reader, view.state, int(page), now, view.id)
