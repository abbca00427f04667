"""Documents that typed words name: "25 nq tw", "kế hoạch 138", "that plan, 138 something"."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from analysis.text import search_key
from models.names import kind_labels
from models.search.files import documents_by_file
from models.search.query import parse
from models.search.results import DocumentHit
from models.search.symbols import symbols_in
from models.search.words import symbol_token
from models.tables import DocumentRow

MOST = 6
MOST_BY_FILE = 3
_MOST_WORDS = 8
_NUMBER = re.compile(r"(?<!\d)0*(\d{1,5})(?!\d)")


def documents_found(session: Session, typed: str) -> tuple[DocumentHit, ...]:
    """The documents that the words name, then a few whose own file holds them, where there are several."""
    named = documents_named(session, typed)
    if len(typed.split()) < 2:
        return named
    ids = documents_by_file(session, typed, MOST_BY_FILE)
    rows = {row.id: row for row in session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids)))} if ids else {}
    known = {hit.id for hit in named}
    return (*named, *(_hit(rows[one], in_file=True) for one in ids if one in rows and one not in known))


def documents_named(session: Session, typed: str) -> tuple[DocumentHit, ...]:
    """The documents that the words name by symbol, or by a number with or without a kind; newest first.

    Longer sentences name none: they look for articles.
    """
    terms = [term for group in parse(typed).groups for term in group]
    if not terms or len(terms) > _MOST_WORDS:
        return ()
    whole = [part for part in symbols_in(typed.split()) if part.symbol]
    wanted = {symbol_token(part.symbol) for part in whole if part.symbol}
    numbers = {int(number) for term in terms for number in _NUMBER.findall(" ".join(term.folded))[:1]}
    if not numbers:
        return ()
    rows = session.scalars(
        select(DocumentRow)
        .where(DocumentRow.number.in_(numbers), DocumentRow.merged_into_id.is_(None), *_of_kind(typed, wanted))
        .order_by(func.coalesce(DocumentRow.issued_on, DocumentRow.first_seen_at).desc(), DocumentRow.id.desc())
        .limit(200)
    )
    found = [row for row in rows if not wanted or symbol_token(row.symbol) in wanted]
    return tuple(_hit(row) for row in found[:MOST])


def _of_kind(typed: str, wanted: set[str]) -> list[ColumnElement[bool]]:
    if wanted:
        return []
    key = f" {search_key(typed)} "
    kinds = [
        code for code, name in kind_labels().items() if f" {search_key(name)} " in key or f" {search_key(code)} " in key
    ]
    return [DocumentRow.kind_code.in_(kinds)] if kinds else []


def _hit(row: DocumentRow, *, in_file: bool = False) -> DocumentHit:
    return DocumentHit(row.id, row.symbol, row.kind, row.issuer, row.place, row.issued_on, row.title, in_file)
