"""News leaves the store: which documents of an article are told, in the very transaction that stores them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from analysis.documents import Mention, is_news, news_date
from analysis.values import Role
from crawlers.values import UrlState
from foundation.settings import HANOI
from models.database import FAULTS
from models.storing.documents import Document, Documents
from models.storing.identity import Resolved

Announce = Callable[[Session, int, int, datetime], int]
"""`announce(session, document_id, article_id, now)`: put alerts into the outbox, answer how many (0 for a document
that is there already: the article is then a further report of it)."""

FURTHER_REPORTS = timedelta(days=7)
"""How long later papers' articles are added to what was announced."""


class AnnounceError(Exception):
    """The outbox refused: the page stays waiting, so that no alert is lost."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How news leaves the store. `announce` None: nobody is told (backfill, reprocess)."""

    announce: Announce | None = None
    window_days: int = 30


@dataclass(frozen=True, slots=True)
class Story:
    """What later steps want to know of the article that is being stored. Texts are as stored, times aware."""

    id: int
    source_id: str
    province: str | None
    grade: str
    title: str
    lead: str
    text: str
    published_at: datetime | None
    first_seen_at: datetime
    sort_at: datetime


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


def tell(
    story: Story,
    documents: Documents,
    resolved: Resolved,
    found: dict[int, Mention],
    now: datetime,
    telling: Telling,
    stored: Stored,
) -> None:
    """Announce the documents that this article is the first to report, once each; hand in further reports.

    The outbox knows a document that was announced: a later paper's article is added to the message, nothing is sent.
    """
    if telling.announce is None:
        return
    for local, document in resolved.documents.items():
        if document is None or found[local].role is not Role.ISSUES:
            continue
        first = document.announced_at is None
        if first and not _is_news(story, document, found[local].role, now, telling.window_days):
            continue
        if not first and now - (document.announced_at or now) > FURTHER_REPORTS:
            continue
        document.announced_at = document.announced_at or now
        documents.save(document)
        try:
            stored.alerts += telling.announce(documents.work.session, document.id, story.id, now)
        except FAULTS:  # not the outbox refuses: the database is away
            raise
        except Exception as error:
            raise AnnounceError(f"{type(error).__name__}: {error}") from error
        if first:
            stored.documents_new.append(document.id)


def _is_news(story: Story, document: Document, role: Role, now: datetime, window_days: int) -> bool:
    day = news_on(story, document.issued_on, symbol_year=document.year)
    if document.issued_on is None:  # undated: not younger than the oldest article that names it
        day = min(day, document.mentioned_at.astimezone(HANOI).date())
    today = now.astimezone(HANOI).date()
    return is_news(role, day, article=_published_on(story), now=today, window_days=window_days)


def news_on(story: Story, document_date: date | None = None, *, symbol_year: int | None = None) -> date:
    """`analysis.documents.news_date` for a stored article."""
    text = f"{story.title}\n{story.lead}\n{story.text}"
    first_seen = story.first_seen_at.astimezone(HANOI).date()
    published = _published_on(story)
    return news_date(document_date, article=published, text=text, seen=first_seen, symbol_year=symbol_year)


def _published_on(story: Story) -> date | None:
    return story.published_at.astimezone(HANOI).date() if story.published_at else None


def time_of(story: Story) -> datetime:
    """The article's moment as far as known: for an undated one the first moment of the day it counts for."""
    if story.published_at is not None:
        return story.sort_at
    return datetime.combine(news_on(story), time(), HANOI)
