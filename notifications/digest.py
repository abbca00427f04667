"""What a digest tells: collected from the archive into one frozen value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.worth import rank
from foundation.clock import day_start
from models.search import Hit
from models.storing.news import is_news_if_of_today
from models.tables import ArticleRow, DocumentRow, PageRow, RunRow, SourceRow
from notifications.estimate import article_query, wants_articles
from notifications.messages import heading
from notifications.outbox import too_many
from notifications.rows import PaperName, document_facts, issuer_of, title_of
from notifications.rules import MORNING, Rule, match
from notifications.searches import all_hits

LOOK_BACK = timedelta(days=3)
"""Articles can arrive late: a digest looks back so far and leaves out what an earlier one told."""
DOCUMENTS_BACK = timedelta(days=8)
MOST_UNDATED = 50
"""A paper without dates, met for the first time, may show all it has ever printed."""


@dataclass(frozen=True, slots=True)
class DigestDocument:
    """A new document, with the article that reported it first."""

    id: int
    heading: str
    title: str | None
    issuer: str | None
    issued_on: date | None
    paper: str
    url: str
    article_title: str
    rank: int = 0
    """Central before provincial before local, each level's resolutions first."""
    undated: bool = False
    """Nobody was woken for it: neither it nor the page that reports it says of which day it is."""


@dataclass(frozen=True, slots=True)
class LaterPapers:
    """Papers that reported a document after its alert went out by a channel that cannot edit. Links: name, address."""

    heading: str
    papers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest. `day` is the day (Hà Nội) on whose morning it is sent; `quiet` are papers without a new article."""

    day: date
    weekly: bool = False
    documents: tuple[DigestDocument, ...] = ()
    other_documents: int = 0
    """New ones that are not worth telling everybody of: one question away."""
    later_papers: tuple[LaterPapers, ...] = ()
    core: tuple[Hit, ...] = ()
    related: tuple[Hit, ...] = ()
    quiet: tuple[str, ...] = ()
    begin: datetime | None = None
    """From when on it looked; the next one looks back no further than the earliest of them."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What this digest tells ("document:5", "article:7"), so that no later one tells it again."""
        found = [f"document:{d.id}" for d in self.documents]
        return (*found, *(f"article:{a.id}" for a in (*self.core, *self.related)))


def build_digest(
    session: Session,
    day: date,
    *,
    paper: PaperName,
    window_days: int,
    rules: Sequence[Rule] = (MORNING,),
    told: Collection[str] = (),
    floor: datetime | None = None,
    until: datetime | None = None,
    weekly: bool = False,
) -> Digest:
    """The digest of a day's morning (or of the week before it) by `rules`, without what was `told` already.

    Up to `until` (the end of the day when not given). What came late in the days before is looked for again, but
    not before `floor`, the beginning of the first digest; the first one begins with the day before. `window_days`:
    within how many days of its issue a document is news.
    """
    end = until or day_start(day) + timedelta(days=1)
    span = timedelta(days=7) if weekly else LOOK_BACK
    floor = floor or (end - span if weekly else day_start(day) - timedelta(days=1))
    begin = max(end - span, floor)
    known = frozenset(told)
    articles = [a for a in _articles(session, rules, begin, end) if f"article:{a.id}" not in known]
    late = max(end - DOCUMENTS_BACK, floor)
    found, others = _documents(session, rules, _announced(session, late, end), end, paper)
    undated, _ = _documents(session, rules, _undated(session, late, end, window_days), end, paper)
    documents = [d for d in (*found, *undated) if f"document:{d.id}" not in known]
    return Digest(
        day=day,
        weekly=weekly,
        documents=tuple(sorted(documents, key=lambda document: document.rank)),
        other_documents=others,
        core=tuple(a for a in articles if a.grade == "core"),
        related=tuple(a for a in articles if a.grade == "related"),
        quiet=_quiet(session, end - timedelta(days=7 if weekly else 1), paper),
        begin=begin,
    )


_Reported = Sequence[tuple[DocumentRow, ArticleRow]]
"""Documents, each with the article that named it first."""


