"""Mentions become documents: candidates are fetched, `analysis.documents.match` decides, rows follow.

All of it happens within the article's transaction, under the one-writer rule (`models.database.one_writer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from analysis.described import Account, Described, completed
from analysis.documents import Decision, Identity, match
from analysis.values import Role
from models.storing.documents import as_known, competing, described, new_document, possible
from models.tables import CitationRow, DocumentLinkRow, DocumentRow, EventRow

EVIDENCE = ("issued_on", "term", "title", "province")
"""What, once known, can send undated mentions to another document."""


@dataclass
class ResolvedDocuments:
    """What became of an article's mentions. `documents`: by local id, None where the text does not tell.
    `stale`: keys whose undated mentions are to be looked at again.
    """

    documents: dict[int, DocumentRow | None] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)


def match_key(described: Described) -> str:
    """The key under which mentions that compete for the same documents are found again."""
    return _key(described.number, described.issuer_code, described.province)


def _key(number: int, issuer_code: str, province: str | None) -> str:
    return f"{number}/{issuer_code}/{province or ''}"[:128]


def resolve(
    session: Session,
    mentions: Mapping[int, Account],
    article_id: int | None,
    at: datetime,
    now: datetime,
    own: frozenset[int] = frozenset(),
    ahead: Mapping[int, int | None] = MappingProxyType({}),
) -> ResolvedDocuments:
    """The documents that an article's mentions mean; missing ones are created.

    `at` is the article's time, `now` the moment of the harvest. `own` are documents that only this article has
    named so far: when the paper corrects a date, they are corrected, not doubled. `ahead`: what was resolved before
    (`models.storing.ahead`).
    """
    result = ResolvedDocuments()
    held = _by_id(session, ahead, article_id)
    known = possible(session, [mention.described for local, mention in mentions.items() if local not in ahead])
    for local, mention in mentions.items():
        if local in ahead:
            result.documents[local] = held.get(ahead[local])
            continue
        rows = competing(known, mention.described)
        decision = match(mention, [as_known(row) for row in rows])
        row = _take(session, mention, decision, rows, own, result)
        if row is None and decision.outcome is Identity.NEW:
            row = new_document(mention, article_id, now)
            note(row, mention, at)
            session.add(row)
            session.flush()  # it gets its id, and is a candidate of the next mention
            known.append(row)
            result.stale.add(match_key(mention.described))
        elif row is not None:
            note(row, mention, at)
        result.documents[local] = row
    session.flush()
    return result


def _by_id(session: Session, ahead: Mapping[int, int | None], article_id: int | None) -> dict[int | None, DocumentRow]:
    ids = [document_id for document_id in ahead.values() if document_id is not None]
    if not ids:
        return {}
    nobodys = (DocumentRow.id.in_(ids), DocumentRow.first_article_id.is_(None))
    session.execute(update(DocumentRow).where(*nobodys).values(first_article_id=article_id))
    return {row.id: row for row in session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids)))}


def _take(
    session: Session,
    mention: Account,
    decision: Decision,
    rows: list[DocumentRow],
    own: frozenset[int],
    result: ResolvedDocuments,
) -> DocumentRow | None:
    """The held document that the decision leads to, or None: open, or to be created."""
    if decision.outcome is Identity.OPEN:
        return None
    if decision.outcome is Identity.NEW:
        corrected = next((row for row in rows if row.id in own and _corrects(row, mention.described)), None)
        if corrected is None:
            return None
        corrected.issued_on, corrected.term = mention.described.date, mention.described.term
        result.stale.add(match_key(mention.described))
        return corrected
    row = next(row for row in rows if row.id == decision.document_id)
    for other in rows:
        if other.id in decision.merge:
            merge(session, row, other)
    if _complete(session, row, mention.described):
        result.stale.add(_key(row.number, row.issuer_code, row.province))
    return row


def _corrects(row: DocumentRow, described: Described) -> bool:
    """The same document with another date: the paper corrected its own text."""
    return row.kind_code == described.kind_code and (row.province, row.year) == (described.province, described.year)


def _complete(session: Session, row: DocumentRow, new: Described) -> bool:
    """Fill the gaps of a document from a mention; answers whether its evidence changed."""
    before = [getattr(row, name) for name in EVIDENCE]
    fuller = completed(described(row), new)
    row.issuer, row.place, row.title = fuller.issuer, fuller.place, fuller.title
    row.province, row.issued_on, row.term = fuller.province, fuller.date, fuller.term
    if new.symbol.endswith(row.issuer_code) and not row.symbol.endswith(row.issuer_code):
        row.symbol = new.symbol[:128]  # the first paper had printed the wrong suffix
    if new.date is not None and row.issued_on is not None and new.date != row.issued_on:
        row.issued_on = _most_printed(session, row, new.date)
    return before != [getattr(row, name) for name in EVIDENCE]


def _most_printed(session: Session, row: DocumentRow, printed: date) -> date | None:
    """The date that most articles print, `printed` being one more voice; the one held wins a tie."""
    voices = (
        select(CitationRow.issued_on, func.count(CitationRow.article_id.distinct()))
        .where(CitationRow.document_id == row.id, CitationRow.issued_on.is_not(None))
        .group_by(CitationRow.issued_on)
    )
    counts: dict[date, int] = {day: count for day, count in session.execute(voices) if day is not None}
    counts[printed] = counts.get(printed, 0) + 1
    return max(counts, key=lambda day: (counts[day], day == row.issued_on))


def note(row: DocumentRow, mention: Account, at: datetime) -> None:
    """Remember the oldest article that names the document, and the oldest that reports it as issued."""
    row.mentioned_at = min(row.mentioned_at, at)
    if mention.role is Role.ISSUES:
        row.reported_at = min(row.reported_at or at, at)


def merge(session: Session, survivor: DocumentRow, other: DocumentRow) -> None:
    """Two rows turn out to be one document: everything of `other` goes to `survivor`; `other` stays as a signpost."""
    session.execute(update(CitationRow).where(CitationRow.document_id == other.id).values(document_id=survivor.id))
    session.execute(update(EventRow).where(EventRow.document_id == other.id).values(document_id=survivor.id))
    move_links(session, other.id, survivor.id)
    fuller = completed(described(survivor), described(other))
    survivor.issuer, survivor.place, survivor.title = fuller.issuer, fuller.place, fuller.title
    survivor.province, survivor.issued_on, survivor.term = fuller.province, fuller.date, fuller.term
    survivor.mentioned_at = min(survivor.mentioned_at, other.mentioned_at)
    survivor.first_seen_at = min(survivor.first_seen_at, other.first_seen_at)
    survivor.reported_at = _earlier(survivor.reported_at, other.reported_at)
    survivor.announced_at = _earlier(survivor.announced_at, other.announced_at)
    other.merged_into_id = survivor.id
    session.flush()


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def move_links(session: Session, old: int, new: int | None, article_id: int | None = None) -> None:
    """Links of one document become another's (None: go), in all articles or one; twins and loops fall away."""
    query = select(DocumentLinkRow).where(or_(DocumentLinkRow.subject_id == old, DocumentLinkRow.target_id == old))
    if article_id is not None:
        query = query.where(DocumentLinkRow.article_id == article_id)
    for link in session.scalars(query).all():
        wanted = {
            "subject_id": new if link.subject_id == old else link.subject_id,
            "target_id": new if link.target_id == old else link.target_id,
        }
        session.delete(link)
        session.flush()
        if new is not None and wanted["subject_id"] != wanted["target_id"]:
            same = wanted | {"role": link.role, "article_id": link.article_id}
            if session.scalar(select(DocumentLinkRow.id).filter_by(**same)) is None:
                session.add(DocumentLinkRow(**same))


def forget_orphans(session: Session, ids: Iterable[int]) -> None:
    """Delete documents that no article names any more and that nobody was told of."""
    for document_id in set(ids):
        named = session.scalar(select(CitationRow.id).where(CitationRow.document_id == document_id).limit(1))
        row = session.get(DocumentRow, document_id) if named is None else None
        if row is not None and row.announced_at is None:
            session.delete(row)
    session.flush()
