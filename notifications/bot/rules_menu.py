"""/luat: the rules of a chat, changed with buttons or by command."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from markupsafe import escape
from sqlalchemy.orm import Session

from analysis.text import search_key
from foundation.errors import UsageError
from models.tables import BotViewRow, RuleRow, SubscriberRow
from notifications.bot.rule_draft import change, confirm, draft, drafted, new_draft
from notifications.bot.rule_words import EXAMPLE, read_rule
from notifications.bot.views import Reply, last_draft, open_view, read_view
from notifications.describing import describe, describe_query
from notifications.estimate import save_rule
from notifications.markup import fill_items, moment, shorten
from notifications.rows import rule_of, rules_of
from notifications.rules import Rule
from notifications.searches import change_search
from notifications.subscribers import pause, set_quiet_hours
from notifications.values import Button

PAUSES = ((1, "1 ngày"), (7, "1 tuần"), (3650, "đến khi mở lại"))
SEARCH_HINT = (
    "✍️ Gõ câu tìm mới rồi gửi (“cụm từ” trong ngoặc kép, dấu trừ để bỏ bớt); bộ lọc của quy tắc giữ nguyên. "
    "Trong nhóm: trả lời tin này."
)
SHOWN = 40
"""Rules with their buttons on one page: Telegram takes at most a hundred buttons …"""
ROOM = 3500
"""… and 4,096 characters, with what was done to a rule before them."""
AWAITED = timedelta(minutes=15)
"""For so long the next message of a chat is taken for the words that were asked for."""


def rules_answer(session: Session, subscriber: SubscriberRow, now: datetime) -> Reply:
    """The chat's rules, its quiet hours and pause, with buttons to change them."""
    rows = rules_of(session, subscriber.id, RuleRow.active)
    lines = [
        f"{number}. <b>{escape(row.name)}</b>\n{escape(describe(rule_of(row)))}" for number, row in enumerate(rows, 1)
    ]
    quiet = f"{subscriber.quiet_from}–{subscriber.quiet_to}"
    if subscriber.quiet_from == subscriber.quiet_to:
        quiet = "không có"
    paused = subscriber.is_paused(now)
    state = f"⏸ Đang tạm dừng đến {moment(subscriber.paused_until)}." if paused else "▶️ Đang nhận tin."
    head = f"⚙️ <b>Quy tắc nhận tin</b>\n{state} Giờ yên lặng: {quiet}."
    said, shown = fill_items(head, lines[:SHOWN] or ["Chưa có quy tắc nào: chưa nhận tin gì."], limit=ROOM)
    if len(rows) > shown:
        said += f"\n\n… và {len(rows) - shown} quy tắc nữa (gõ /luat xoa {shown + 1} để xóa quy tắc số {shown + 1})."
    buttons = [
        (Button(f"✏️ Sửa {number}", data=f"redit:{row.id}"), Button(f"🗑 Xóa quy tắc {number}", data=f"rdel:{row.id}"))
        for number, row in enumerate(rows[:shown], 1)
    ]
    pauses = (
        (Button("▶️ Nhận lại", data="pause:0"),)
        if paused
        else tuple(Button(f"⏸ {name}", data=f"pause:{days}") for days, name in PAUSES)
    )
    nights = (
        Button("🌙 22–6 giờ", data="quiet:22:00-06:00"),
        Button("🌙 20–7 giờ", data="quiet:20:00-07:00"),
        Button("🔔 Cả ngày", data="quiet:tắt"),
    )
    return Reply(said, ((Button("➕ Thêm quy tắc", data="radd"),), *buttons, pauses, nights))


def rules_command(session: Session, subscriber: SubscriberRow, text: str, now: datetime) -> Reply:
    """/luat alone, "/luat them …" or "/luat xoa 2".

    Raises UsageError in words for the chat.
    """
    verb, _, rest = text.strip().partition(" ")
    match search_key(verb):
        case "":
            pass
        case "them":
            return confirm(session, new_draft(session, subscriber, read_rule(rest), now), now)
        case "xoa":
            row = _numbered(session, subscriber, rest.strip())
            if row is None:
                raise UsageError("Ghi số thứ tự của quy tắc, ví dụ: /luat xoa 2")
            session.delete(row)
        case "ten":
            number, _, name = rest.strip().partition(" ")
            row = _numbered(session, subscriber, number)
            if row is None or not name.strip():
                raise UsageError("Ghi số thứ tự và tên mới, ví dụ: /luat ten 2 Tôn giáo ở Tây Nguyên")
            row.name = shorten(name, 70)
        case _:
            raise UsageError(
                f"Gõ /luat để xem, /luat them để thêm, /luat ten 2 … để đặt tên, /luat xoa 2 để xóa. {EXAMPLE}"
            )
    session.flush()
    return rules_answer(session, subscriber, now)


