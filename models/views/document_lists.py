"""Documents by symbol and by filter: what the command and the bot look up without a search.

Pages of one article or document, with their links and spellings, are `models.views.article_page` and
`models.views.document_page`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import Session

from analysis.citations import read_symbol
from analysis.documents import settled_issuer
from analysis.kinds import kind_family
from analysis.text import search_key
from foundation.settings import HANOI
from models.tables import CitationRow, DocumentRow


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents are wanted; None means any. `kind` and `issuer` by code or name, `province` by two-digit code.
    `new_since`: first reported as issued on that day in Hà Nội or later.
    """

    kind: str | None = None
    issuer: str | None = None
    province: str | None = None
    new_since: date | None = None
    limit: int = 100


def find_documents(session: Session, words: str) -> list[DocumentRow]:
    """All documents that a symbol means ("25 nq tw", "25-NQ/TW"), newest first: a symbol may be several documents'.

    Empty where the words are no symbol, or nothing is held under it.
    """
    symbol = read_symbol(words)
    if symbol is None or not symbol.number or not symbol.issuer_code:
        return []
    digits = "".join(char for char in symbol.number if char.isdigit())
    if not digits:
        return []
    family = kind_family(None, symbol.kind_code or "")
    rows = session.scalars(
        _living().where(
            DocumentRow.number == int(digits[:9]),
            DocumentRow.issuer_code == settled_issuer(symbol.issuer_code, None),
        )
    )
    return [
        row
        for row in rows
        if kind_family(None, row.kind_code) == family and (symbol.year is None or row.year == symbol.year)
    ]


def list_documents(session: Session, wanted: DocumentFilter) -> list[DocumentRow]:
    """Documents by kind, issuer, province and novelty, newest first."""
    query = _living()
    if wanted.kind:
        key = search_key(wanted.kind)
        codes = [
            (code, kind)
            for code, kind in session.execute(select(DocumentRow.kind_code, DocumentRow.kind).distinct())
            if key in {search_key(code), search_key(kind)}
        ]
        query = query.where(or_(*((DocumentRow.kind_code == c) & (DocumentRow.kind == k) for c, k in codes), false()))
    if wanted.issuer:
        key = search_key(wanted.issuer)
        issuers = session.execute(select(DocumentRow.issuer_code, DocumentRow.issuer).distinct()).all()
        exact = {code for code, _ in issuers if search_key(code) == key}
        named = {name for _, name in issuers if name and key in search_key(name)} if not exact else set()
        query = query.where(or_(DocumentRow.issuer_code.in_(exact), DocumentRow.issuer.in_(named)))
    if wanted.province:
        query = query.where(DocumentRow.province == wanted.province)
    if wanted.new_since:
        since = datetime.combine(wanted.new_since, time(), HANOI)
        query = query.where(DocumentRow.reported_at >= since)
    return list(session.scalars(query.limit(wanted.limit)))


def article_counts(session: Session, ids: list[int]) -> dict[int, int]:
    """How many articles name each document."""
    counts = (
        select(CitationRow.document_id, func.count(CitationRow.article_id.distinct()))
        .where(CitationRow.document_id.in_(ids))
        .group_by(CitationRow.document_id)
    )
    return {document: count for document, count in session.execute(counts) if document is not None}


def _living() -> Select[tuple[DocumentRow]]:
    """Documents that stand (not merged into another), newest first by date of issue, else by first report."""
    by_date = func.coalesce(DocumentRow.issued_on, func.date(DocumentRow.mentioned_at))
    return (
        select(DocumentRow).where(DocumentRow.merged_into_id.is_(None)).order_by(by_date.desc(), DocumentRow.id.desc())
    )
