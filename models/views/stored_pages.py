"""A paper's last good page beside today's, both as they were stored: what each still says, and what it lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crawlers.source import Source
from crawlers.values import PageStatus
from foundation.errors import DamagedBodyError, StoreError
from models.storing.reading import ARTICLES, extract_page, page_value
from models.tables import ArticleRow, PageRow

_PARTS = (
    ("title", "tiêu đề"),
    ("lead", "sa-pô"),
    ("text", "nội dung"),
    ("published_at", "ngày đăng"),
    ("author", "tác giả"),
)
_READ_STATES = ("waiting", "read", "failed")


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One page as stored, and what the rules of today read in it.

    `size` counts bytes, `letters` the characters of the text; `missing` are the parts that were not found.
    """

    id: int
    url: str
    fetched_at: dt.datetime
    status: str
    size: int
    title: str | None
    letters: int
    missing: tuple[str, ...]
    article_id: int | None


@dataclass(frozen=True, slots=True)
class PagesBeside:
    """The newest page that was read as an article, and the newest page of all where that is another."""

    good: StoredPage | None
    today: StoredPage | None

    @property
    def lost(self) -> tuple[str, ...]:
        """What today's page lacks that the good one has."""
        if self.good is None or self.today is None:
            return ()
        return tuple(part for part in self.today.missing if part not in self.good.missing)


def pages_beside(session: Session, source_id: str, source: Source | None, good: ArticleRow | None) -> PagesBeside:
    """The page of a paper's newest article `good`, and the page stored last.

    Both are read again under `source`'s rules, so that a mended rule shows at once.
    """
    held = _page_of(session, good) if good is not None else None
    newest = _newest(session, source_id)
    today = newest if newest != held else None
    return PagesBeside(_stored(session, held, source), _stored(session, today, source))


def _page_of(session: Session, article: ArticleRow) -> int | None:
    mine = (PageRow.source_id == article.source_id, PageRow.key == article.key)
    return session.scalar(select(PageRow.id).where(*mine).order_by(PageRow.fetched_at.desc()).limit(1))


def _newest(session: Session, source_id: str) -> int | None:
    """The page stored last, files left out; a state at a time, for so the index answers without a walk."""
    not_file = PageRow.page_status.is_(None) | (PageRow.page_status != PageStatus.FILE)
    last = (
        session.scalar(
            select(func.max(PageRow.id)).where(PageRow.read_state == state, PageRow.source_id == source_id, not_file)
        )
        for state in _READ_STATES
    )
    return max(_present(last), default=None)


def _present(numbers: Iterable[int | None]) -> Iterable[int]:
    return (one for one in numbers if one is not None)


def _stored(session: Session, page_id: int | None, source: Source | None) -> StoredPage | None:
    row = session.get(PageRow, page_id) if page_id is not None else None
    if row is None:
        return None
    try:
        page = page_value(row)
    except (StoreError, DamagedBodyError):  # moved to a file that is not here, or not whole
        return None
    found = extract_page(page, source)
    article = select(ArticleRow.id).where(ArticleRow.source_id == row.source_id, ArticleRow.key == row.key)
    return StoredPage(
        row.id,
        row.url,
        row.fetched_at,
        found.status.value,
        len(page.body),
        found.title,
        len(found.text),
        tuple(name for part, name in _PARTS if not getattr(found, part)),
        session.scalar(article) if found.status in ARTICLES else None,
    )
