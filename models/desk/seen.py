"""What a person has opened: new on a list is what came since they marked all as read and they have not opened.

Nobody but the person sees it. Before the first mark counts the day on which the person was let in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.database import put
from models.tables import PersonRow, SeenRow

MOST = 5_000
"""Opened things that are looked at: whoever opens more has marked all as read since."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is read: all that came before `until` (aware UTC), and what was `opened` since (kind and id)."""

    until: datetime
    opened: frozenset[tuple[str, int]]

    def unread(self, target: str, target_id: int, came: datetime | None) -> bool:
        """Whether something is new to the person; `came`: when it did, None where nobody reported it."""
        return came is not None and came > self.until and (target, target_id) not in self.opened


def seen_by(session: Session, person_id: int | None) -> Seen:
    """What a person has read. Nothing is new to the office's one password: it is nobody in particular."""
    person = session.get(PersonRow, person_id) if person_id is not None else None
    if person is None:
        return Seen(datetime.max.replace(tzinfo=UTC), frozenset())
    opened = select(SeenRow.target, SeenRow.target_id).where(SeenRow.person_id == person.id).limit(MOST)
    return Seen(person.read_until or person.created_at, frozenset(session.execute(opened).tuples()))


def note_seen(session: Session, person_id: int, target: str, target_id: int) -> None:
    """Note that a person has opened something."""
    put(session, SeenRow, [{"person_id": person_id, "target": target, "target_id": target_id}])


def mark_all(session: Session, person_id: int, now: datetime) -> None:
    """All that came until now is read."""
    session.execute(delete(SeenRow).where(SeenRow.person_id == person_id))
    session.get_one(PersonRow, person_id).read_until = now
