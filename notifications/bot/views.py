"""What a button stands for, kept in the database: buttons go on working after a restart of the bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import randbelow
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.numbers import LARGEST_ID
from models.tables import BotViewRow
from notifications.values import Button, Buttons

KEPT = timedelta(days=60)
"""Buttons of older messages answer that they are out of date."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says: Telegram's HTML, buttons under it, and a short note shown for a moment (`toast`).

    `html` None: only the toast.
    """

    html: str | None
    buttons: Buttons = ()
    toast: str = ""


def open_view(session: Session, subscriber_id: int, kind: str, state: dict[str, Any], now: datetime) -> int:
    """Make a view and give its number, known before it is written: a session that only reads leaves it to `keep`."""
    # Drawn, not counted: an answer is sent before its view is written.
    row = BotViewRow(id=1 + randbelow(LARGEST_ID), subscriber_id=subscriber_id, kind=kind, state=state, used_at=now)
    session.add(row)
    if session.autoflush:
        session.flush()
    return row.id


def unwritten(session: Session) -> list[BotViewRow]:
    """The views that a reading session made or used, taken out of it."""
    rows = [row for row in (*session.new, *session.dirty) if isinstance(row, BotViewRow)]
    session.expunge_all()
    return rows


def keep(session: Session, rows: list[BotViewRow], now: datetime) -> None:
    """Write views that were made while reading; old ones are thrown away."""
    session.execute(delete(BotViewRow).where(BotViewRow.used_at < now - KEPT))
    for row in rows:
        session.merge(row)


def read_view(session: Session, subscriber_id: int, view_id: int, now: datetime) -> BotViewRow | None:
    """A chat's own view."""
    row = session.get(BotViewRow, view_id)
    if row is None or row.subscriber_id != subscriber_id:
        return None
    row.used_at = now
    return row


def last_draft(session: Session, subscriber_id: int) -> BotViewRow | None:
    """The rule being made that the chat worked on last."""
    return session.scalars(
        select(BotViewRow)
        .where(BotViewRow.subscriber_id == subscriber_id, BotViewRow.kind == "draft")
        .order_by(BotViewRow.used_at.desc(), BotViewRow.id.desc())
        .limit(1)
    ).first()


def pager(view_id: int, page: int, pages: int) -> tuple[Button, ...]:
    """Buttons to the pages before and after (pages count from 0); none where there is one page."""
    if pages <= 1:
        return ()
    row = []
    if page > 0:
        row.append(Button("◀ Trước", data=f"page:{view_id}:{page - 1}"))
    row.append(Button(f"{page + 1}/{pages}", data="none"))
    if page + 1 < pages:
        row.append(Button("Sau ▶", data=f"page:{view_id}:{page + 1}"))
    return tuple(row)
