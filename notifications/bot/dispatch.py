"""From a command or a pressed button to an answer: one place, on a session, without Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawlers.source import Source
from foundation.errors import UsageError
from models.tables import StrangerRow, SubscriberRow
from notifications.bot import answers, rules_menu
from notifications.bot.health_answer import sources_answer
from notifications.bot.views import Reply, read_view
from notifications.rows import PaperName
from notifications.subscribers import find_chat, join, pause, set_quiet_hours

COMMANDS = {
    "tim": "Tìm trong kho tin", "vanban": "Một văn bản theo số hiệu", "moi": "Văn bản và tin mới nhất",
    "tinh": "Tin của một tỉnh", "baocao": "Bản tin hôm nay", "luat": "Quy tắc nhận tin", "nguon": "Tình trạng các báo",
    "trogiup": "Cách dùng",
}  # fmt: skip
"""The menu of commands that Telegram shows."""


QUESTIONS = frozenset({"tim", "vanban", "moi", "tinh", "baocao", "nguon", "trogiup"})
LOOKS = frozenset({"page", "doc", "art"})
"""The commands and buttons that are answered by reading: a harvest that holds the one writer does not hold them up."""


@dataclass(frozen=True)
class BotContext:
    """What answers need besides the archive."""

    paper: PaperName
    sources: Mapping[str, Source]


def command(
    session: Session, house: BotContext, address: str, title: str, name: str, text: str, now: datetime
) -> Reply | None:
    """The answer to a command (`name` without slash) of a Telegram chat; None: say nothing."""
    chat = find_chat(session, address)
    if name == "start" and text.strip():
        joined = join(session, address, title, text.strip(), now)
        if joined is not None:
            return answers.welcome_answer(joined)
    if chat is None:
        return _stranger(session, address, now)
    try:
        return _known(session, house, chat, name, text, now)
    except UsageError as error:
        return answers.problem_answer(error)


def question(session: Session, house: BotContext, address: str, name: str, text: str, now: datetime) -> Reply | None:
    """The answer to a question of a subscribed chat, on a session that only reads; None where `command` must write."""
    if name not in QUESTIONS or find_chat(session, address) is None:
        return None
    return command(session, house, address, "", name, text, now)


def _stranger(session: Session, address: str, now: datetime) -> Reply | None:
    """One polite line, and nothing more."""
    if session.get(StrangerRow, address) is not None:
        return None
    session.add(StrangerRow(address=address, told_at=now))
    session.flush()
    return answers.stranger_answer()


def _known(  # noqa: PLR0911, C901 (one return a command: a table in words)
    session: Session, house: BotContext, chat: SubscriberRow, name: str, text: str, now: datetime
) -> Reply:
    match name:
        case "tim":
            return answers.find_answer(session, chat, text, now)
        case "vanban":
            return answers.document_answer(session, text, house.paper)
        case "moi":
            return answers.latest_answer(session, chat, now, house.paper)
        case "tinh":
            return answers.province_answer(session, chat, text, now)
        case "baocao":
            return answers.report_answer(session, chat, now, house.paper)
        case "nguon":
            return sources_answer(session, chat, house.sources, now)
        case "luat":
            return rules_menu.rules_command(session, chat, text, now)
        case "tukhoa":
            return rules_menu.words_command(session, chat, text, now)
        case "tamdung":
            days = int(text) if text.strip().isdigit() else 1
            pause(session, chat, now + timedelta(days=min(days, 3650)))
            return rules_menu.rules_answer(session, chat, now)
        case "tieptuc":
            pause(session, chat, None)
            return rules_menu.rules_answer(session, chat, now)
        case "yenlang":
            set_quiet_hours(session, chat, text, now)
            return rules_menu.rules_answer(session, chat, now)
        case _:
            return answers.help_answer(chat)


def press(session: Session, house: BotContext, address: str, data: str, now: datetime) -> Reply:  # noqa: PLR0911 (as above)
    """The answer to a pressed button."""
    chat = find_chat(session, address)
    if chat is None:
        return Reply(None, toast="Cuộc trò chuyện này chưa đăng ký nhận tin.")
    name, _, rest = data.partition(":")
    try:
        match name:
            case "page":
                return _page(session, house, chat, rest, now)
            case "doc":
                return answers.one_document(session, int(rest), house.paper)
            case "art":
                return answers.article_answer(session, int(rest), house.paper)
            case "vote":
                way, _, article = rest.partition(":")
                return answers.vote(session, chat, int(article), way, now)
            case "rules" | "radd" | "rdel" | "pause" | "quiet":
                return rules_menu.press(session, chat, data, now)
            case "w":
                return rules_menu.press_draft(session, chat, data, now)
            case _:
                return Reply(None)
    except UsageError as error:
        return Reply(None, toast=str(error)[:190])


def _page(session: Session, house: BotContext, chat: SubscriberRow, rest: str, now: datetime) -> Reply:
    view_id, _, page = rest.partition(":")
    view = read_view(session, chat.id, int(view_id), now)
    if view is None:
        return Reply(None, toast="Trang này đã cũ: hãy hỏi lại.")
    if view.kind == "report":
        return answers.report_answer(session, chat, now, house.paper, int(page), view.id)
    return answers.query_page(session, chat, view.state, int(page), now, view.id)
