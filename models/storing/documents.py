"""Documents as the store works on them within one transaction: plain values, each document once, written at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from analysis.documents import Described, Held, Mention
from foundation.settings import HANOI
from models.database import Work, table_of
from models.statement import Statement
from models.tables import DocumentRow

_document = table_of(DocumentRow)


@dataclass(slots=True)
class Document:
    """A row of `document`; `id` is 0 until it is saved."""

    id: int
    symbol: str
    kind_code: str
    kind: str
    number: int
    year: int | None
    issuer_code: str
    issuer: str | None
    province: str | None
    place: str | None
    issued_on: date | None
    term: str | None
    title: str | None
    first_seen_at: datetime
    first_article_id: int | None
    mentioned_at: datetime
    reported_at: datetime | None = None
    announced_at: datetime | None = None
    merged_into_id: int | None = None


_NAMES = tuple(field.name for field in fields(Document))
_COLUMNS = _NAMES[1:]
_NAMED = (
    select(*(_document.c[name] for name in _NAMES))
    .where(_document.c.number == bindparam("of_number"), _document.c.issuer_code == bindparam("code"))
    .where(_document.c.merged_into_id.is_(None))
    .order_by(_document.c.id)
)
_CANDIDATES = Statement(_NAMED)
_CANDIDATES_THERE = Statement(
    _NAMED.where(or_(_document.c.province == bindparam("there"), _document.c.province.is_(None)))
)
_NEW = Statement(insert(_document).returning(_document.c.id), _COLUMNS)


@lru_cache(maxsize=256)
def _change(names: tuple[str, ...]) -> Statement:
    changed: dict[str, Any] = {name: bindparam(name) for name in names}
    return Statement(update(_document).where(_document.c.id == bindparam("document")).values(changed))


class Documents:
    """The documents that one transaction has looked at. A document found twice is the same object."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.connection = work.connection
        self._seen: dict[int, Document] = {}
        self._stored: dict[int, Mapping[str, Any]] = {}

    def candidates(self, sought: Described) -> list[Document]:
        """Held documents of the same number and issuer, of the same province or of one not known."""
        values = {"of_number": sought.number, "code": sought.issuer_code, "there": sought.province}
        statement = _CANDIDATES if sought.province is None else _CANDIDATES_THERE
        return [self._known(row) for row in statement.rows(self.connection, values)]

    def save(self, document: Document) -> None:
        """Write a new document, or what has changed of one."""
        if not document.id:
            document.id = _NEW.scalar(self.connection, _values(document))
            self._seen[document.id] = document
        else:
            stored = self._stored[document.id]
            names = tuple(name for name in _COLUMNS if getattr(document, name) != stored[name])
            if names:
                _change(names).run(self.connection, _values(document) | {"document": document.id})
        self._stored[document.id] = _values(document)

    def _known(self, row: Any) -> Document:  # noqa: ANN401 (a row has the columns' names)
        known = self._seen.get(row.id)
        if known is None:
            known = self._seen[row.id] = Document(*row)
            self._stored[row.id] = row._asdict()
        return known


def _values(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in _COLUMNS}


def start(mention: Mention, article_id: int, now: datetime) -> Document:
    """A document never held before, not yet saved; `now` is the moment of the harvest."""
    new = mention.described
    return Document(
        id=0,
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
        mentioned_at=datetime.combine(mention.on, time(), HANOI),
    )


def described(document: Document) -> Described:
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


def held(document: Document) -> Held:
    """A document as the matching rules take it (days are of Hà Nội)."""
    return Held(
        id=document.id,
        described=described(document),
        mentioned_on=document.mentioned_at.astimezone(HANOI).date(),
        reported_on=document.reported_at.astimezone(HANOI).date() if document.reported_at else None,
        announced=document.announced_at is not None,
    )
