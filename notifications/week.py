"""The week before a Monday in numbers: the caption of its picture, and what the picture shows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import day_start, hanoi_day
from models.tables import DocumentRow
from notifications.digest_words import week_caption
from notifications.estimate import article_query
from notifications.rules import MORNING
from notifications.searches import all_hits


def week_part(session: Session, day: date) -> dict[str, Any]:
    """The part of a message that shows the seven days before `day` as a picture (drawn when it is sent): articles of
    each day by grade, articles of each province (by code).
    """
    first = day - timedelta(days=7)
    begin, end = day_start(first), day_start(day)
    by_day: Counter[tuple[int, str]] = Counter()
    provinces: Counter[str] = Counter()
    for hit in all_hits(session, article_query(MORNING, begin, end - timedelta(seconds=1))):
        by_day[(hanoi_day(hit.sort_at) - first).days, hit.grade] += 1
        if hit.province:
            provinces[hit.province] += 1
    core, related = ([by_day[at, grade] for at in range(7)] for grade in ("core", "related"))
    documents = session.scalar(
        select(func.count()).where(DocumentRow.announced_at >= begin, DocumentRow.announced_at < end)
    )
    return {
        "html": week_caption(day, sum(core), sum(related), documents or 0),
        "picture": {"first_day": first.isoformat(), "core": core, "related": related, "provinces": dict(provinces)},
    }