def _announced(session: Session, begin: datetime, end: datetime) -> _Reported:
    return (
        session.execute(
            select(DocumentRow, ArticleRow)
            .join(ArticleRow, ArticleRow.id == DocumentRow.first_article_id)
            .where(DocumentRow.announced_at >= begin, DocumentRow.announced_at <= end)
            .where(ArticleRow.id.not_in(too_many()))
            .order_by(DocumentRow.announced_at, DocumentRow.id)
        )
        .tuples()
        .all()
    )


def _undated(session: Session, begin: datetime, end: datetime, window_days: int) -> _Reported:
    """What a harvest found reported as issued, where neither the page nor its text says when: it has woken nobody."""
    rows = session.execute(
        select(DocumentRow, ArticleRow)
        .join(ArticleRow, ArticleRow.id == DocumentRow.first_article_id)
        .join(PageRow, PageRow.id == ArticleRow.page_id)
        .join(RunRow, RunRow.id == PageRow.run_id)
        .where(RunRow.kind == "harvest", DocumentRow.first_seen_at >= begin, DocumentRow.first_seen_at <= end)
        .where(DocumentRow.announced_at.is_(None), DocumentRow.merged_into_id.is_(None))
        .where(DocumentRow.reported_at.is_not(None), DocumentRow.issued_on.is_(None), ArticleRow.published_at.is_(None))
        .order_by(DocumentRow.first_seen_at, DocumentRow.id)
        .limit(MOST_UNDATED)
    ).tuples()
    return [(document, article) for document, article in rows if is_news_if_of_today(article, document, window_days)]


def _documents(
    session: Session, rules: Sequence[Rule], rows: _Reported, end: datetime, paper: PaperName
) -> tuple[list[DigestDocument], int]:
    """The documents that the rules mean, and how many others are new since the day before `end`.

    The digest that everybody gets (a builtin rule) lists what is worth reading; a rule with conditions of its own
    lists what it means.
    """
    told: list[DigestDocument] = []
    others = 0
    for document, article in rows:
        facts = document_facts(session, document, article)
        if not any(facts.worth if rule.builtin else match(rule, facts) is not None for rule in rules):
            others += document.announced_at is not None and end - document.announced_at <= timedelta(days=1)
            continue
        told.append(
            DigestDocument(
                id=document.id,
                heading=heading(document.kind, document.symbol),
                title=title_of(session, document),
                issuer=issuer_of(document),
                issued_on=document.issued_on,
                paper=paper(article.source_id),
                url=article.url,
                article_title=article.title,
                rank=rank(document.kind_code, document.issuer_code),
                undated=document.announced_at is None,
            )
        )
    return told, others


def _articles(session: Session, rules: Sequence[Rule], begin: datetime, end: datetime) -> list[Hit]:
    """Each story once, the strongest first; of several copies the strongest, which counts the others."""
    found: dict[int, Hit] = {}
    for rule in rules:
        if wants_articles(rule):
            found |= {hit.id: hit for hit in all_hits(session, article_query(rule, begin, end - timedelta(seconds=1)))}
    clusters = _clusters(session, found)
    first: dict[int, Hit] = {}
    for hit in sorted(found.values(), key=lambda hit: (-hit.score, hit.id)):
        cluster = clusters.get(hit.id) or -hit.id
        if cluster not in first:
            first[cluster] = hit
        else:
            first[cluster] = replace(first[cluster], copies=max(first[cluster].copies, 1))
    return list(first.values())


def _clusters(session: Session, ids: Collection[int]) -> dict[int, int]:
    rows: dict[int, int] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found = session.execute(select(ArticleRow.id, ArticleRow.cluster_id).where(ArticleRow.id.in_(part))).tuples()
        rows |= {key: cluster for key, cluster in found if cluster is not None}
    return rows


def _quiet(session: Session, since: datetime, paper: PaperName) -> tuple[str, ...]:
    rows = session.execute(
        select(SourceRow.id, SourceRow.last_article_at).where(SourceRow.status != "off").order_by(SourceRow.id)
    ).tuples()
    return tuple(paper(key) for key, last in rows if last is None or last < since)
