"""The present moment, the one time zone of the program, and days as people write them."""

from datetime import UTC, date, datetime, time
from typing import overload
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone in which every time is shown and in which "today" is meant."""
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
"""How a day may be written."""
YEARS = range(1900, 2200)
"""A day of any other year is a slip of the hand: a database, or the day before it, may have no such moment."""


def utc_now() -> datetime:
    """The present moment, in UTC: what every `clock` of the program is outside of tests."""
    return datetime.now(UTC)


@overload
def hanoi_day(moment: datetime) -> date: ...
@overload
def hanoi_day(moment: datetime | None) -> date | None: ...
def hanoi_day(moment: datetime | None) -> date | None:
    """The day in Hà Nội in which a moment lies: what "today" means. None where the moment is not known."""
    return moment.astimezone(HANOI).date() if moment is not None else None


def day_start(day: date) -> datetime:
    """Midnight at the beginning of a day."""
    return datetime.combine(day, time(), HANOI)


def wrong_order(first: date | None, last: date | None) -> str:
    """What is said of a span whose last day stands before its first; empty for any other, and for an open one."""
    if first is None or last is None or first <= last:
        return ""
    return f"Ngày cuối ({last:%d/%m/%Y}) đứng trước ngày đầu ({first:%d/%m/%Y})."


def read_day(words: str) -> date | None:
    """The day that somebody wrote ("01/11/2026", "2026-11-01"); None for what is none, or of no year in `YEARS`."""
    for way in DAYS:
        try:
            day = datetime.strptime(words.strip(), way).date()  # noqa: DTZ007 (a day, not a moment)
        except ValueError:
            continue
        return day if day.year in YEARS else None
    return None
