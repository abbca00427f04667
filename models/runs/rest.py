"""Days on which papers rest: Tết and the holidays (`models/data/tet.yaml`)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import yaml


@cache
def _rest() -> tuple[tuple[tuple[date, date], ...], frozenset[str]]:
    """The stretches of Tết, and the other holidays as month and day."""
    data = yaml.safe_load((files("models") / "data" / "tet.yaml").read_text(encoding="utf-8"))
    before, after = timedelta(days=data["quiet_before"]), timedelta(days=data["quiet_after"])
    return tuple((day - before, day + after) for day in data["first_days"]), frozenset(data["holidays"])


def at_rest(day: date) -> bool:
    """Whether papers rest on this day."""
    tet, holidays = _rest()
    return any(begin <= day <= end for begin, end in tet) or f"{day:%m-%d}" in holidays


def ordinary_days(after: date, until: date) -> int:
    """Days from one to another, days of rest left out."""
    return sum(not at_rest(after + timedelta(days=ahead)) for ahead in range(1, (until - after).days + 1))
