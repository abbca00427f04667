"""The line that every act of the desk leaves: who, when, what it was before, what it is now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.tables import ChangeRow, ClippingRow, FollowUpRow


class ChangedMeanwhileError(UsageError):
    """Somebody else saved the same thing since it was opened; nothing was overwritten."""

    def __init__(self, by: str, at: datetime) -> None:
        self.by, self.at = by, at
        super().__init__(f"{by} vừa lưu bản khác. Mở lại trang để xem bản ấy rồi sửa tiếp; bản của bạn chưa được lưu.")


def refuse_if_changed(row: ClippingRow | FollowUpRow | None, version: int, *, by: str, now: datetime) -> None:
    """Raises ChangedMeanwhileError where another version stands there than the one that was opened (0: none was)."""
    if (row.version if row else 0) != version:
        raise ChangedMeanwhileError(row.by if row else by, row.at if row else now)


def is_repeated(row: ClippingRow | FollowUpRow | None, version: int, said: Mapping[str, Any]) -> bool:
    """Whether this is what was just saved over `version` (a button pressed twice): nobody else was quicker."""
    return row is not None and row.version == version + 1 and all(getattr(row, key) == said[key] for key in said)


def record(
    session: Session,
    *,
    by: str,
    act: str,
    target: str,
    target_id: int | str,
    at: datetime,
    before: Any = None,
    after: Any = None,
) -> None:
    """Write down an act, within the transaction that does it."""
    session.add(
        ChangeRow(at=at, by=by[:64], act=act, target=target, target_id=str(target_id)[:64], before=before, after=after)
    )


def changes_of(session: Session, target: str, target_id: int | str) -> list[ChangeRow]:
    """The acts on something, newest first."""
    mine = select(ChangeRow).where(ChangeRow.target == target, ChangeRow.target_id == str(target_id))
    return list(session.scalars(mine.order_by(ChangeRow.at.desc(), ChangeRow.id.desc())))
