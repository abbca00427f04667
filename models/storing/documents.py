"""Documents as rows, and as the rules of `analysis.documents` take them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from analysis.described import Account, Described, KnownDocument
from foundation.clock import day_start, hanoi_day
from models.tables import DocumentRow

_CANDIDATES = (
    select(DocumentRow)
    .where(
        DocumentRow.number.in_(bindparam("numbers", expanding=True)),
        DocumentRow.issuer_code.in_(bindparam("issuers", expanding=True)),
        DocumentRow.merged_into_id.is_(None),
    )
    .order_by(DocumentRow.id)
)


def candidates(session: Session, sought: Described) -> list[DocumentRow]:
    """Documents of the same number and issuer, of the same province or of one not known."""
    return competing(possible(session, [sought]), sought)


def possible(session: Session, sought: Iterable[Described]) -> list[DocumentRow]:
    """Documents among which are the candidates of each of these (`competing` says which)."""
    asked = {(one.number, one.issuer_code) for one in sought}
    numbers, issuers = {number for number, _ in asked}, {issuer for _, issuer in asked}
    return list(session.scalars(_CANDIDATES, {"numbers": sorted(numbers), "issuers": sorted(issuers)})) if asked else []


def competing(rows: Iterable[DocumentRow], sought: Described) -> list[DocumentRow]:
    """The candidates among these."""
    here = {sought.province, None}
    return [
        row
        for row in rows
        if (row.number, row.issuer_code, row.merged_into_id) == (sought.number, sought.issuer_code, None)
        and (sought.province is None or row.province in here)
    ]


def new_document(mention: Account, article_id: int | None, now: datetime) -> DocumentRow:
    """A document that the archive has never held, not yet in the session; `now` is the moment of the harvest."""
    new = mention.described
    return DocumentRow(
        symbol=new.symbol[:128],
        kind_code=new.kind_code[:32],
        kind=(new.kind or new.kind_code)[:64],
        number=new.number,
        year=new.year,
        issuer_code=new.issuer_code[:96],
        issuer=new.issuer,
        province=new.province,
        place=new.place,
        issued_on=new.date,
        term=new.term,
        title=new.title,
        first_seen_at=now,
        first_article_id=article_id,
        mentioned_at=day_start(mention.on),
    )


def described(document: DocumentRow) -> Described:
    """What is known of a document, as the rules take it."""
    return Described(
        kind=document.kind,
        kind_code=document.kind_code,
        number=document.number,
        issuer_code=document.issuer_code,
        year=document.year,
        issuer=document.issuer,
        province=document.province,
        place=document.place,
        date=document.issued_on,
        term=document.term,
        title=document.title,
        symbol=document.symbol,
    )


def as_known(document: DocumentRow) -> KnownDocument:
    """A document as the matching rules take it (days are of Hà Nội)."""
    return KnownDocument(
        id=document.id,
        described=described(document),
        mentioned_on=hanoi_day(document.mentioned_at),
        reported_on=hanoi_day(document.reported_at),
        announced=document.announced_at is not None,
    )
