"""The map of a central document: which provinces were reported to carry it out, with what, and how soon."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from analysis.issuers import level_of
from analysis.places import find_province, provinces
from foundation.clock import hanoi_day
from models.search.filters import same_documents
from models.tables import DocumentLinkRow, DocumentRow
from models.views.document_page import DocumentLine, LinkLine, document_line, find_document, links_of


@dataclass(frozen=True, slots=True)
class MapRow:
    """One province on the map: the documents that carry the central one out (first reported first)."""

    code: str
    name: str
    links: tuple[LinkLine, ...]
    days_after: int | None

    @property
    def first(self) -> LinkLine | None:
        """The document that came first."""
        return self.links[0] if self.links else None


@dataclass(frozen=True, slots=True)
class DocumentMap:
    """Which of the 34 provinces have been reported to carry a document out."""

    document: DocumentLine
    since: dt.date | None
    rows: tuple[MapRow, ...]
    elsewhere: tuple[LinkLine, ...]
    for_provinces: bool = True
    """Whether provinces could carry it out: not what a province or a commune issued for itself."""

    @property
    def reported(self) -> int:
        """The number of provinces with a document."""
        return sum(1 for row in self.rows if row.links)


def document_map(session: Session, document_id: int) -> DocumentMap | None:
    """The map of a document; None where there is no such document."""
    row = find_document(session, document_id)
    if row is None:
        return None
    by_province: dict[str | None, list[LinkLine]] = defaultdict(list)
    for link in links_of(session, same_documents(session, row.id), outwards=False):
        if link.role == "implements":
            by_province[today_code(link.document.province)].append(link)
    since = row.issued_on or hanoi_day(row.reported_at)
    known = {province.code for province in provinces()}
    return DocumentMap(
        document_line(row),
        since,
        tuple(
            _map_row(province.code, province.name, by_province.get(province.code, []), since)
            for province in provinces()
        ),
        tuple(link for code, links in by_province.items() if code not in known for link in links),
        for_provinces=level_of(row.issuer_code) == "central",
    )


def today_code(code: str | None) -> str | None:
    """Today's province behind the code of a document's own day."""
    found = find_province(code) if code else None
    return found.code if found else None


def provinces_carrying(session: Session, documents: Sequence[int]) -> dict[int, frozenset[str]]:
    """By id of those documents that are carried out: the provinces (codes) with a document that does so."""
    subject = aliased(DocumentRow)
    pairs = session.execute(
        select(DocumentLinkRow.target_id, subject.province)
        .join(subject, subject.id == DocumentLinkRow.subject_id)
        .where(
            DocumentLinkRow.target_id.in_(documents),
            DocumentLinkRow.role == "implements",
            subject.province.is_not(None),
        )
        .distinct()
    ).tuples()
    found: dict[int, set[str]] = defaultdict(set)
    for target, code in pairs:
        found[target].add(today_code(code) or str(code))
    return {target: frozenset(codes) for target, codes in found.items()}


def _map_row(code: str, name: str, links: Iterable[LinkLine], since: dt.date | None) -> MapRow:
    ordered = sorted(links, key=lambda link: day_of(link) or dt.date.max)
    first = day_of(ordered[0]) if ordered else None
    return MapRow(code, name, tuple(ordered), (first - since).days if first and since else None)


def day_of(link: LinkLine) -> dt.date | None:
    """The day of a document: its own, else the day it was first reported."""
    document = link.document
    if document.issued_on:
        return document.issued_on
    seen = document.reported_at or min((one.sort_at for one in link.articles), default=None)
    return hanoi_day(seen)


def central_documents(session: Session, limit: int = 30) -> tuple[tuple[DocumentLine, int], ...]:
    """Documents of no province that provinces carry out, with the number of provinces, most first."""
    subject = select(DocumentRow.id, DocumentRow.province).where(DocumentRow.province.is_not(None)).subquery()
    statement = (
        select(DocumentRow, func.count(func.distinct(subject.c.province)).label("provinces"))
        .join(DocumentLinkRow, DocumentLinkRow.target_id == DocumentRow.id)
        .join(subject, subject.c.id == DocumentLinkRow.subject_id)
        .where(DocumentRow.province.is_(None), DocumentLinkRow.role == "implements")
        .group_by(DocumentRow.id)
        .order_by(func.count(func.distinct(subject.c.province)).desc(), DocumentRow.id.desc())
        .limit(limit)
    )
    return tuple((document_line(row), number) for row, number in session.execute(statement))
