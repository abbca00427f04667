"""What is written of a page: that its reading has begun, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, bindparam, func, or_, select, update

from analysis.values import Grade
from crawlers.values import UrlState
from models.database import table_of, writing
from models.landing.revisits import next_visit
from models.statement import Statement
from models.storing.news import Stored
from models.tables import LedgerRow, PageRow, UrlRow

MOST_TRIES = 20
"""Readings begun and never ended after which a page counts as one that kills its reader."""

# Built once; see `models.statement`.
_page, _url, _ledger = table_of(PageRow), table_of(UrlRow), table_of(LedgerRow)
_SHORT = select(_page.c.id, _page.c.source_id, _page.c.key, _page.c.run_id, _page.c.fetched_at).where(
    _page.c.id == bindparam("page")
)
_PAGE = Statement(_SHORT)
_WAITS = Statement(_SHORT.where(_page.c.read_state == "waiting"))
_BEGIN = Statement(
    update(_page)
    .where(_page.c.id == bindparam("page"), _page.c.read_state == "waiting")
    .values(read_tries=_page.c.read_tries + 1, run_id=func.coalesce(_page.c.run_id, bindparam("run", type_=Integer)))
    .returning(*_page.c)
)
_NOTHING: Mapping[str, Any] = {"page_status": None, "read_error": None}
_WRITTEN: dict[str, Any] = {name: bindparam(name) for name in ("page_status", "read_state", "read_error")}
_FAILED = Statement(update(_page).where(_page.c.id == bindparam("page")).values(_WRITTEN))
_ENDED = Statement(
    update(_page).where(_page.c.id == bindparam("page")).values(_WRITTEN | {"read_rules": bindparam("read_rules")})
)
_THIS_URL = (_url.c.source_id == bindparam("source"), _url.c.key == bindparam("of_key"))
_FIRST_SEEN = Statement(select(_url.c.first_seen_at).where(*_THIS_URL))
_MARKED = update(_url).where(*_THIS_URL).values(reason=bindparam("new_reason"), retry_at=bindparam("new_retry"))
_SAME_URL = Statement(_MARKED)
_NEW_URL = Statement(_MARKED.values(state=bindparam("new_state")))
_SETTLED = Statement(
    update(_ledger)
    .where(_ledger.c.run_id == bindparam("run"), _ledger.c.source_id == bindparam("source"))
    .where(
        _ledger.c.key == bindparam("of_key"),
        or_(*(_ledger.c.state == held.value for held in (UrlState.NEW, UrlState.CHANGED))),
    )
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"))
)


def begin(connection: Connection, page_id: int, run_id: int | None) -> Row[Any] | None:
    """Fetch a page that still waits, and note that its reading has begun."""
    row: Row[Any] | None = _BEGIN.first(connection, {"page": page_id, "run": run_id})
    if row is not None and row.read_tries > MOST_TRIES:
        reason = "trang này nhiều lần làm tiến trình đọc dừng"
        end(connection, row, Stored(UrlState.FAILED, reason), row.fetched_at, read_state="failed")
        return None
    return row


def waits(connection: Connection, page_id: int) -> Row[Any] | None:
    """A page's marks (all but its body) while it still waits."""
    row: Row[Any] | None = _WAITS.first(connection, {"page": page_id})
    return row


def end(connection: Connection, row: Row[Any], stored: Stored, now: datetime, **page: str | None) -> None:
    """Write what became of a page to its row, to its URL and to the ledger of the run that fetched it."""
    (_ENDED if "read_rules" in page else _FAILED).run(connection, {**_NOTHING, **page, "page": row.id})
    state, reason = stored.state.value, stored.reason
    which = {"source": row.source_id, "of_key": row.key}
    written = {"new_reason": reason, "new_retry": _next_look(connection, which, stored, now)}
    if stored.state is UrlState.UNCHANGED:
        _SAME_URL.run(connection, which | written)
    else:
        _NEW_URL.run(connection, which | written | {"new_state": state})
    _SETTLED.run(connection, which | {"run": row.run_id, "new_state": state, "new_reason": reason})


def _next_look(connection: Connection, which: Mapping[str, str], stored: Stored, now: datetime) -> datetime | None:
    """Articles that matter are looked at again: was a number corrected, was the article withdrawn?"""
    if stored.state is UrlState.BLOCKED:
        return now + timedelta(hours=24)
    if stored.article_id is None or not (stored.issues or stored.grade in {Grade.CORE.value, Grade.RELATED.value}):
        return None
    first_seen = _FIRST_SEEN.scalar(connection, which)
    return next_visit(first_seen, now) if first_seen is not None else None


def fail(engine: Engine, page_id: int, reason: str) -> Stored:
    """A page that cannot be read is put aside with its reason; `reprocess` tries it again under better rules."""
    stored = Stored(UrlState.FAILED, reason)
    with writing(engine) as connection:
        row = _PAGE.first(connection, {"page": page_id})
        end(connection, row, stored, row.fetched_at, read_state="failed", read_error=reason)
    return stored
