"""Clippings that people made: what was chosen, in which order, in which words. One for each span of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.desk.changes import is_repeated, record, refuse_if_changed
from models.tables import ClippingRow

TONES: Mapping[str, str] = {"": "", "good": "Thuận lợi", "care": "Cần lưu ý"}
LONGEST_GIST = 2_000
LONGEST_REMARKS = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """One story as it was chosen: its article, its section of the outline, its gist, and a tone (a key of TONES)."""

    article_id: int
    section: str
    gist: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A clipping that somebody saved; `at` is aware UTC."""

    items: tuple[Item, ...]
    remarks: str
    version: int
    by: str
    at: datetime


def kept_clipping(session: Session, first: date, last: date) -> Kept | None:
    """The clipping that was saved for these days."""
    row = _row(session, first, last)
    if row is None:
        return None
    return Kept(tuple(Item(**item) for item in row.items), row.remarks, row.version, row.by, row.at)


def keep_clipping(
    session: Session,
    first: date,
    last: date,
    items: Sequence[Item],
    remarks: str,
    *,
    version: int,
    by: str,
    now: datetime,
) -> int:
    """Save a clipping over the `version` that was opened (0: none was); answers the new version.

    Raises ChangedMeanwhileError where another version stands there by now, UsageError for words beyond all measure.
    """
    if len(remarks) > LONGEST_REMARKS or any(len(item.gist) > LONGEST_GIST for item in items):
        raise UsageError("Lời tóm hoặc kiến nghị quá dài; hãy rút gọn rồi lưu lại.")
    row = _row(session, first, last)
    content: dict[str, Any] = {"items": [asdict(item) for item in items], "remarks": remarks, "by": by}
    if is_repeated(row, version, content):
        return version + 1
    refuse_if_changed(row, version, by=by, now=now)
    content["at"] = now
    if row is None:
        session.add(ClippingRow(first=first, last=last, version=1, **content))
    else:
        row.version += 1
        for name, value in content.items():
            setattr(row, name, value)
    record(session, by=by, act="save", target="clipping", target_id=f"{first}/{last}", after=len(items), at=now)
    session.flush()
    return version + 1


def _row(session: Session, first: date, last: date) -> ClippingRow | None:
    return session.scalar(select(ClippingRow).where(ClippingRow.first == first, ClippingRow.last == last))