def _numbered(session: Session, subscriber: SubscriberRow, number: str) -> RuleRow | None:
    """A rule by its place in the list that the chat was shown."""
    rows = rules_of(session, subscriber.id, RuleRow.active)
    return rows[int(number) - 1] if number.isdecimal() and 1 <= int(number) <= len(rows) else None


def words_command(session: Session, subscriber: SubscriberRow, text: str, now: datetime) -> Reply:
    """/tukhoa: the words of the rule that is being made."""
    view = last_draft(session, subscriber.id)
    if view is None:
        raise UsageError("Hãy bấm /luat rồi “Thêm quy tắc” trước.")
    return take_words(session, subscriber, view, text, now)


def awaits_words(session: Session, subscriber: SubscriberRow, now: datetime) -> BotViewRow | None:
    """The rule that is being made and was just asked for its words; None where nothing was asked."""
    view = last_draft(session, subscriber.id)
    asked = view is not None and view.state.get("awaits") and now - view.used_at < AWAITED
    return view if asked else None


def take_words(session: Session, subscriber: SubscriberRow, view: BotViewRow, text: str, now: datetime) -> Reply:
    """Give the rule that is being made, or the search that is being changed, its words.

    Raises RuleRefusedError for a search that means everything or too much.
    """
    if "search" in view.state:
        return _change_search(session, subscriber, view, text, now)
    view.state, view.used_at = {**view.state, "words": text.strip()[:300], "awaits": False}, now
    return draft(view)


def _own(session: Session, subscriber: SubscriberRow, rule_id: int) -> RuleRow | None:
    """A rule of this chat; None where it is gone, or another's."""
    row = session.get(RuleRow, rule_id)
    return row if row is not None and row.subscriber_id == subscriber.id else None


def _change_search(session: Session, subscriber: SubscriberRow, view: BotViewRow, text: str, now: datetime) -> Reply:
    row = _own(session, subscriber, view.state["search"])
    if row is None:
        return Reply("Quy tắc này đã bị xóa. Gõ /luat để xem các quy tắc.")
    unnamed = row.name == shorten(describe_query(row.query or {}), 70)
    said = change_search(session, row, text[:300], row.delivery, now)
    if unnamed:
        row.name = shorten(describe_query(row.query or {}), 70)
    session.delete(view)
    session.flush()
    answer = rules_answer(session, subscriber, now)
    return replace(answer, html=f"✅ Đã sửa “{escape(row.name)}”. {escape(said)}\n\n{answer.html}")


def press(session: Session, subscriber: SubscriberRow, data: str, now: datetime) -> Reply:
    """A button of the rules pages.

    Raises UsageError in words for the chat.
    """
    name, _, rest = data.partition(":")
    if name == "w":
        return _press_draft(session, subscriber, data, now)
    waiting = awaits_words(session, subscriber, now)
    if waiting is not None:  # whoever presses something else does not write the words that were asked for
        waiting.state = {**waiting.state, "awaits": False}
    match name:
        case "radd":
            return draft(new_draft(session, subscriber, Rule(""), now))
        case "redit":
            return _edit(session, subscriber, int(rest), now)
        case "rdel":
            if (row := _own(session, subscriber, int(rest))) is not None:
                session.delete(row)
                session.flush()
            return replace(rules_answer(session, subscriber, now), toast="Đã xóa quy tắc.")
        case "pause":
            pause(session, subscriber, now + timedelta(days=int(rest)) if int(rest) else None)
        case "quiet":
            set_quiet_hours(session, subscriber, rest, now)
    return rules_answer(session, subscriber, now)


def _edit(session: Session, subscriber: SubscriberRow, rule_id: int, now: datetime) -> Reply:
    row = _own(session, subscriber, rule_id)
    if row is None:
        return Reply(None, toast="Quy tắc này đã bị xóa.")
    if row.query is None:
        return draft(new_draft(session, subscriber, replace(rule_of(row), builtin=False), now))
    open_view(session, subscriber.id, "draft", {"search": row.id, "awaits": True}, now)
    asked = f"✏️ <b>Sửa quy tắc “{escape(row.name)}”</b>\n{escape(describe(rule_of(row)))}\n\n{SEARCH_HINT}"
    return Reply(asked, ((Button("✖️ Bỏ", data="rules"),),))


def _press_draft(session: Session, subscriber: SubscriberRow, data: str, now: datetime) -> Reply:
    """A button under a rule that is being made: "w:VIEW:what[:value]"."""
    _, view_id, what, *rest = data.split(":", 3)
    view = read_view(session, subscriber.id, int(view_id), now)
    if view is None:
        return Reply(None, toast="Nút này đã cũ: hãy gõ /luat.")
    view.state = {**view.state, "awaits": what == "words"}
    if what == "save":
        row, found = save_rule(session, subscriber, drafted(view), now)
        session.delete(view)
        session.flush()
        saved = rules_answer(session, subscriber, now)
        return replace(saved, html=f"✅ Đã lưu “{escape(row.name)}”. {found.words}\n\n{saved.html}")
    return change(session, view, what, rest[0] if rest else None, now)
