"""The search itself: understand, match, rank, count, show. The one place that reads the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select, text
from sqlalchemy.orm import Session

from foundation.words import GRADES
from models.search import facets as facet_counts
from models.search import filters, postgresql
from models.search.documents import documents_found
from models.search.expression import Expression, any_token
from models.search.hits import load_hits
from models.search.index import backend
from models.search.query import FARTHEST, MOST_AT_ONCE, Parsed, Query, Sort, parse
from models.search.ranking import phrases_of, ranks, words_of
from models.search.results import Facets, Results
from models.search.suggestions import loosened, suggest, typed
from models.search.table import FARTHEST_KEY, end_key, first_key, space_of, time_key
from models.search.words import filter_token
from models.tables import ArticleRow

RANKED = 300
"""Best first orders the newest so many hits: ranking all hits of common words takes seconds at a million articles."""

PHRASES_CHECKED = 2_000
"""A quoted phrase is looked for in the newest so many articles that hold all its words: whether they stand in a row
is not in the index but in each article's own list of places."""

_ENOUGH_FOR_A_SUGGESTION = 30
HIDDEN_COUNTED = 300
"""Hits outside the field of dân vận are counted up to this number."""
_KEYS = "e.order_key, e.article_id"
_HEADS = f"{_KEYS}, e.head"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query made ready for the index. `low` and `high` are order keys within each of the spaces."""

    parsed: Parsed
    match: Expression
    spaces: tuple[int, ...]
    low: int
    high: int
    _looked_at: dict[int, int] = field(default_factory=dict, compare=False)
    _bounds: list[str] = field(default_factory=list, compare=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know of the answer, in Vietnamese."""
        return (*self.parsed.notes, *dict.fromkeys(self._bounds))

    def ranked(self, connection: Connection, newest: Sequence[Row[Any]] | None) -> Sequence[Row[Any]]:
        """The hits that best first orders: the newest `RANKED`, out of `newest` where that is at hand."""
        rows = self.newest(connection, RANKED + 1, columns=_HEADS) if newest is None else newest
        if len(rows) > RANKED:
            self._bounds.append(f"Sát nhất trước: chỉ xếp {_dotted(RANKED)} tin mới nhất tìm thấy.")
        return rows[:RANKED]

    def finds_any(self, connection: Connection) -> bool:
        """Whether there is a hit in any space; the others are not asked once one has it."""
        return any(self._newest_in(connection, space, skip=0, take=1, columns=_KEYS) for space in self.spaces)

    @property
    def words_never_meet(self) -> bool:
        """After a look-up: no article within the filters has all words of the quoted phrases, in a row or not."""
        return bool(self._looked_at) and not any(self._looked_at.values())

    def newest(self, connection: Connection, take: int, *, skip: int = 0, columns: str = _KEYS) -> list[Row[Any]]:
        """The newest hits of all spaces."""
        if self.parsed.contradicts_itself:
            return []
        if len(self.spaces) == 1:
            return list(self._newest_in(connection, self.spaces[0], skip=skip, take=take, columns=columns))
        rows = [
            row
            for space in self.spaces
            for row in self._newest_in(connection, space, skip=0, take=skip + take, columns=columns)
        ]
        return sorted(rows, key=lambda row: -time_key(row.order_key))[skip : skip + take]

    def _newest_in(
        self, connection: Connection, space: int, *, skip: int, take: int, columns: str
    ) -> Sequence[Row[Any]]:
        language, span = backend(connection), {"space": space, "low": self.low, "high": self.high}
        page = {"skip": skip, "take": take, "columns": columns}
        if self.match.loosened == self.match:
            return language.newest(connection, self.match, **span, **page)  # type: ignore[no-any-return]  # a module
        rows: Sequence[Row[Any]]
        rows, looked = language.phrased(connection, self.match, **span, most=PHRASES_CHECKED, **page)
        self._looked_at[space] = looked
        if len(rows) < take and looked == PHRASES_CHECKED:
            self._bounds.append(
                f"Cụm từ trong ngoặc kép: chỉ xét {_dotted(PHRASES_CHECKED)} tin mới nhất có đủ các từ ấy."
            )
        return rows


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


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
    plan = _plan(session, query, parse(query.words))
    limit, offset = max(1, min(query.limit, most)), max(0, min(query.offset, FARTHEST))
    rows = plan.newest(connection, facet_counts.COUNTED + 1, columns=_facet_columns(query)) if facets or fold else None
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
    return len(_plan(session, query, parse(query.words)).newest(session.connection(), up_to))


def _plan(session: Session, query: Query, parsed: Parsed, grades: tuple[str, ...] | None = None) -> _Plan:
    grades = grades or filters.grades_of(query)
    must = [*words_of(parsed, exact=False).must, *filters.conditions(session, query, grades=grades)]
    must_not = tuple(phrase for term in parsed.excluded for phrase in phrases_of(term))
    if must_not and not must:
        must = [any_token(filter_token("grade", grade) for grade in GRADES)]
    return _Plan(
        parsed,
        Expression(tuple(must), must_not),
        tuple(sorted({space_of(grade) for grade in grades}, reverse=True)),
        first_key(query.date_from) if query.date_from else 0,
        end_key(query.date_to) if query.date_to else FARTHEST_KEY,
    )


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
    plan: _Plan,
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
        rows = plan.newest(connection, limit + 1, skip=offset + folded)
    return [row.article_id for row in rows[:limit]], len(rows) > limit


def _best(
    connection: Connection, plan: _Plan, offset: int, limit: int, newest: Sequence[Row[Any]] | None
) -> tuple[list[int], bool]:
    rows = plan.ranked(connection, newest)
    having = partial(backend(connection).having, connection, plan.match)
    ranked = ranks(plan.parsed, {row.order_key: row.head for row in rows}, having, offset + limit)
    ordered = sorted(rows, key=lambda row: (ranked[row.order_key], -time_key(row.order_key)))
    page = ordered[offset : offset + limit]
    return [row.article_id for row in page], len(ordered) > offset + limit


def _facets(session: Session, query: Query, plan: _Plan, rows: Sequence[Row[Any]]) -> Facets:
    connection = session.connection()
    capped = len(rows) > facet_counts.COUNTED
    rows = rows[: facet_counts.COUNTED]
    hidden = 0
    if not query.grades:
        unrelated = _plan(session, query, plan.parsed, grades=("none",))
        hidden = len(unrelated.newest(connection, HIDDEN_COUNTED + 1))
    return Facets(
        len(rows), capped, facet_counts.count(rows), min(hidden, HIDDEN_COUNTED), hidden_capped=hidden > HIDDEN_COUNTED
    )


def _total(facets: Facets | None, seen: int, *, more: bool) -> tuple[int, bool]:
    """The number of hits, and whether there are more than that. Only facets count beyond the page."""
    if facets is not None:
        return facets.counted, facets.capped
    return seen, more


def _suggestions(session: Session, query: Query, plan: _Plan) -> tuple[str, ...]:
    connection = session.connection()

    def find(attempt: Parsed) -> list[int]:
        return [row.article_id for row in _plan(session, query, attempt).newest(connection, _ENOUGH_FOR_A_SUGGESTION)]

    parsed = loosened(plan.parsed)
    if not parsed.groups or plan.parsed.contradicts_itself:
        return ()
    unfiltered = _plan(session, Query(), parsed, grades=tuple(GRADES))
    if unfiltered.finds_any(connection):
        # The words are right: it is the quotes, or the filters, that leave nothing.
        promising = parsed != plan.parsed and not plan.words_never_meet
        return (typed(parsed),) if promising and find(parsed) else ()

    return suggest(session, parsed, find)
