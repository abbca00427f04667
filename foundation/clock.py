"""The present moment, the one time zone of the program, and days as people write them."""

from datetime import UTC, date, datetime, time
from typing import overload
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone in which every time is shown and in which "today" is meant."""
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
"""How a day may be written."""


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


def read_day(words: str) -> date | None:
    """The day that somebody wrote ("01/11/2026", "2026-11-01"); None for what is no day."""
    for way in DAYS:
        try:
            return datetime.strptime(words.strip(), way).date()  # noqa: DTZ007 (a day, not a moment)
        except ValueError:
            continue
    return None
