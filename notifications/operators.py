"""The operator's channel: alarms apart from the readers' news, by every way there is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.tables import EventRow
from notifications.channels import configured
from notifications.default_subscribers import ensure_default_subscribers
from notifications.outbox import operators, tell


def tell_operator(
    session: Session, settings: Settings, key: str, text: str, now: datetime, *, avoid: str | None = None
) -> int:
    """Queue a plain text to every operator's chat and address, once for each `key`, at any hour.

    `avoid` is a channel that is known to be dead. Where no operator is left it goes to the console. Gives the
    number of messages queued (0: told before).
    """
    ensure_default_subscribers(session, settings, now)
    return tell(session, key, text, now, operators(session, configured(settings), avoid))


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
