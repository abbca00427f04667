"""Looking again at undated mentions when a new document, or new evidence about a held one, has come in.

An undated mention that joined the only document of its symbol may be of another one that comes to light later, and
one that was open may be told apart now. Nobody is alerted for what is moved here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from analysis.described import Account, mentions
from analysis.documents import Identity, match
from analysis.values import Citation, Field, Role
from foundation.clock import hanoi_day
from models.storing.documents import as_known, candidates, new_document
from models.storing.identity import forget_orphans, match_key, move_links, note
from models.tables import ArticleRow, CitationRow, DocumentRow

Group = Sequence[Row[tuple[CitationRow, datetime]]]
"""The mentions of one document in one article, with the article's time."""

Known = dict[str, list[DocumentRow]]
"""The candidates of a match key, fetched once."""

MOST = 5_000
"""Mentions of one symbol that are looked at in one transaction, newest articles first; other writers wait meanwhile.
Measured: 0.3 ms a mention that stays, 5 ms one that moves. Older articles cannot mean a newer document anyway."""


def look_again(session: Session, keys: Iterable[str], *, but: int) -> set[int]:
    """Decide the undated mentions under these match keys again; answers the ids of the articles that changed.

    `but` is the article that brought the news: its own mentions have just been decided.
    """
    wanted = {form for key in keys for form in (key, key.rpartition("/")[0] + "/")}
    query = (
        select(CitationRow, ArticleRow.sort_at)
        .join(ArticleRow, ArticleRow.id == CitationRow.article_id)
        .where(CitationRow.match_key.in_(wanted), CitationRow.article_id != but)
        .order_by(CitationRow.article_id.desc(), CitationRow.local_id, CitationRow.id)
        .limit(MOST)
    )
    known: Known = {}
    changed: set[int] = set()
    left: set[int] = set()
    for (article_id, local_id), rows in groupby(
        session.execute(query).all(), key=lambda row: (row[0].article_id, row[0].local_id)
    ):
        group = list(rows)
        if any(row[0].issued_on is not None for row in group):
            continue
        before = group[0][0].document_id
        after = _decide(session, group, known)
        if after != before:
            _move(session, article_id, local_id, before, after)
            changed.add(article_id)
            left |= {before} if before is not None else set()
    forget_orphans(session, left)
    return changed


def _decide(session: Session, group: Group, known: Known) -> int | None:
    """The document an undated mention means now."""
    citation, at = group[0]._tuple()  # noqa: SLF001 (SQLAlchemy named it so)
    mention = _mention(group)
    if mention is None:
        return citation.document_id
    key = match_key(mention.described)
    if key not in known:
        known[key] = candidates(session, mention.described)
    rows = known[key]
    decision = match(mention, [as_known(row) for row in rows])
    if decision.outcome is Identity.OPEN:
        return None
    if decision.outcome is Identity.JOIN:
        row = next(row for row in rows if row.id == decision.document_id)
    elif mention.role is Role.DRAFTS:
        return None
    else:
        row = new_document(mention, citation.article_id, at)
        session.add(row)
        known.clear()
    note(row, mention, at)
    session.flush()
    return row.id


def _mention(group: Group) -> Account | None:
    citations = [stored_citation(row[0]) for row in group]
    on = hanoi_day(group[0][1])
    return next(iter(mentions(citations, on).values()), None)


def stored_citation(row: CitationRow) -> Citation:
    """A stored mention as the value it was stored from."""
    return Citation(
        text=row.text,
        start=row.start,
        end=row.end,
        symbol=row.symbol,
        kind=row.kind,
        kind_code=row.kind_code,
        number=row.number,
        year=row.year,
        issuer=row.issuer,
        issuer_code=row.issuer_code,
        place=row.place,
        province=row.province,
        date=row.issued_on,
        term=row.term,
        title=row.title,
        role=Role(row.role),
        document=row.local_id,
        field=Field(row.field),
    )


def _move(session: Session, article_id: int, local_id: int, before: int | None, after: int | None) -> None:
    mine = (CitationRow.article_id == article_id, CitationRow.local_id == local_id)
    session.execute(update(CitationRow).where(*mine).values(document_id=after))
    if before is not None:
        move_links(session, before, after, article_id)
