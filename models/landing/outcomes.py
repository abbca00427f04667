"""What is written of a page: that its reading has begun, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from analysis.values import Grade
from crawlers.values import UrlState
from models.database import one_writer, table_of, transaction
from models.landing.revisits import confirmation, next_visit, unread_visit
from models.storing.news import Stored
from models.tables import LedgerRow, PageRow, UrlRow

MOST_TRIES = 20
"""Readings begun and never ended after which a page counts as one that kills its reader."""

_page, _url, _ledger = table_of(PageRow), table_of(UrlRow), table_of(LedgerRow)
_BEGIN = (
    update(_page)
    .where(_page.c.id.in_(bindparam("pages", expanding=True)), _page.c.read_state == "waiting")
    .values(read_tries=_page.c.read_tries + 1, run_id=func.coalesce(_page.c.run_id, bindparam("run")))
    .returning(*_page.c)
)
_END = update(_page).where(_page.c.id == bindparam("page"), _page.c.read_state == "waiting")
_of_page = (_url.c.source_id == bindparam("source"), _url.c.key == bindparam("of"))
_FIRST_SEEN = select(_url.c.first_seen_at).where(*_of_page)
_SETTLE_URL = update(_url).where(*_of_page)
_SETTLE_LEDGER = update(_ledger).where(
    _ledger.c.run_id == bindparam("run"),
    _ledger.c.source_id == bindparam("source"),
    _ledger.c.key == bindparam("of"),
    or_(_ledger.c.state == UrlState.NEW.value, _ledger.c.state == UrlState.CHANGED.value),
)


def begin(session: Session, pages: Sequence[int], run_id: int | None) -> list[Row[Any]]:
    """Fetch those of some pages that still wait, in this order, and note that their reading has begun."""
    begun = {row.id: row for row in session.connection().execute(_BEGIN, {"pages": pages, "run": run_id})}
    rows = [begun[page] for page in pages if page in begun]
    for row in rows:
        if row.read_tries > MOST_TRIES and end(session, row.id, "failed"):
            reason = "trang này nhiều lần làm tiến trình đọc dừng"
            settle(session, row, Stored(UrlState.FAILED, reason), row.fetched_at)
    return [row for row in rows if row.read_tries <= MOST_TRIES]


def end(
    session: Session,
    page_id: int,
    state: str,
    *,
    status: str | None = None,
    rules: str | None = None,
    error: str | None = None,
) -> bool:
    """End the reading of a page; whether it still waited."""
    said = {"read_state": state, "page_status": status, "read_rules": rules, "read_error": error}
    return session.connection().execute(_END, {"page": page_id} | said).rowcount > 0


def put_back(engine: Engine, page_id: int) -> None:
    """A page whose reader is well, and whose news the outbox refused, waits as if its reading had not begun."""
    unread = update(_page).where(_page.c.id == page_id, _page.c.read_state == "waiting", _page.c.read_tries > 0)
    with transaction(engine) as session:
        session.connection().execute(unread.values(read_tries=_page.c.read_tries - 1))


def settle(session: Session, row: Row[Any], stored: Stored, now: datetime) -> None:
    """Write what became of a page (`row`: as `begin` answered) to its URL and to the ledger of its run."""
    connection, of = session.connection(), {"source": row.source_id, "of": row.key}
    said = {"reason": stored.reason, "retry_at": _next_look(connection, of, stored, now)}
    if stored.state is not UrlState.UNCHANGED:
        said["state"] = stored.state.value
    connection.execute(_SETTLE_URL, of | said)
    said = {"state": stored.state.value, "reason": stored.reason}
    connection.execute(_SETTLE_LEDGER, of | {"run": row.run_id} | said)


def _next_look(connection: Connection, of: dict[str, str], stored: Stored, now: datetime) -> datetime | None:
    """When a URL is looked at again, by its age; None: never."""
    if stored.state is UrlState.BLOCKED:
        return now + timedelta(hours=24)
    visit = _VISITS.get(stored.state, next_visit if _is_worth_another_look(stored) else None)
    first_seen = connection.execute(_FIRST_SEEN, of).scalar() if visit else None
    return visit(first_seen, now) if visit and first_seen else None


_VISITS = {UrlState.FAILED: unread_visit, UrlState.GONE: confirmation, UrlState.DUPLICATE: confirmation}
"""A site in trouble says of all it has that it is gone, or serves one page in place of all."""


def _is_worth_another_look(stored: Stored) -> bool:
    """Files, and articles that matter: was a number corrected, was the article withdrawn?"""
    if stored.state is UrlState.FILE:
        return True
    return stored.article_id is not None and (stored.issues or stored.grade in {Grade.CORE.value, Grade.RELATED.value})


def fail(engine: Engine, row: Row[Any], reason: str) -> Stored | None:
    """A page that cannot be read is put aside with its reason; `reprocess` tries it again under better rules.

    None: it waits no more.
    """
    stored = Stored(UrlState.FAILED, reason)
    with transaction(engine) as session:
        one_writer(session)
        waited = end(session, row.id, "failed", error=reason)
        if waited:
            settle(session, row, stored, row.fetched_at)
    return stored if waited else None
