"""Documents' own files as rows: which articles link to them, what each version says, whose file it is.

Nothing here is news: a file makes no document, wakes nobody and changes nothing of what is held. It joins the document
that its own head means, where the archive holds that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from analysis.described import Account, mentions
from analysis.documents import match
from analysis.own_head import own_document
from analysis.places import code_then
from analysis.values import Citation, Reading
from crawlers.file_text import FileState, FileText
from crawlers.files import asks_for_files
from crawlers.keys import file_key, keeper_of
from crawlers.values import FileLink, UrlState
from foundation.clock import hanoi_day
from foundation.words import FILE_STATES
from models.database import put
from models.landing.bodies import unpacked
from models.landing.keeper import fit_key
from models.names import harvested_at
from models.search.files import index_file
from models.storing.documents import as_known, candidates
from models.storing.news import Stored
from models.tables import ArticleFileRow, ArticleRow, FileRow, PageRow, UrlRow


def link_files(
    session: Session, article: ArticleRow, links: Sequence[FileLink], reading: Reading, now: datetime
) -> None:
    """Note the files that an article links to and wants; those that no crawl has asked for yet are due from now on."""
    if not links or not asks_for_files(reading):
        return
    keys = {fit_key(file_key(link.url, _keeper(link.url, article))): link for link in links}
    rows = [{"article_id": article.id, "key": key, **asdict(link)} for key, link in keys.items()]
    put(session, ArticleFileRow, rows, update=("url", "label"))
    put(session, UrlRow, [_due(article, key, link, now) for key, link in keys.items()])
    homeless = select(FileRow).where(
        FileRow.source_id.in_({keeper_of(key) for key in keys}),
        FileRow.key.in_(keys),
        FileRow.document_id.is_(None),
        FileRow.symbol.is_not(None),
    )
    on = hanoi_day(article.sort_at)
    for row in session.scalars(homeless.options(undefer(FileRow.text))):  # its document came, or came again, after it
        own = own_document(row.text, province=reading.province and code_then(reading.province, on), published=on)
        row.document_id = _document(session, own, on) if own is not None else None


def _keeper(url: str, article: ArticleRow) -> str:
    """Who fetches a file: the paper or portal on whose site it lies, under its own lease, robots and pace.

    The article's own paper for all else: its crawl asks for what lies on its site, and names what does not.
    """
    return harvested_at(url) or article.source_id


def _due(article: ArticleRow, key: str, link: FileLink, now: datetime) -> dict[str, Any]:
    seen = {"first_seen_at": now, "last_seen_at": now, "retry_at": now, "attempts": 0}
    told = {"via": article.url, "title": link.label or None, "published": None, "summary": None}
    state = {"state": UrlState.DELAYED.value, "reason": "chờ tải"}
    return {"source_id": keeper_of(key), "key": key, "url": link.url, **told, **state, **seen}


def store_file(session: Session, page_id: int, read: FileText, province: str | None) -> Stored:
    """Store a version of a file as read, and find its document. `province`: of the paper that links to it."""
    page = session.get_one(PageRow, page_id, options=[undefer(PageRow.body)])
    size = len(unpacked(page.body))
    on = _day(session, page)
    own = own_document(read.text, province=code_then(province, on) if province else None, published=on)
    row = FileRow(
        source_id=page.source_id,
        key=page.key,
        url=page.final_url,
        page_id=page.id,
        sha256=page.body_sha256,
        size=size,
        fetched_at=page.fetched_at,
        kind=read.kind,
        state=read.state.value,
        pages=read.pages,
        text=read.text,
    )
    held = session.scalar(select(FileRow).where(FileRow.page_id == page_id))
    if held is not None:  # the paper went back to an earlier version
        held.fetched_at = page.fetched_at
        return Stored(UrlState.FILE, FILE_STATES[held.state])
    if own is not None:
        row.symbol, row.document_kind, row.issuer = own.symbol and own.symbol[:128], own.kind, own.issuer
        row.issued_on, row.title = own.date, own.title
        row.document_id = _document(session, own, on)
    session.add(row)
    session.flush()
    if read.state is FileState.TEXT:
        index_file(session.connection(), row.id, read.text)
    return Stored(UrlState.FILE, FILE_STATES[read.state])


def _day(session: Session, page: PageRow) -> date:
    """The day of the article that links to the file."""
    linking = (
        select(ArticleRow.sort_at)
        .join(ArticleFileRow, ArticleFileRow.article_id == ArticleRow.id)
        .where(ArticleFileRow.key == page.key)
        .order_by(ArticleRow.sort_at)
        .limit(1)
    )
    return hanoi_day(session.scalar(linking) or page.fetched_at)


def _document(session: Session, own: Citation, on: date) -> int | None:
    """The held document that the file is, if it is one."""
    account: Account | None = next(iter(mentions([own], on).values()), None)
    rows = candidates(session, account.described) if account is not None else []
    return match(account, [as_known(row) for row in rows]).document_id if account is not None and rows else None
