"""The operator's channel: alarms apart from the readers' news, by every way there is."""

from __future__ import annotations

from datetime import datetime

from markupsafe import escape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.tables import EventRow, SubscriberRow
from notifications.markup import PART_LIMIT, clean, split_items
from notifications.outbox import queue_parts
from notifications.subscribers import CONSOLE, ensure_default_subscribers


def tell_operator(
    session: Session, settings: Settings, key: str, text: str, now: datetime, *, avoid: str | None = None
) -> int:
    """Queue a plain text to every operator's chat and address, once for each `key`, at any hour.

    `avoid` is a channel that is known to be dead. Where no operator is left it goes to the console. Gives the
    number of messages queued (0: told before).
    """
    ensure_default_subscribers(session, settings, now)
    ways = select(SubscriberRow).where(SubscriberRow.active, SubscriberRow.channel != (avoid or ""))
    operators = session.scalars(ways.where(SubscriberRow.operator, SubscriberRow.channel.in_(_open(settings)))).all()
    if not operators:
        operators = session.scalars(ways.where(SubscriberRow.channel == CONSOLE)).all()
    lines = [str(escape(clean(line))) for line in text.splitlines()]
    parts = split_items("⚠️ <b>Báo người vận hành</b>", lines, limit=PART_LIMIT, joint="\n")
    payload = {"subject": "Dân vận Monitor cần xem lại", "parts": [{"html": part} for part in parts]}
    return queue_parts(session, f"operator:{key}", "operator", operators, payload, now, urgent=True)


def _open(settings: Settings) -> list[str]:
    given = {"telegram": settings.telegram_token, "email": settings.smtp_url}
    return [channel for channel, setting in given.items() if setting is not None]


def raise_alarm(
    session: Session, settings: Settings, name: str, text: str, now: datetime, *, avoid: str | None = None
) -> bool:
    """Tell the operator of a state that lasts, once while it lasts. Gives whether this was the first time."""
    return tell_operator(session, settings, f"alarm:{name}", text, now, avoid=avoid) > 0


def clear_alarm(session: Session, name: str) -> bool:
    """The state is over: the next time counts as a new one. Gives whether an alarm was on."""
    open_alarm = session.scalars(select(EventRow).where(EventRow.key == f"operator:alarm:{name}")).one_or_none()
    if open_alarm is None:
        return False
    number = session.scalar(select(func.count()).where(EventRow.key.like(f"operator:over:{name}:%"))) or 0
    open_alarm.key = f"operator:over:{name}:{number + 1}"
    session.flush()
    return True
