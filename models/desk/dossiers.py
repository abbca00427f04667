"""Dossiers ("hồ sơ"): articles and documents on one matter, gathered by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.desk.changes import record
from models.desk.matters import Target, must_be_held, title_of
from models.names import paper
from models.tables import ArticleRow, DocumentRow, DossierItemRow, DossierRow

LONGEST_TITLE = 200
MOST_ITEMS = 2_000

_ITEMS = select(func.count()).where(DossierItemRow.dossier_id == DossierRow.id).correlate(DossierRow).scalar_subquery()
_COUNTED = select(DossierRow, _ITEMS)


@dataclass(frozen=True, slots=True)
class DossierLine:
    """A dossier in one line."""

    id: int
    title: str
    items: int
    by: str
    changed_at: datetime
    closed: bool


@dataclass(frozen=True, slots=True)
class DossierItem:
    """One article or document of a dossier; `url` is the paper's own address (articles)."""

    target: str
    target_id: int
    title: str
    source: str
    when: datetime | None
    url: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier with what it holds, the newest matter first."""

    line: DossierLine
    note: str
    items: tuple[DossierItem, ...]


def add_dossier(session: Session, title: str, note: str, *, by: str, now: datetime) -> int:
    """Open a dossier; answers its number, of the one opened before where a button was pressed twice.

    Raises UsageError for a title that is empty or too long.
    """
    title, note = " ".join(title.split()), note.strip()
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise UsageError(f"Tên hồ sơ cần từ 1 đến {LONGEST_TITLE} ký tự.")
    same = (DossierRow.title == title, DossierRow.note == note, DossierRow.by == by, DossierRow.closed_at.is_(None))
    if (opened := session.scalar(select(DossierRow.id).where(*same).limit(1))) is not None:
        return opened
    row = DossierRow(title=title, note=note, by=by, created_at=now, changed_at=now)
    session.add(row)
    session.flush()
    record(session, by=by, act="open", target="dossier", target_id=row.id, after=title, at=now)
    return row.id


def put_in(session: Session, dossier_id: int, target: Target, target_id: int, *, by: str, now: datetime) -> None:
    """Put something into a dossier; nothing happens where it is in it. Raises UsageError."""
    row = _dossier(session, dossier_id)
    must_be_held(session, target, target_id)
    if session.get(DossierItemRow, (dossier_id, target, target_id)) is not None:
        return
    if (session.scalar(select(func.count()).where(DossierItemRow.dossier_id == dossier_id)) or 0) >= MOST_ITEMS:
        raise UsageError(f"Một hồ sơ giữ nhiều nhất {MOST_ITEMS} mục; hãy mở hồ sơ khác.")
    session.add(DossierItemRow(dossier_id=dossier_id, target=target, target_id=target_id, by=by, at=now))
    row.changed_at = now
    record(session, by=by, act="put", target="dossier", target_id=dossier_id, after=f"{target} {target_id}", at=now)


def take_out(session: Session, dossier_id: int, target: Target, target_id: int, *, by: str, now: datetime) -> None:
    """Take something out of a dossier. Raises UsageError where there is no such dossier."""
    row = _dossier(session, dossier_id)
    item = session.get(DossierItemRow, (dossier_id, target, target_id))
    if item is None:
        return
    session.delete(item)
    row.changed_at = now
    record(session, by=by, act="take", target="dossier", target_id=dossier_id, before=f"{target} {target_id}", at=now)


def close_dossier(session: Session, dossier_id: int, *, closed: bool, by: str, now: datetime) -> None:
    """Close a dossier, or open it again. Raises UsageError."""
    row = _dossier(session, dossier_id)
    row.closed_at, row.changed_at = (now if closed else None), now
    record(session, by=by, act="close" if closed else "reopen", target="dossier", target_id=dossier_id, at=now)


def dossiers(session: Session) -> list[DossierLine]:
    """All dossiers: open ones first, the last changed first."""
    return _lines(session, _COUNTED.order_by(DossierRow.closed_at.is_not(None), DossierRow.changed_at.desc()))


def dossiers_with(session: Session, target: Target, target_id: int) -> list[DossierLine]:
    """The dossiers that hold something."""
    holding = select(DossierItemRow.dossier_id).where(
        DossierItemRow.target == target, DossierItemRow.target_id == target_id
    )
    return _lines(session, _COUNTED.where(DossierRow.id.in_(holding)).order_by(DossierRow.id))


def dossier(session: Session, dossier_id: int) -> Dossier | None:
    """A dossier with what it holds; None where there is none of this number."""
    row = session.get(DossierRow, dossier_id)
    if row is None:
        return None
    held = session.scalars(select(DossierItemRow).where(DossierItemRow.dossier_id == dossier_id)).all()
    items = sorted((_item(session, item) for item in held), key=lambda item: -(item.when or item.at).timestamp())
    return Dossier(_line(row, len(held)), row.note, tuple(items))


def _item(session: Session, row: DossierItemRow) -> DossierItem:
    source: str = ""
    when: datetime | None = None
    url: str | None = None
    if row.target == "article" and (article := session.get(ArticleRow, row.target_id)) is not None:
        source, when, url = paper(article.source_id), article.sort_at, article.url
    elif row.target == "document" and (document := session.get(DocumentRow, row.target_id)) is not None:
        source, when = document.issuer or "", document.reported_at
    title = title_of(session, row.target, row.target_id)
    return DossierItem(row.target, row.target_id, title, source, when, url, row.by, row.at)


def _lines(session: Session, asked: Select[tuple[DossierRow, int]]) -> list[DossierLine]:
    return [_line(row, count) for row, count in session.execute(asked).tuples()]


def _line(row: DossierRow, count: int) -> DossierLine:
    return DossierLine(row.id, row.title, count, row.by, row.changed_at, row.closed_at is not None)


def _dossier(session: Session, dossier_id: int) -> DossierRow:
    row = session.get(DossierRow, dossier_id)
    if row is None:
        raise UsageError(f"Không có hồ sơ số {dossier_id}.")
    return row
