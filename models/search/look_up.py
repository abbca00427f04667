"""The search itself: understand, match, rank, count, show. The one place that reads the index."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select, text
from sqlalchemy.orm import Session

from foundation.words import GRADES
from models.search import facets as facet_counts
from models.search import postgresql
from models.search.documents import documents_found
from models.search.hits import load_hits
from models.search.index import backend
from models.search.plan import RANKED, Plan, plan_of
from models.search.query import FARTHEST, MOST_AT_ONCE, Parsed, Query, Sort, parse
from models.search.ranking import ranks
from models.search.results import Facets, Results
from models.search.suggestions import loosened, suggest, typed
from models.search.table import Page, time_key
from models.tables import ArticleRow

_ENOUGH_FOR_A_SUGGESTION = 30
HIDDEN_COUNTED = 300
"""Hits outside the field of dân vận are counted up to this number."""


def search(
    session: Session,
    query: Query,
    *,
    facets: bool = False,
    snippets: bool = True,
    fold: bool = False,
    most: int = MOST_AT_ONCE,
) -> Results:
    """What the archive holds for a query: hits, total, and on wish facets; suggestions where nothing is found.

    Any text in `query.words` is answered. Raises UsageError for a filter value that does not exist.
    At most `most` hits at once (an export asks for more). `fold`: of a story that several papers print one hit, the
    first in order; totals and facets count every article.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text(postgresql.PLANNER))
    plan = plan_of(session, query, parse(query.words))
    limit, offset = max(1, min(query.limit, most)), max(0, min(query.offset, FARTHEST))
    newest_page = Page(facet_counts.COUNTED + 1, columns=_facet_columns(query))
    rows = plan.newest(connection, newest_page) if facets or fold else None
    kept = _first_of_story(connection, rows[: facet_counts.COUNTED]) if fold and rows else None
    ids, more = _page(connection, query, plan, offset, limit, rows, kept)
    counted = _facets(session, query, plan, rows) if facets and rows is not None else None
    total, capped = _total(counted, offset + len(ids), more=more)
    return Results(
        hits=load_hits(session, ids, plan.parsed, snippets=snippets),
        total=total,
        capped=capped,
        more=more,
        notes=plan.notes,
        suggestions=() if total else _suggestions(session, query, plan),
        facets=counted,
        documents=documents_found(session, query.words) if not offset else (),
        stories=None if kept is None else min(len(kept), RANKED) if query.sort is Sort.BEST else len(kept),
    )


def count(session: Session, query: Query, *, up_to: int = facet_counts.COUNTED) -> int:
    """How many articles a query finds; counting stops at `up_to`. Raises UsageError as `search`."""
    return len(plan_of(session, query, parse(query.words)).newest(session.connection(), Page(up_to)))


def _facet_columns(query: Query) -> str:
    return f"{facet_counts.COLUMNS}, e.head" if query.sort is Sort.BEST else facet_counts.COLUMNS


def _first_of_story(connection: Connection, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The rows without those whose story another paper tells in a row before."""
    ids = [row.article_id for row in rows]
    clustered = select(ArticleRow.id, ArticleRow.cluster_id).where(
        ArticleRow.id.in_(ids), ArticleRow.cluster_id.is_not(None)
    )
    story = {article: cluster for article, cluster in connection.execute(clustered)}  # noqa: C416 (rows are no pairs)
    told: set[int] = set()
    kept = []
    for row in rows:
        cluster = story.get(row.article_id)
        if cluster is None or cluster not in told:
            kept.append(row)
        if cluster is not None:
            told.add(cluster)
    return kept


def _page(
    connection: Connection,
    query: Query,
    plan: Plan,
    offset: int,
    limit: int,
    newest: Sequence[Row[Any]] | None,
    kept: Sequence[Row[Any]] | None,
) -> tuple[list[int], bool]:
    """Ids of the page, and whether more follow. `newest`: the newest hits, where they have been looked up already;
    `kept`: those of them that a page of folded stories shows. Behind these pages nothing is folded.
    """
    if query.sort is Sort.BEST and plan.parsed.groups:
        return _best(connection, plan, offset, limit, newest if kept is None else kept)
    end, whole = offset + limit, newest is not None and len(newest) <= facet_counts.COUNTED
    held = newest if kept is None else kept
    if held is not None and (end < len(held) or whole):
        rows = list(held[offset : end + 1])
    else:
        folded = 0 if newest is None or kept is None else min(len(newest), facet_counts.COUNTED) - len(kept)
        rows = plan.newest(connection, Page(limit + 1, skip=offset + folded))
    return [row.article_id for row in rows[:limit]], len(rows) > limit


def _best(
    connection: Connection, plan: Plan, offset: int, limit: int, newest: Sequence[Row[Any]] | None
) -> tuple[list[int], bool]:
    rows = plan.ranked(connection, newest)
    having = partial(backend(connection).having, connection, plan.match)
    ranked = ranks(plan.parsed, {row.order_key: row.head for row in rows}, having, offset + limit)
    ordered = sorted(rows, key=lambda row: (ranked[row.order_key], -time_key(row.order_key)))
    page = ordered[offset : offset + limit]
    return [row.article_id for row in page], len(ordered) > offset + limit


def _facets(session: Session, query: Query, plan: Plan, rows: Sequence[Row[Any]]) -> Facets:
    connection = session.connection()
    capped = len(rows) > facet_counts.COUNTED
    rows = rows[: facet_counts.COUNTED]
    hidden = 0
    if not query.grades:
        unrelated = plan_of(session, query, plan.parsed, grades=("none",))
        hidden = len(unrelated.newest(connection, Page(HIDDEN_COUNTED + 1)))
    return Facets(
        len(rows), capped, facet_counts.count(rows), min(hidden, HIDDEN_COUNTED), hidden_capped=hidden > HIDDEN_COUNTED
    )


def _total(facets: Facets | None, seen: int, *, more: bool) -> tuple[int, bool]:
    """The number of hits, and whether there are more than that. Only facets count beyond the page."""
    if facets is not None:
        return facets.counted, facets.capped
    return seen, more


def _suggestions(session: Session, query: Query, plan: Plan) -> tuple[str, ...]:
    connection = session.connection()

    def find(attempt: Parsed) -> list[int]:
        found = plan_of(session, query, attempt).newest(connection, Page(_ENOUGH_FOR_A_SUGGESTION))
        return [row.article_id for row in found]

    parsed = loosened(plan.parsed)
    if not parsed.groups or plan.parsed.contradicts_itself:
        return ()
    unfiltered = plan_of(session, Query(), parsed, grades=tuple(GRADES))
    if unfiltered.finds_any(connection):
        # The words are right: it is the quotes, or the filters, that leave nothing.
        promising = parsed != plan.parsed and not plan.words_never_meet
        return (typed(parsed),) if promising and find(parsed) else ()

    return suggest(session, parsed, find)
