"""The subscribers that the settings name: somebody is told of new documents before anyone has joined."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.tables import RuleRow, SubscriberRow
from notifications.channels import bots, configured
from notifications.rules import WORTH
from notifications.subscribers import CONSOLE, add_starting_rules, find_subscriber, new_subscriber, rule_row

DEFAULTS_LOCK = 8_214_001
"""Our number among PostgreSQL's advisory locks (SQLite has one writer at a time anyway)."""


def ensure_default_subscribers(session: Session, settings: Settings, now: datetime) -> None:
    """See to it that somebody is told of new documents, before anyone has joined.

    Two processes may do so at the same time: one makes the rows, the other finds them.

    With a token and DANVAN_ADMIN_CHAT: that chat, with the rules that a chat starts with, at any hour until it sets
    quiet hours (whoever tries the program out at night must see something). With no way to anybody: the console. The
    console falls silent as soon as a person is subscribed. DANVAN_ADMIN_EMAIL is kept as the operator's second
    channel: it gets alarms, and news where there is no other way to anybody. DANVAN_WEBHOOK_URL gets the events.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": DEFAULTS_LOCK})
    if settings.telegram_token is not None and settings.admin_chat:
        _builtin(session, "telegram", settings.admin_chat, now, news=not _people(session, settings), operator=True)
    if settings.smtp_url is not None and settings.admin_email:
        alone = not bots(settings) and not _people(session, settings)
        _builtin(session, "email", settings.admin_email, now, news=alone, operator=True)
    if settings.webhook_url is not None:
        address = settings.webhook_url.get_secret_value()
        _builtin(session, "webhook", address, now, news=True, operator=False, name="Hệ thống nhận webhook")
    _set_console(session, news=not _people(session, settings), now=now)


def _builtin(
    session: Session, channel: str, address: str, now: datetime, *, news: bool, operator: bool,
    name: str = "Người vận hành",
) -> None:  # fmt: skip
    """A subscriber that the settings name; `news`: with the rules that a chat starts with."""
    row = find_subscriber(session, channel, address)
    if row is None:
        row = new_subscriber(session, channel, address, name, now, operator=operator, builtin=True)
        if news:
            add_starting_rules(session, row, now)
    row.operator = row.operator or operator


def _people(session: Session, settings: Settings) -> bool:
    """Whether anybody with rules can be reached."""
    reached = [name for name in configured(settings) if name != "webhook"]
    statement = (
        select(SubscriberRow.id)
        .join(RuleRow, RuleRow.subscriber_id == SubscriberRow.id)
        .where(SubscriberRow.active, SubscriberRow.channel.in_(reached))
        .limit(1)
    )
    return session.scalar(statement) is not None


def _set_console(session: Session, *, news: bool, now: datetime) -> None:
    """The console always takes alarms that reach nobody else; news only while nobody is subscribed."""
    console = find_subscriber(session, CONSOLE, CONSOLE)
    if console is None:
        console = new_subscriber(session, CONSOLE, CONSOLE, "Màn hình", now, operator=False, builtin=True)
        session.add(rule_row(console, WORTH, now))
    session.execute(update(RuleRow).where(RuleRow.subscriber_id == console.id).values(active=news))
    session.flush()
