"""The week before a Monday in numbers, and the picture that shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import HANOI
from models.tables import DocumentRow
from notifications.digest import MORNING, morning_of
from notifications.digest_words import week_caption
from notifications.estimate import article_query
from notifications.searches import all_hits


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Numbers for the week's picture: articles of each day by grade, articles of each province (by code)."""

    first_day: date
    core: tuple[int, ...]
    related: tuple[int, ...]
    provinces: dict[str, int]


def week_figures(session: Session, day: date) -> WeekFigures:
    """The seven days before `day`."""
    first = day - timedelta(days=7)
    end = morning_of(day) - timedelta(seconds=1)
    by_day: Counter[tuple[int, str]] = Counter()
    provinces: Counter[str] = Counter()
    for hit in all_hits(session, article_query(MORNING, morning_of(first), end)):
        at = (hit.sort_at.astimezone(HANOI).date() - first).days
        by_day[at, hit.grade] += 1
        if hit.province:
            provinces[hit.province] += 1
    return WeekFigures(
        first,
        tuple(by_day[at, "core"] for at in range(7)),
        tuple(by_day[at, "related"] for at in range(7)),
        dict(provinces),
    )


def week_part(session: Session, day: date, figures: WeekFigures) -> dict[str, Any]:
    """The part of a message that shows the week before `day` as a picture (drawn when it is sent)."""
    begin, end = morning_of(day - timedelta(days=7)), morning_of(day)
    documents = session.scalar(
        select(func.count()).where(DocumentRow.announced_at >= begin, DocumentRow.announced_at < end)
    )
    return {
        "html": week_caption(day, sum(figures.core), sum(figures.related), documents or 0),
        "picture": {
            "first_day": figures.first_day.isoformat(),
            "core": list(figures.core),
            "related": list(figures.related),
            "provinces": figures.provinces,
        },
    }
