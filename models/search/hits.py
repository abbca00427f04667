"""From ids to what is shown of each article."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from models.names import paper, province_name
from models.of_row import of_row
from models.search.query import Parsed
from models.search.results import Copy, Hit
from models.search.snippets import shown
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, DocumentRow

_LEFT_OUT = {"text", "reasons", "flags", "key", "text_sha256", "sketch", "page_id", "rules", "date_from", "updated_at"}


def load_hits(session: Session, ids: Sequence[int], parsed: Parsed, *, snippets: bool) -> tuple[Hit, ...]:
    """The articles of these ids, in this order."""
    if not ids:
        return ()
    columns = [
        getattr(ArticleRow, column.key)
        for column in ArticleRow.__mapper__.column_attrs
        if column.key not in _LEFT_OUT or (snippets and column.key == "text")
    ]
    rows = session.scalars(
        select(ArticleRow).where(ArticleRow.id.in_(ids)).options(load_only(*columns, raiseload=True))
    )
    articles = {row.id: row for row in rows}
    topics, symbols = topics_of(session, ids), _symbols(session, ids)
    copies = _copies(session, [row.cluster_id for row in articles.values() if row.cluster_id is not None])
    return tuple(
        _hit(
            articles[one],
            parsed,
            snippets=snippets,
            topics=topics.get(one, ()),
            symbols=symbols.get(one, ()),
            also=tuple(copy for copy in copies.get(articles[one].cluster_id or 0, ()) if copy.id != one),
        )
        for one in ids
        if one in articles
    )


def _hit(
    row: ArticleRow,
    parsed: Parsed,
    *,
    snippets: bool,
    topics: tuple[str, ...],
    symbols: tuple[str, ...],
    also: tuple[Copy, ...],
) -> Hit:
    title, snippet = shown(row.title, row.lead, row.text, parsed) if snippets else ((), ())
    return of_row(
        Hit,
        row,
        source=paper(row.source_id),
        province_name=province_name(row.province),
        topics=topics,
        symbols=symbols,
        copies=len(also),
        also=also,
        title_pieces=title,
        snippet=snippet,
    )


def topics_of(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """The topics of these articles, strongest first."""
    statement = (
        select(ArticleTopicRow.article_id, ArticleTopicRow.topic)
        .where(ArticleTopicRow.article_id.in_(ids))
        .order_by(ArticleTopicRow.score.desc(), ArticleTopicRow.topic)
    )
    return _grouped(session.execute(statement).tuples().all())


def _symbols(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Symbols of the documents that the articles report as issued."""
    statement = (
        select(CitationRow.article_id, DocumentRow.symbol)
        .join(DocumentRow, DocumentRow.id == CitationRow.document_id)
        .where(CitationRow.article_id.in_(ids), CitationRow.role == "issues")
        .order_by(CitationRow.article_id, CitationRow.id)
    )
    return _grouped(session.execute(statement).tuples().all())


def _copies(session: Session, clusters: Sequence[int]) -> Mapping[int, tuple[Copy, ...]]:
    if not clusters:
        return {}
    statement = (
        select(ArticleRow.cluster_id, ArticleRow.id, ArticleRow.source_id)
        .where(ArticleRow.cluster_id.in_(clusters))
        .order_by(ArticleRow.sort_at, ArticleRow.id)
    )
    found: dict[int, tuple[Copy, ...]] = defaultdict(tuple)
    for cluster, article, source in session.execute(statement).tuples():
        if cluster is not None:
            found[cluster] += (Copy(article, paper(source)),)
    return found


def _grouped(pairs: Sequence[tuple[int, str]]) -> Mapping[int, tuple[str, ...]]:
    groups: dict[int, list[str]] = defaultdict(list)
    for article, value in pairs:
        if value not in groups[article]:
            groups[article].append(value)
    return {article: tuple(values) for article, values in groups.items()}
