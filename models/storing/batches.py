"""What is to be read again, and who reads it: batches of pages, each leased by one reader while it reads.

A reading that was ended goes on where it stood, and several readers, on one machine or many, share the work.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crawlers.values import PageStatus
from foundation.clock import day_start, utc_now
from foundation.errors import RunLockedError
from models.database import transaction
from models.runs.lease import leased
from models.tables import ArticleRow, PageRow

BATCH = 100
"""Ids that one lease spans: some seconds of work."""

LEASE = timedelta(minutes=1)
PATIENCE, STEP = 2 * LEASE.total_seconds(), 2.0
"""How long a reading waits, when all else is done, for what another has leased: that one may be dead."""

Readable = type[PageRow] | type[ArticleRow]
Id = tuple[Readable, int]


def _of_interest(since: date | None) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Which pages: the newest of every URL that was read or could not be. Which articles: those without a page."""
    newer = aliased(PageRow)
    superseded = select(newer.id).where(
        newer.source_id == PageRow.source_id,
        newer.key == PageRow.key,
        (newer.fetched_at > PageRow.fetched_at) | ((newer.fetched_at == PageRow.fetched_at) & (newer.id > PageRow.id)),
    )
    article = or_(PageRow.page_status.is_(None), PageRow.page_status != PageStatus.FILE.value)
    pages: list[ColumnElement[bool]] = [PageRow.read_state != "waiting", article, ~superseded.exists()]
    bare: list[ColumnElement[bool]] = [ArticleRow.page_id.is_(None)]
    if since is not None:
        begin = day_start(since)
        pages.append(PageRow.fetched_at >= begin)
        bare.append(ArticleRow.first_seen_at >= begin)
    return pages, bare


def _other(column: InstrumentedAttribute[Any], version: str) -> ColumnElement[bool]:
    return or_(column.is_(None), column != version)


def to_read(engine: Engine, since: date | None, version: str) -> dict[str, list[Id]]:
    """What is to be read, by the name of its batch's lease."""
    pages, bare = _of_interest(since)
    queries = (
        (PageRow, select(PageRow.id).where(*pages, _other(PageRow.read_rules, version))),
        (ArticleRow, select(ArticleRow.id).where(*bare, _other(ArticleRow.rules, version))),
    )
    batches: dict[str, list[Id]] = {}
    with transaction(engine) as session:
        for mapped, query in queries:
            for row_id in session.scalars(query.order_by(mapped.id)):
                batches.setdefault(f"read:{mapped.__tablename__}:{row_id // BATCH}", []).append((mapped, row_id))
    return batches


def still_to_read(engine: Engine, ids: Sequence[Id], version: str) -> list[Id]:
    """Those of a batch that nobody has read meanwhile."""
    (mapped,) = {mapped for mapped, _ in ids}
    rules = PageRow.read_rules if mapped is PageRow else ArticleRow.rules
    query = select(mapped.id).where(mapped.id.in_([row_id for _, row_id in ids]), _other(rules, version))
    with transaction(engine) as session:
        return [(mapped, row_id) for row_id in session.scalars(query.order_by(mapped.id))]


def forget_rules(engine: Engine, since: date | None) -> None:
    """Note of all that is to be read that it was read under rules nobody knows."""
    pages, bare = _of_interest(since)
    with transaction(engine) as session:
        ids = select(PageRow.id).where(*pages)
        session.execute(
            update(PageRow).where(PageRow.id.in_(ids)).values(read_rules=None),
            execution_options={"synchronize_session": False},
        )
        session.execute(update(ArticleRow).where(*bare).values(rules=""))


def leased_batches(engine: Engine, batches: Mapping[str, Sequence[Id]]) -> Iterator[Sequence[Id]]:
    """The batches that nobody else is reading, each leased while it is read; at last those that others gave back."""
    left, patience = dict(batches), PATIENCE
    while left:
        held = {}
        for name, ids in left.items():
            try:
                with leased(engine, [name], LEASE, clock=utc_now):
                    yield ids
            except RunLockedError:
                held[name] = ids
        if patience <= 0:
            return
        if len(held) < len(left):
            patience = PATIENCE
        elif held:
            time.sleep(STEP)
            patience -= STEP
        left = held
