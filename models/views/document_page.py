"""Everything that the page of one document shows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.places import former_name
from foundation.clock import HANOI
from foundation.words import ROLES
from models import names as labels
from models.of_row import of_row
from models.search.filters import same_documents
from models.tables import ArticleRow, CitationRow, DocumentLinkRow, DocumentRow
from models.views.about import about
from models.views.files import FileLine, files_of_documents

MOST_ARTICLES = 300
_ROLE_ORDER = list(ROLES)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in one line; `about` is what is known of one without a title (`models.views.about`)."""

    id: int
    symbol: str
    kind: str
    title: str | None
    issuer: str | None
    province: str | None
    province_name: str | None
    issued_on: dt.date | None
    reported_at: dt.datetime | None
    about: str | None = None
    provinces: int = 0
    """How many provinces carry it out, where a list counted them."""
    first_seen_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """An article in one line of a timeline."""

    id: int
    source: str
    title: str
    sort_at: dt.datetime
    role: str
    role_label: str


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A document that carries out, amends or replaces another, with the articles that say so."""

    document: DocumentLine
    role: str
    role_label: str
    articles: tuple[ArticleLine, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way in which papers printed the document."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One document: identity, articles (newest first), links, spellings. Times are aware UTC."""

    document: DocumentLine
    number: int
    kind_code: str
    issuer_code: str
    place: str | None
    term: str | None
    first_seen_at: dt.datetime
    articles: tuple[ArticleLine, ...]
    articles_total: int
    months: tuple[tuple[str, int], ...]
    carries_out: tuple[LinkLine, ...]
    carried_out_by: tuple[LinkLine, ...]
    spellings: tuple[Spelling, ...]
    files: tuple[FileLine, ...] = ()


def document_line(row: DocumentRow, about: str | None = None) -> DocumentLine:
    """The document in one line."""
    return of_row(DocumentLine, row, province_name=_province_then(row), about=about, provinces=0)


def _province_then(row: DocumentRow) -> str | None:
    """The name of the province as it was: a document of Hòa Bình is not one of Phú Thọ, which holds it today."""
    return (former_name(row.place, row.issued_on) if row.place else None) or labels.province_name(row.province)


def find_document(session: Session, document_id: int) -> DocumentRow | None:
    """The document of this id, or the one it was merged into."""
    row = session.get(DocumentRow, document_id)
    for _ in range(5):
        if row is None or row.merged_into_id is None:
            return row
        row = session.get(DocumentRow, row.merged_into_id)
    return row


def document_page(session: Session, document_id: int) -> DocumentPage | None:
    """The document of this id; None where there is none."""
    row = find_document(session, document_id)
    if row is None:
        return None
    ids = same_documents(session, row.id)
    articles = _articles(session, ids)
    return DocumentPage(
        document=document_line(row, about(session, [row]).get(row.id)),
        number=row.number,
        kind_code=row.kind_code,
        issuer_code=row.issuer_code,
        place=row.place,
        term=row.term,
        first_seen_at=row.first_seen_at,
        articles=tuple(articles[:MOST_ARTICLES]),
        articles_total=len(articles),
        months=_months(articles),
        carries_out=links_of(session, ids, outwards=True),
        carried_out_by=links_of(session, ids, outwards=False),
        spellings=_spellings(session, ids),
        files=files_of_documents(session, ids),
    )


def _articles(session: Session, ids: Sequence[int]) -> list[ArticleLine]:
    statement = (
        select(ArticleRow.id, ArticleRow.source_id, ArticleRow.title, ArticleRow.sort_at, CitationRow.role)
        .join(CitationRow, CitationRow.article_id == ArticleRow.id)
        .where(CitationRow.document_id.in_(ids))
        .order_by(ArticleRow.sort_at.desc(), ArticleRow.id.desc())
        .limit(20_000)
    )
    best: dict[int, ArticleLine] = {}
    for article, source, title, sort_at, role in session.execute(statement):
        held = best.get(article)
        if held is None or _ROLE_ORDER.index(role) < _ROLE_ORDER.index(held.role):
            best[article] = ArticleLine(article, labels.paper(source), title, sort_at, role, ROLES.get(role, role))
    return list(best.values())


def _months(articles: Sequence[ArticleLine]) -> tuple[tuple[str, int], ...]:
    """Articles a month, from the first month to the last, empty ones too."""
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for article in articles:
        local = article.sort_at.astimezone(HANOI)
        counts[local.year, local.month] += 1
    if not counts:
        return ()
    (year, month), last = min(counts), max(counts)
    months = []
    while (year, month) <= last:
        months.append((f"{month}/{year}", counts.get((year, month), 0)))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return tuple(months)


def links_of(session: Session, ids: Sequence[int], *, outwards: bool) -> tuple[LinkLine, ...]:
    """What these documents carry out, amend or replace; not `outwards`: what does so with them. Oldest told first."""
    here, there = DocumentLinkRow.subject_id, DocumentLinkRow.target_id
    if not outwards:
        here, there = there, here
    statement = (
        select(
            DocumentRow, DocumentLinkRow.role, ArticleRow.id, ArticleRow.source_id, ArticleRow.title, ArticleRow.sort_at
        )
        .select_from(DocumentLinkRow)
        .join(DocumentRow, DocumentRow.id == there)
        .join(ArticleRow, ArticleRow.id == DocumentLinkRow.article_id)
        .where(here.in_(ids))
        .order_by(ArticleRow.sort_at)
        .limit(5_000)
    )
    rows: dict[tuple[int, str], DocumentRow] = {}
    told: dict[tuple[int, str], list[ArticleLine]] = defaultdict(list)
    for document, role, article, source, title, sort_at in session.execute(statement):
        key = (document.merged_into_id or document.id, role)
        rows.setdefault(key, document)
        told[key].append(ArticleLine(article, labels.paper(source), title, sort_at, role, ROLES.get(role, role)))
    settled = _settled(session, rows)
    return tuple(
        LinkLine(settled[key], key[1], ROLES.get(key[1], key[1]), tuple({one.id: one for one in told[key]}.values()))
        for key in rows
    )


def _settled(session: Session, rows: Mapping[tuple[int, str], DocumentRow]) -> Mapping[tuple[int, str], DocumentLine]:
    lines = {}
    for key, row in rows.items():
        found = find_document(session, row.id)
        lines[key] = document_line(found or row)
    return lines


def _spellings(session: Session, ids: Sequence[int]) -> tuple[Spelling, ...]:
    statement = (
        select(CitationRow.text, func.count())
        .where(CitationRow.document_id.in_(ids))
        .group_by(CitationRow.text)
        .order_by(func.count().desc(), CitationRow.text)
        .limit(60)
    )
    return tuple(Spelling(" ".join(text.split()), number) for text, number in session.execute(statement))
