"""All that becomes of one page, or of one document's own file, once it is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crawlers.file_text import FileText
from crawlers.source import Source
from crawlers.values import Extract, PageStatus, UrlState
from models.landing.keeper import mark_removed
from models.landing.outcomes import end, settle
from models.storing.articles import Given, store_article
from models.storing.files import store_file
from models.storing.news import Alerting, Stored
from models.storing.reading import TOO_HEAVY, Extractor, Reader, reading_version, status_of

Understood = Given | Extract | FileText
"""What a page, or a file, turned out to say."""


STATES: Mapping[PageStatus, tuple[UrlState, str]] = {
    PageStatus.LISTING: (UrlState.NOT_ARTICLE, "trang danh mục"),
    PageStatus.MEDIA: (UrlState.NOT_ARTICLE, "trang ảnh, video hoặc âm thanh, không có bài"),
    PageStatus.EMPTY: (UrlState.FAILED, "trang không có nội dung"),
    PageStatus.NOT_HTML: (UrlState.FAILED, "không phải trang HTML"),
    PageStatus.NEEDS_BROWSER: (UrlState.FAILED, "trang cần trình duyệt: chữ do script của trang viết ra"),
    PageStatus.BLOCKED: (UrlState.BLOCKED, "trang kiểm tra hoặc chặn truy cập"),
    PageStatus.SOFT_404: (UrlState.GONE, "báo trả lời là không còn bài này"),
}
"""What a page that is no article means for its URL, and the reason in the ledger. For good is only what a second look
could not change."""


NEW_PROTECTED = "báo che nội dung; kho giữ tiêu đề, ngày và sa-pô"


@dataclass(frozen=True, slots=True)
class Options:
    """How pages are read and whom their news is told."""

    catalogue: Mapping[str, Source]
    read: Reader
    extract: Extractor
    now: datetime
    alerting: Alerting
    run_id: int | None


def is_new(stored: Stored) -> bool:
    """Whether this is an article that the archive did not have."""
    return stored.state is UrlState.NEW or stored.reason == NEW_PROTECTED


def store_page(session: Session, row: Row[Any], given: Understood, rules: Options) -> Stored | None:
    """All that becomes of one page, within the caller's transaction; None where another reader was quicker."""
    now, status = rules.now, PageStatus.FILE.value
    if not isinstance(given, FileText):
        status = status_of(given if isinstance(given, Extract) else given.extract)
    if not end(session, row.id, "read", status=status, rules=reading_version()):
        return None
    if isinstance(given, FileText):
        source = rules.catalogue.get(row.source_id)
        stored = store_file(session, row.id, given, source.province if source else None)
    elif isinstance(given, Extract):
        stored = _not_an_article(session, row, given, now)
    else:
        stored = store_article(session, given, now, rules.alerting)
        if given.extract.status is PageStatus.PROTECTED and stored.state in {UrlState.NEW, UrlState.CHANGED}:
            reason = NEW_PROTECTED if stored.state is UrlState.NEW else "báo che nội dung"
            stored.state, stored.reason = UrlState.PROTECTED, reason
    settle(session, row, stored, now)
    return stored


def _not_an_article(session: Session, row: Row[Any], found: Extract, now: datetime) -> Stored:
    state, reason = STATES.get(found.status, STATES[PageStatus.EMPTY])
    reason = "trang quá nặng, không đọc được" if status_of(found) == TOO_HEAVY else reason
    if state is UrlState.GONE:
        mark_removed(session, row.source_id, row.key, now)
    return Stored(state, reason)
