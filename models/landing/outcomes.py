"""What is written of a page: that its reading has begun, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, select, update
from sqlalchemy.orm import Session

from analysis.values import Grade
from crawlers.values import UrlState
from models.database import table_of, transaction
from models.landing.revisits import next_visit, unread_visit
from models.storing.news import Stored
from models.tables import LedgerRow, PageRow, UrlRow

MOST_TRIES = 20
"""Readings begun and never ended after which a page counts as one that kills its reader."""

_page = table_of(PageRow)


def begin(session: Session, page_id: int, run_id: int | None) -> Row[Any] | None:
    """Fetch a page that still waits, and note that its reading has begun."""
    begun = (
        update(_page)
        .where(_page.c.id == page_id, _page.c.read_state == "waiting")
        .values(read_tries=_page.c.read_tries + 1, run_id=func.coalesce(_page.c.run_id, run_id))
        .returning(*_page.c)
    )
    row = session.execute(begun).one_or_none()
    if row is not None and row.read_tries > MOST_TRIES:
        reason = "trang này nhiều lần làm tiến trình đọc dừng"
        end(session, row, Stored(UrlState.FAILED, reason), row.fetched_at, read_state="failed")
        return None
    return row


def marks(session: Session, page_id: int) -> Row[Any]:
    """A page's marks: whose it is, when and by which run it was fetched, whether it still waits."""
    columns = (_page.c.id, _page.c.source_id, _page.c.key, _page.c.run_id, _page.c.fetched_at, _page.c.read_state)
    return session.execute(select(*columns).where(_page.c.id == page_id)).one()


def end(session: Session, row: Row[Any], stored: Stored, now: datetime, **page: str | None) -> None:
    """Write what became of a page to its row, to its URL and to the ledger of the run that fetched it."""
    session.execute(update(_page).where(_page.c.id == row.id).values({"page_status": None, "read_error": None} | page))
    url = session.get(UrlRow, (row.source_id, row.key))
    if url is not None:
        url.reason, url.retry_at = stored.reason, _next_look(url, stored, now)
        if stored.state is not UrlState.UNCHANGED:
            url.state = stored.state.value
    session.execute(
        update(table_of(LedgerRow))
        .where(LedgerRow.run_id == row.run_id, LedgerRow.source_id == row.source_id, LedgerRow.key == row.key)
        .where(LedgerRow.state.in_((UrlState.NEW.value, UrlState.CHANGED.value)))
        .values(state=stored.state.value, reason=stored.reason)
    )


def _next_look(url: UrlRow, stored: Stored, now: datetime) -> datetime | None:
    """Articles that matter are looked at again: was a number corrected, was the article withdrawn?"""
    if stored.state is UrlState.BLOCKED:
        return now + timedelta(hours=24)
    if stored.state is UrlState.FAILED:
        return unread_visit(url.first_seen_at, now)
    if stored.state is UrlState.FILE:
        return next_visit(url.first_seen_at, now)
    if stored.article_id is None or not (stored.issues or stored.grade in {Grade.CORE.value, Grade.RELATED.value}):
        return None
    return next_visit(url.first_seen_at, now)


def fail(engine: Engine, page_id: int, reason: str) -> Stored:
    """A page that cannot be read is put aside with its reason; `reprocess` tries it again under better rules."""
    stored = Stored(UrlState.FAILED, reason)
    with transaction(engine) as session:
        row = marks(session, page_id)
        end(session, row, stored, row.fetched_at, read_state="failed", read_error=reason)
    return stored
