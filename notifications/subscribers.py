"""Who is told: joining by invitation, leaving, pausing, and the subscribers that the settings name."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Update, case, select, text, update
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from foundation.settings import Settings
from models.tables import AlertRow, EventRow, InvitationRow, RuleRow, SubscriberRow
from notifications.quiet import not_before, read_hours
from notifications.rules import DIRECTIVE
from notifications.values import State

EVERYTHING = "Mọi văn bản mới"
STARTING = "Văn bản chỉ đạo mới"
"""Name of the built-in rule of the operator's chat and of the console."""
CONSOLE = "console"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of an invitation code: none that look alike on paper."""
INVITATION_DAYS = 30
DEFAULTS_LOCK = 8_214_001
"""Our number among PostgreSQL's advisory locks (SQLite has one writer at a time anyway)."""


def ensure_default_subscribers(session: Session, settings: Settings, now: datetime) -> None:
    """See to it that somebody is told of every new document, before anyone has joined.

    Two processes may do so at the same time: one makes the rows, the other finds them.

    With a token and DANVAN_ADMIN_CHAT: that chat, with a rule "every new document" and the morning digest, at any
    hour until it sets quiet hours (whoever tries the program out at night must see something). With
    no way to anybody: the console. The console falls silent as soon as a person is subscribed. DANVAN_ADMIN_EMAIL
    is kept as the operator's second channel (it gets alarms, no news).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DEFAULTS_LOCK})
    if settings.telegram_token is not None and settings.admin_chat:
        admin = _find(session, "telegram", settings.admin_chat)
        if admin is None:
            first = not _people(session)
            admin = _add(session, "telegram", settings.admin_chat, "Người vận hành", now, operator=True, builtin=True)
            if first:
                _add_default_rules(session, admin, now)
        admin.operator = True
    if settings.smtp_url is not None and settings.admin_email:
        mail = _find(session, "email", settings.admin_email)
        if mail is None:
            _add(session, "email", settings.admin_email, "Người vận hành", now, operator=True, builtin=True)
    # Until 2026-11 such a rule kept the list of kinds of its day: a kind added since was never told.
    session.execute(update(RuleRow).where(RuleRow.builtin, RuleRow.name == STARTING).values(kinds=[DIRECTIVE]))
    reachable = _people(session, telegram=settings.telegram_token is not None)
    _set_console(session, news=not reachable, now=now)


def _people(session: Session, *, telegram: bool = True) -> bool:
    statement = (
        select(SubscriberRow.id)
        .join(RuleRow, RuleRow.subscriber_id == SubscriberRow.id)
        .where(SubscriberRow.active, SubscriberRow.channel != CONSOLE)
        .limit(1)
    )
    if not telegram:
        statement = statement.where(SubscriberRow.channel != "telegram")
    return session.scalar(statement) is not None


def _set_console(session: Session, *, news: bool, now: datetime) -> None:
    """The console always takes alarms that reach nobody else; news only while nobody is subscribed."""
    console = _find(session, CONSOLE, CONSOLE)
    if console is None:
        console = _add(session, CONSOLE, CONSOLE, "Màn hình", now, operator=False, builtin=True)
        session.add(RuleRow(subscriber_id=console.id, name=EVERYTHING, builtin=True, active=news, created_at=now))
    else:
        session.execute(update(RuleRow).where(RuleRow.subscriber_id == console.id).values(active=news))
    session.flush()


def _find(session: Session, channel: str, address: str) -> SubscriberRow | None:
    return session.scalars(
        select(SubscriberRow).where(SubscriberRow.channel == channel, SubscriberRow.address == address)
    ).one_or_none()


def _add(
    session: Session, channel: str, address: str, name: str, now: datetime, *, operator: bool, builtin: bool
) -> SubscriberRow:
    row = SubscriberRow(channel=channel, address=address, name=name, operator=operator, builtin=builtin, joined_at=now)
    if builtin:
        row.quiet_from = row.quiet_to = "00:00"
    session.add(row)
    session.flush()
    return row


def _add_default_rules(session: Session, admin: SubscriberRow, now: datetime) -> None:
    session.add(RuleRow(subscriber_id=admin.id, name=EVERYTHING, builtin=True, created_at=now))
    session.add(_morning(admin, now))
    session.flush()


def _morning(subscriber: SubscriberRow, now: datetime) -> RuleRow:
    return RuleRow(
        subscriber_id=subscriber.id,
        name="Bản tin buổi sáng",
        grades=["core", "related"],
        delivery="daily",
        builtin=True,
        created_at=now,
    )


def create_invitation(session: Session, label: str, operator: bool, uses: int, now: datetime) -> str:  # noqa: FBT001 (the front door's signature)
    """A new code with which `uses` chats may join within 30 days; `operator` chats see health and get alarms."""
    if uses < 1:
        raise UsageError("Số lượt dùng mã mời phải từ 1 trở lên.")
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    expires = now + timedelta(days=INVITATION_DAYS)
    session.add(
        InvitationRow(code=code, label=label, operator=operator, uses_left=uses, created_at=now, expires_at=expires)
    )
    session.flush()
    return code


def join(session: Session, address: str, name: str, code: str, now: datetime) -> SubscriberRow | None:
    """Let a Telegram chat in by an invitation code; None when the code is not (or no longer) good.

    A new chat starts with two rules it can change: directive documents at once, the digest in the morning. A chat
    that comes back keeps its own rules; what was queued while it was away stays muted.
    """
    taken = session.execute(
        update(InvitationRow)
        .where(
            InvitationRow.code == code.strip().upper(),
            InvitationRow.uses_left > 0,
            (InvitationRow.expires_at.is_(None)) | (InvitationRow.expires_at > now),
        )
        .values(uses_left=InvitationRow.uses_left - 1)
        .returning(InvitationRow.operator)
    ).first()
    if taken is None:
        return None
    row = _find(session, "telegram", address)
    if row is None:
        row = _add(session, "telegram", address, name, now, operator=False, builtin=False)
    row.active, row.off_reason, row.paused_until = True, None, None
    row.name = name or row.name
    row.operator = row.operator or bool(taken.operator)
    if session.scalar(select(RuleRow.id).where(RuleRow.subscriber_id == row.id).limit(1)) is None:
        add_starting_rules(session, row, now)
    return row


def add_starting_rules(session: Session, subscriber: SubscriberRow, now: datetime) -> None:
    """The rules of a chat that has chosen nothing yet."""
    session.add(
        RuleRow(
            subscriber_id=subscriber.id,
            name=STARTING,
            kinds=[DIRECTIVE],
            builtin=True,
            created_at=now,
        )
    )
    session.add(_morning(subscriber, now))
    session.flush()


def add_email_subscriber(session: Session, address: str, name: str, now: datetime) -> SubscriberRow:
    """Subscribe an e-mail address (an office without Telegram), with the rules a new chat starts with.

    Raises UsageError for what is not an address.
    """
    if "@" not in address.strip("@") or any(c.isspace() for c in address):
        raise UsageError(f"“{address}” không phải địa chỉ thư điện tử.")
    row = _find(session, "email", address) or _add(session, "email", address, name, now, operator=False, builtin=False)
    row.active, row.off_reason = True, None
    if session.scalar(select(RuleRow.id).where(RuleRow.subscriber_id == row.id).limit(1)) is None:
        add_starting_rules(session, row, now)
    return row


def find_chat(session: Session, address: str) -> SubscriberRow | None:
    """The active subscriber of a Telegram chat."""
    row = _find(session, "telegram", address)
    return row if row is not None and row.active else None


def pause(session: Session, subscriber: SubscriberRow, until: datetime | None) -> None:
    """Mute a chat until a moment, or (None) let it hear again. What waits, and what comes meanwhile, is muted."""
    subscriber.paused_until = until
    if until is not None:
        news = select(EventRow.id).where(EventRow.kind != "operator")
        session.execute(_silence(subscriber).where(AlertRow.event_id.in_(news)).values(error="Chat đang tạm dừng."))
    session.flush()


def _silence(subscriber: SubscriberRow) -> Update:
    """Mute what waits for a subscriber; what may have arrived stays unknown and is not repeated."""
    state = case((AlertRow.state == State.QUEUED, State.MUTED.value), else_=AlertRow.state)
    waits = AlertRow.state.in_((State.QUEUED, State.UNKNOWN))
    return update(AlertRow).where(AlertRow.subscriber_id == subscriber.id, waits).values(state=state, not_before=None)


def set_quiet_hours(session: Session, subscriber: SubscriberRow, words: str, now: datetime) -> None:
    """Change the quiet hours ("22:00-06:00", "tắt"); what waits for the old ones is timed anew.

    Raises UsageError for words that are no hours.
    """
    subscriber.quiet_from, subscriber.quiet_to = read_hours(words)
    session.execute(
        update(AlertRow)
        .where(AlertRow.subscriber_id == subscriber.id, AlertRow.state == State.QUEUED, AlertRow.not_before > now)
        .values(not_before=not_before(now, subscriber.quiet_from, subscriber.quiet_to))
    )


def switch_off(session: Session, subscriber: SubscriberRow, reason: str) -> None:
    """Stop telling a chat that blocked the bot, left or vanished; what waits for it is muted."""
    subscriber.active, subscriber.off_reason = False, reason
    session.execute(_silence(subscriber).values(error=reason))


def move_chat(session: Session, subscriber: SubscriberRow, address: str) -> None:
    """Follow a group that became a supergroup: everything stays, only the id is new.

    Where the new id is subscribed already, the old row is switched off and hands over what waits.
    """
    other = _find(session, subscriber.channel, address)
    if other is None:
        subscriber.address = address
        return
    held = select(AlertRow.event_id).where(AlertRow.subscriber_id == other.id).scalar_subquery()
    session.execute(
        update(AlertRow)
        .where(
            AlertRow.subscriber_id == subscriber.id,
            AlertRow.state.in_((State.QUEUED, State.SENDING, State.UNKNOWN)),
            AlertRow.event_id.not_in(held),
        )
        .values(subscriber_id=other.id, state=State.QUEUED, sender=None)
    )
    other.active = True
    switch_off(session, subscriber, "Nhóm đã chuyển sang mã mới.")
