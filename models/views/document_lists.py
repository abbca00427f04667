"""Documents by symbol and by filter: what the command, the bot and the page of documents look up without a search.

Pages of one article or document, with their links and spellings, are `models.views.article_page` and
`models.views.document_page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session

from analysis.citations import read_symbol
from analysis.described import settled_issuer
from analysis.issuers import level_of, levels
from analysis.kinds import kind_family
from analysis.places import find_province
from analysis.text import search_key
from foundation.clock import day_start
from foundation.errors import UsageError
from models.search.files import documents_by_file
from models.search.filters import same_documents, typed_id
from models.search.words import Word, words
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, DocumentLinkRow, DocumentRow

READ_FOR_WORDS = 20_000
"""Documents whose words are compared with those asked for: the newest so many."""


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents are wanted; None means any. `kind` and `issuer` by code or name, `province` by two-digit code
    (with the provinces that it took in), or `former`, the name of one of those, `level` and `topic` by key,
    `carries_out` by id or symbol.
    `new_since`: first reported as issued on that day in Hà Nội or later; `first` and `last`: of these days, by date of
    issue, else of the first mention. `reported`: only those that a paper reported as issued.
    """

    kind: str | None = None
    issuer: str | None = None
    province: str | None = None
    former: str | None = None
    new_since: date | None = None
    words: str = ""
    level: str | None = None
    topic: str | None = None
    first: date | None = None
    last: date | None = None
    carries_out: str | None = None
    reported: bool = False
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
            DocumentRow.number == int(digits[:9]), DocumentRow.issuer_code == settled_issuer(symbol.issuer_code, None)
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
    query = query.where(*_conditions(session, wanted))
    if wanted.words.strip():
        by_name = _with_words(session, query, words(wanted.words))[: wanted.limit]
        query = query.where(DocumentRow.id.in_({*by_name, *documents_by_file(session, wanted.words, wanted.limit)}))
    return list(session.scalars(query.limit(wanted.limit)))


def _conditions(session: Session, wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    """The filters beside kind and issuer as conditions."""
    found = _of_province(wanted)
    if wanted.new_since:
        found.append(DocumentRow.reported_at >= day_start(wanted.new_since))
    if wanted.reported:
        found.append(DocumentRow.reported_at.is_not(None))
    if wanted.level:
        if wanted.level not in levels():
            raise UsageError(f"Không có cấp “{wanted.level}”. Chọn trong: {', '.join(levels())}.")
        codes = session.scalars(select(DocumentRow.issuer_code).distinct())
        taken = levels()[wanted.level][1]
        found.append(DocumentRow.issuer_code.in_([code for code in codes if level_of(code) in taken]))
    if wanted.topic:
        found.append(DocumentRow.id.in_(_reported_with(wanted.topic)))
    if wanted.first:
        start = DocumentRow.mentioned_at >= day_start(wanted.first)
        found.append(func.coalesce(DocumentRow.issued_on >= wanted.first, start))
    if wanted.last:
        end = DocumentRow.mentioned_at < day_start(wanted.last + timedelta(days=1))
        found.append(func.coalesce(DocumentRow.issued_on <= wanted.last, end))
    if wanted.carries_out:
        targets = _named(session, wanted.carries_out)
        carried = select(DocumentLinkRow.subject_id).where(
            DocumentLinkRow.role == "implements", DocumentLinkRow.target_id.in_(targets)
        )
        found.append(DocumentRow.id.in_(carried))
    return found


def _of_province(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.province:
        found.append(DocumentRow.province.in_(_codes_of(wanted.province)))
    if wanted.former:
        found.append(DocumentRow.place == wanted.former)
    return found


def _codes_of(code: str) -> set[str]:
    """The codes that documents of a province may carry: today's, and those of the provinces that it took in."""
    today = find_province(code)
    return {code, *(unit.former_code for unit in today.former)} if today else {code}


def _reported_with(topic: str) -> Select[tuple[int | None]]:
    """Documents that an article on the topic reports as issued."""
    return (
        select(CitationRow.document_id)
        .join(ArticleTopicRow, ArticleTopicRow.article_id == CitationRow.article_id)
        .where(ArticleTopicRow.topic == topic, CitationRow.role == "issues", CitationRow.document_id.is_not(None))
    )


def _named(session: Session, document: str) -> list[int]:
    """Ids of the documents meant by an id or a symbol, with the rows merged into them."""
    if document.isdecimal():
        return same_documents(session, typed_id(document))
    if read_symbol(document) is None:
        raise UsageError(f"“{document[:80]}” không phải ký hiệu văn bản. Ví dụ: 25-NQ/TW, 16/CT-TTg.")
    return [one for row in find_documents(session, document) for one in same_documents(session, row.id)]


def _with_words(session: Session, query: Select[tuple[DocumentRow]], asked: Sequence[Word]) -> list[int]:
    """Ids of the newest documents that have every word asked for in what names them or in the paper's headline."""
    columns = (DocumentRow.symbol, DocumentRow.kind, DocumentRow.issuer, DocumentRow.place, DocumentRow.title)
    rows = session.execute(
        query.outerjoin(ArticleRow, ArticleRow.id == DocumentRow.first_article_id)
        .with_only_columns(DocumentRow.id, *columns, ArticleRow.title)
        .limit(READ_FOR_WORDS)
    )
    wanted = [(word.marked, _plain(word.exact if word.marked else word.folded)) for word in asked]
    return [key for key, *texts in rows if _has(" ".join(text for text in texts if text), wanted)]


def _has(text: str, wanted: Sequence[tuple[bool, str]]) -> bool:
    held = words(text)
    forms = {_plain(word.folded) for word in held}, {_plain(word.exact) for word in held}
    return all(form in forms[marked] for marked, form in wanted)


def _plain(word: str) -> str:
    return word.lstrip("0") or word


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
