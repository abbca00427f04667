"""A rule while it is made with buttons: kept as a view until it is saved or left."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from markupsafe import escape
from sqlalchemy.orm import Session

from analysis.places import provinces
from analysis.relevance import topics
from foundation.words import DELIVERIES
from models.tables import BotViewRow, SubscriberRow
from notifications.bot.rule_words import named
from notifications.bot.views import Reply, open_view
from notifications.describing import describe
from notifications.estimate import estimate
from notifications.rules import Rule, as_given, as_kept, check, choices
from notifications.values import Button

CHOSEN = {
    "kinds": "Loại văn bản",
    "levels": "Cấp ban hành",
    "provinces": "Tỉnh, thành",
    "topics": "Chủ đề",
    "grades": "Mức",
}
WORDS_HINT = (
    "✍️ Gõ các từ cần theo dõi rồi gửi, cách nhau bằng dấu phẩy, ví dụ: dân vận khéo, tôn giáo "
    "(trong nhóm: trả lời tin này, hoặc gõ /tukhoa dân vận khéo)."
)


def new_draft(session: Session, subscriber: SubscriberRow, rule: Rule, now: datetime) -> BotViewRow:
    """A view in which a rule is made or changed."""
    return session.get_one(BotViewRow, open_view(session, subscriber.id, "draft", as_kept(asdict(rule)), now))


def change(session: Session, view: BotViewRow, what: str, value: str | None, now: datetime) -> Reply:
    """A button under a rule that is being made: one condition, its words, its pace, or a look at what it tells."""
    if what == "check":
        return confirm(session, view, now)
    if what in CHOSEN:
        return _choose(view, what, value)
    _turn(view, what)
    return draft(view, hint=WORDS_HINT if what == "words" else "")


def _turn(view: BotViewRow, what: str) -> None:
    state = dict(view.state)
    if what == "delivery":
        ways = list(DELIVERIES)
        state["delivery"] = ways[(ways.index(state["delivery"]) + 1) % len(ways)]
    if what == "urgent":
        state["urgent"] = not state["urgent"]
    view.state = state


def draft(view: BotViewRow, hint: str = "") -> Reply:
    """The page of a rule that is being made."""
    rule = drafted(view)
    here = f"w:{view.id}:"
    chosen = [
        (Button(f"{label} ({len(getattr(rule, key)) or 'tất cả'})", data=here + key)) for key, label in CHOSEN.items()
    ]
    words = Button("Từ khóa" + (": " + rule.words[:20] if rule.words else ""), data=here + "words")
    urgent = Button("🔔 Khẩn: " + ("có" if rule.urgent else "không"), data=here + "urgent")
    delivery = Button(f"📬 {DELIVERIES[rule.delivery]}", data=here + "delivery")
    title = f"✏️ <b>Sửa quy tắc “{escape(rule.name)}”</b>" if rule.id else "➕ <b>Quy tắc mới</b>"
    text = f"{title}\n{escape(describe(rule))}" + (f"\n\n{hint}" if hint else "")
    return Reply(
        text,
        (
            tuple(chosen[:2]), tuple(chosen[2:4]), (chosen[4], words), (delivery, urgent),
            (Button("✔️ Xem thử rồi lưu", data=here + "check"), Button("✖️ Bỏ", data="rules")),
        ),
    )  # fmt: skip


def _choose(view: BotViewRow, part: str, value: str | None) -> Reply:
    """The page on which one condition's values are ticked."""
    chosen: list[str] = list(view.state[part])
    if value is not None:
        key = _options(part)[int(value)][0]
        chosen = [one for one in chosen if one != key] if key in chosen else [*chosen, key]
        view.state = {**view.state, part: chosen}
    buttons = [
        Button(("✅ " if key in chosen else "") + label, data=f"w:{view.id}:{part}:{number}")
        for number, (key, label) in enumerate(_options(part))
    ]
    width = 3 if part == "provinces" else 2 if part == "kinds" else 1
    rows = [tuple(buttons[start : start + width]) for start in range(0, len(buttons), width)]
    back = (Button("⬅️ Xong", data=f"w:{view.id}:menu"),)
    return Reply(f"<b>{CHOSEN[part]}</b>: bấm để chọn, bấm lại để bỏ. Không chọn gì là tất cả.", (*rows, back))


def _options(part: str) -> list[tuple[str, str]]:
    if part == "provinces":
        return [(province.code, province.name) for province in provinces()]
    if part == "topics":
        return [(topic.key, topic.label) for topic in topics()]
    return list(choices(part).items())


def confirm(session: Session, view: BotViewRow, now: datetime) -> Reply:
    """What the rule would have told in the last 30 days, before it is kept.

    Raises RuleRefusedError for one that means nothing or everything.
    """
    rule = drafted(view)
    check(rule)
    found = estimate(session, rule, now)
    return Reply(
        f"<b>Quy tắc mới</b>\n{escape(describe(rule))}\n\n📊 {found.words}",
        (
            (Button("💾 Lưu quy tắc", data=f"w:{view.id}:save"), Button("✏️ Sửa tiếp", data=f"w:{view.id}:menu")),
            (Button("✖️ Bỏ", data="rules"),),
        ),
    )


def drafted(view: BotViewRow) -> Rule:
    """The rule that a view keeps, named by its conditions where it has no name."""
    return named(Rule(**as_given({key: value for key, value in view.state.items() if key != "awaits"})))
