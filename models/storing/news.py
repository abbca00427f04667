"""News leaves the store: which documents of an article are told, in the very transaction that stores them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from analysis.described import Account
from analysis.novelty import is_news, news_date
from analysis.values import Role
from crawlers.values import UrlState
from foundation.clock import day_start, hanoi_day
from models.faults import FAULTS
from models.tables import ArticleRow, DocumentRow

Announce = Callable[[Session, int, int, datetime], int]
"""`announce(session, document_id, article_id, now)`: put alerts into the outbox, answer how many (0 for a document
that is there already: the article is then a further report of it)."""

FURTHER_REPORTS = timedelta(days=7)
"""How long later papers' articles are added to what was announced."""


MOST_NEWS = 50
"""New documents of one article that are told: more is a list, and no news."""


class AnnounceError(Exception):
    """The outbox refused: the page stays waiting, so that no alert is lost."""


@dataclass(frozen=True, slots=True)
class Alerting:
    """Whether and how news is put in the outbox. `announce` None: nobody is told (backfill, reprocess).

    `watched_since`: the day (Hà Nội) on which each source was added or switched on. What a paper printed before is no
    news: who adds a paper is not woken by its last month.
    """

    announce: Announce | None = None
    window_days: int = 30
    watched_since: Mapping[str, date] = field(default_factory=dict)


@dataclass
class Stored:
    """What became of it."""

    state: UrlState
    reason: str = ""
    article_id: int | None = None
    grade: str | None = None
    issues: bool = False
    documents_new: list[int] = field(default_factory=list)
    alerts: int = 0


def announce_news(
    session: Session,
    article: ArticleRow,
    documents: Mapping[int, DocumentRow | None],
    mentions: Mapping[int, Account],
    now: datetime,
    alerting: Alerting,
    stored: Stored,
) -> None:
    """Announce the documents that this article is the first to report, once each; hand in further reports.

    The outbox knows a document that was announced: a later paper's article is added to the message, nothing is sent.
    """
    if alerting.announce is None:
        return
    for local, document in documents.items():
        if document is None or mentions[local].role is not Role.ISSUES:
            continue
        first = document.announced_at is None
        if first and (len(stored.documents_new) >= MOST_NEWS or not _is_news(article, document, now, alerting)):
            continue
        if not first and now - (document.announced_at or now) > FURTHER_REPORTS:
            continue
        document.announced_at = document.announced_at or now
        session.flush()
        try:
            stored.alerts += alerting.announce(session, document.id, article.id, now)
        except FAULTS:  # not the outbox refuses: the database is away
            raise
        except Exception as error:
            raise AnnounceError(f"{type(error).__name__}: {error}") from error
        if first:
            stored.documents_new.append(document.id)


def _is_news(article: ArticleRow, document: DocumentRow, now: datetime, alerting: Alerting) -> bool:
    published, watched_since = hanoi_day(article.published_at), alerting.watched_since.get(article.source_id)
    if published and watched_since and published < watched_since:
        return False
    if published is None and document.issued_on is None:
        return False  # nothing says that it is of today: it stands in the digest (`is_news_if_of_today`)
    return _is_recent(article, document, now, alerting.window_days)


def is_news_if_of_today(article: ArticleRow, document: DocumentRow, window_days: int) -> bool:
    """Whether an undated article that reports an undated document would be news, were it of the day it was first seen.

    It wakes nobody until a second report, or a date of its own, proves it new.
    """
    undated = article.published_at is None and document.issued_on is None
    return undated and _is_recent(article, document, article.first_seen_at, window_days)


def _is_recent(article: ArticleRow, document: DocumentRow, now: datetime, window_days: int) -> bool:
    day = news_on(article, document.issued_on, symbol_year=document.year)
    if document.issued_on is None:  # undated: not younger than the oldest article that names it
        day = min(day, hanoi_day(document.mentioned_at))
    today = hanoi_day(now)
    return is_news(Role.ISSUES, day, article=hanoi_day(article.published_at), now=today, window_days=window_days)


def news_on(article: ArticleRow, document_date: date | None = None, *, symbol_year: int | None = None) -> date:
    """`analysis.documents.news_date` for a stored article."""
    text = f"{article.title}\n{article.lead}\n{article.text}"
    published, seen = hanoi_day(article.published_at), hanoi_day(article.first_seen_at)
    return news_date(document_date, article=published, text=text, seen=seen, symbol_year=symbol_year)


def time_of(article: ArticleRow) -> datetime:
    """The article's moment as far as known: for an undated one the first moment of the day it counts for."""
    if article.published_at is not None:
        return article.sort_at
    return day_start(news_on(article))
