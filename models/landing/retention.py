"""How long stored pages are kept.

A page is kept exactly as sent, so that the archive can be read again under better rules. What may go after a time:
bodies that a newer one of the same URL has replaced, and pages that turned out to be no article (listings, error
pages). The newest page of an article stays unless `articles_too` is said; its text stays in any case.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import aliased

from models.database import transaction
from models.tables import ArticleRow, FileRow, PageRow

PORTION = 500
"""Pages deleted in one transaction: a harvest beside it waits for milliseconds."""


def prune(engine: Engine, before: datetime, *, articles_too: bool = False) -> int:
    """Delete pages fetched before a moment (aware) that are not needed any more; answers how many.

    Pages that still wait to be read never go. With `articles_too` the newest page of an article goes as well:
    `reprocess` then reads its stored text. SQLite gives the room to later pages; `VACUUM` gives it back to the disk.
    """
    newer = aliased(PageRow)
    superseded = (
        select(newer.id)
        .where(newer.source_id == PageRow.source_id, newer.key == PageRow.key, newer.fetched_at > PageRow.fetched_at)
        .exists()
    )
    of_article = select(ArticleRow.id).where(ArticleRow.source_id == PageRow.source_id, ArticleRow.key == PageRow.key)
    file = select(FileRow.id).where(FileRow.page_id == PageRow.id)  # a document's own file is kept, every version of it
    old = select(PageRow.id).where(PageRow.fetched_at < before, PageRow.read_state != "waiting", ~file.exists())
    if not articles_too:
        old = old.where(or_(superseded, ~of_article.exists()))
    gone = 0
    while True:
        with transaction(engine) as session:
            ids = list(session.scalars(old.limit(PORTION)))
            if not ids:
                return gone
            session.execute(delete(PageRow).where(PageRow.id.in_(ids)))
        gone += len(ids)
