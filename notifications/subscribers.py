"""Who is told: joining by invitation, leaving, pausing."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, case, or_, select, update
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from foundation.validation import is_mail_address
from models.tables import AlertRow, EventRow, InvitationRow, PersonCodeRow, RuleRow, SubscriberRow
from notifications.channels import ABOUT
from notifications.quiet import not_before, read_hours
from notifications.rows import write_rule
from notifications.rules import MORNING, WORTH, Rule
from notifications.values import OPEN, WAITING, State

CONSOLE = "console"
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of an invitation code: none that look alike on paper."""
INVITATION_DAYS = 30


def find_subscriber(session: Session, channel: str, address: str) -> SubscriberRow | None:
    """The subscriber of an address, active or not."""
    return session.scalars(
        select(SubscriberRow).where(SubscriberRow.channel == channel, SubscriberRow.address == address)
    ).one_or_none()


def subscriber_of(session: Session, number: int) -> SubscriberRow:
    """The subscriber of a number. Raises UsageError where there is none."""
    row = session.get(SubscriberRow, number)
    if row is None:
        raise UsageError(f"Không có người nhận số {number}. Xem: danvan subscribers list")
    return row


def new_subscriber(
    session: Session, channel: str, address: str, name: str, now: datetime, *, operator: bool = False,
    builtin: bool = False,
) -> SubscriberRow:  # fmt: skip
    """A subscriber without rules; one that the settings name (`builtin`) keeps no quiet hours."""
    row = SubscriberRow(channel=channel, address=address, name=name, operator=operator, builtin=builtin, joined_at=now)
    if builtin:
        row.quiet_from = row.quiet_to = "00:00"
    session.add(row)
    session.flush()
    return row


def rule_row(subscriber: SubscriberRow, rule: Rule, now: datetime) -> RuleRow:
    """A rule as a subscriber's own row."""
    return write_rule(RuleRow(subscriber_id=subscriber.id, created_at=now), rule)


def create_invitation(session: Session, label: str, *, operator: bool, uses: int, now: datetime) -> str:
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


def _good(code: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The invitation of a code, where it still lets somebody in."""
    return (
        InvitationRow.code == code.strip().upper(),
        InvitationRow.uses_left > 0,
        or_(InvitationRow.expires_at.is_(None), InvitationRow.expires_at > now),
    )


def join(
    session: Session, address: str, name: str, code: str, now: datetime, *, channel: str = "telegram",
    thread: str | None = None,
) -> SubscriberRow | None:  # fmt: skip
    """Let a chat in by an invitation code; None when the code is not (or no longer) good.

    A new chat starts with two rules it can change: what is worth reading at once, the digest in the morning. A chat
    that comes back keeps its own rules; what was queued while it was away stays muted. `thread` is the topic of a
    forum group in which the code was given: messages go there.
    """
    taken = session.execute(
        update(InvitationRow)
        .where(*_good(code, now))
        .values(uses_left=InvitationRow.uses_left - 1)
        .returning(InvitationRow.operator)
    ).first()
    if taken is None:
        return None
    row = find_subscriber(session, channel, address)
    if row is None:
        row = new_subscriber(session, channel, address, name, now)
    row.active, row.off_reason, row.paused_until = True, None, None
    row.name = name or row.name
    row.operator = row.operator or bool(taken.operator)
    row.thread = thread
    if not _has_rules(session, row):
        add_starting_rules(session, row, now)
    return row


def needs_no_code(session: Session, subscriber: SubscriberRow, code: str, now: datetime) -> bool:
    """Whether a good code would give a chat nothing that it lacks, so that it is left for whoever else was meant.

    It gives something where it makes an operator or somebody's own channel, ends a pause, or brings rules to a chat
    without any.
    """
    held = session.scalars(select(InvitationRow).where(*_good(code, now))).one_or_none()
    if held is None:
        return False
    gives = held.operator or session.get(PersonCodeRow, code) is not None
    return _has_rules(session, subscriber) and not subscriber.is_paused(now) and not gives


def _has_rules(session: Session, subscriber: SubscriberRow) -> bool:
    return session.scalar(select(RuleRow.id).where(RuleRow.subscriber_id == subscriber.id).limit(1)) is not None


def add_starting_rules(session: Session, subscriber: SubscriberRow, now: datetime) -> None:
    """The rules of a chat that has chosen nothing yet."""
    session.add(rule_row(subscriber, WORTH, now))
    if subscriber.channel != "webhook":  # a program takes events, no digest
        session.add(rule_row(subscriber, MORNING, now))
    session.flush()


def add_subscriber(session: Session, channel: str, address: str, name: str, now: datetime) -> SubscriberRow:
    """Subscribe an address of a channel that nobody joins by a message (mail, webhook, Apprise), with starting rules.

    Raises UsageError for what is no address of the channel.
    """
    row = find_subscriber(session, channel, check_address(channel, address))
    row = row or new_subscriber(session, channel, address, name, now)
    row.active, row.off_reason = True, None
    if not _has_rules(session, row):
        add_starting_rules(session, row, now)
    return row


def check_address(channel: str, address: str) -> str:
    """The address, where it can be one of the channel's. Raises UsageError where it cannot."""
    if channel == "email" and not is_mail_address(address):
        raise UsageError(f"“{address}” không phải địa chỉ thư điện tử.")
    if channel == "webhook":
        from notifications.channels.webhook import check_address as check
    elif channel == "apprise":
        from notifications.channels.anything import check_address as check
    else:
        return address
    return check(address)


def set_second(subscriber: SubscriberRow, channel: str | None, address: str | None) -> None:
    """The channel that takes over when the reader's first one fails for an hour (None: none).

    Raises UsageError for a channel that is the first one, or an address that cannot be.
    """
    if channel is None or address is None:
        subscriber.second_channel = subscriber.second_address = None
        return
    if channel not in ABOUT or channel in ("console", subscriber.channel):
        raise UsageError("Kênh thứ hai phải là một kênh khác: telegram, zalo, email, webhook hoặc apprise.")
    subscriber.second_channel, subscriber.second_address = channel, check_address(channel, address)


def find_chat(session: Session, address: str, channel: str = "telegram") -> SubscriberRow | None:
    """The active subscriber of a chat."""
    row = find_subscriber(session, channel, address)
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
    waits = AlertRow.state.in_(WAITING)
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
    other = find_subscriber(session, subscriber.channel, address)
    if other is None:
        subscriber.address = address
        return
    held = select(AlertRow.event_id).where(AlertRow.subscriber_id == other.id).scalar_subquery()
    session.execute(
        update(AlertRow)
        .where(
            AlertRow.subscriber_id == subscriber.id,
            AlertRow.state.in_(OPEN),
            AlertRow.event_id.not_in(held),
        )
        .values(subscriber_id=other.id, state=State.QUEUED, sender=None)
    )
    other.active = True
    switch_off(session, subscriber, "Nhóm đã chuyển sang mã mới.")
