"""Dates as Vietnamese papers print them.

Vietnamese dates put the day first; a month first is read only where the family of the site is known to write
so (`us_order`). A time without a zone is Vietnamese time. Nothing here guesses a year.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from foundation.settings import HANOI

OLDEST = dt.datetime(1997, 11, 19, tzinfo=HANOI)
"""Vietnam went online on this day; no paper's site is older."""

AHEAD = dt.timedelta(hours=1)
"""How far a site's clock may run before ours."""

_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(?P<zone>Z\b|[+-]\d{2}:?\d{2}\b)?"
)
_MAIL = re.compile(
    r"(?P<day>\d{1,2})\s+(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(?P<year>\d{4})"
    r"(?:\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<zone>[A-Z+][\w:+-]*)?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2})\s*,?\s*(?:năm\s+)?(?P<year>\d{4})", re.IGNORECASE)
_NUMBERS = re.compile(r"(?<![\d/.-])(?P<day>\d{1,2})\s*([/.-])\s*(?P<month>\d{1,2})\s*\2\s*(?P<year>\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})\s*(?::|h|giờ|g)\s*(?P<minute>\d{2})(?!\d)(?::(?P<second>\d{2})(?!\d))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\b|SA\b|CH\b)?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ZONE = re.compile(r"^(?:GMT|UTC)?\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?$")


def parse_date(text: str, *, us_order: bool = False) -> dt.datetime | None:
    """The moment that a date field of a page or feed prints, aware, in Vietnamese time; None where there is none.

    `text` is the field (a few words), never an article. A day without a time of day is its midnight.
    `us_order`: the month comes first ("1/8/2026 10:02:01 AM" is 8 January); where that makes no date, the day.
    """
    return _parse(" ".join(text.split()), us_order)


@lru_cache(maxsize=2048)
def _parse(text: str, us_order: bool) -> dt.datetime | None:  # noqa: FBT001 - positional for the cache
    iso = _ISO.search(text)
    if iso:
        return _moment(iso["year"], iso["month"], iso["day"], _clock(iso), _zone(iso["zone"]))
    mail = _MAIL.search(text)
    if mail:
        month = str(_MONTHS.index(mail["name"].lower()) + 1)
        return _moment(mail["year"], month, mail["day"], _clock(mail), _zone(mail["zone"]))
    printed = _WORDS.search(text) or _NUMBERS.search(text)
    if not printed:
        return None
    first, second, year = printed["day"], printed["month"], printed["year"]
    time = _time_beside(text, printed)
    if us_order and (found := _moment(year, first, second, time, HANOI)):
        return found
    return _moment(year, second, first, time, HANOI)


def _time_beside(text: str, date: re.Match[str]) -> tuple[int, int, int]:
    """The time of day after the date, else before it ("09:47, 15/03/2021")."""
    time = _TIME.search(text, date.end()) or _TIME.search(text[: date.start()])
    if not time:
        return 0, 0, 0
    hour, minute, second = _clock(time)
    half = (time["half"] or "").upper().replace(".", "")
    if half in {"PM", "CH"} and hour < 12:
        hour += 12
    elif half in {"AM", "SA"} and hour == 12:
        hour = 0
    return hour, minute, second


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    return int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)


def _zone(words: str | None) -> dt.tzinfo:
    """The zone a stamp names; Vietnamese time where it names none or one that we do not know."""
    if words in {"Z", "UTC", "GMT", "UT"}:
        return dt.UTC
    found = _ZONE.match(words or "")
    if not found:
        return HANOI
    shift = dt.timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return dt.timezone(shift if found["sign"] == "+" else -shift) if shift < dt.timedelta(hours=24) else HANOI


def _moment(year: str, month: str, day: str, clock: tuple[int, int, int], zone: dt.tzinfo) -> dt.datetime | None:
    try:
        moment = dt.datetime(int(year), int(month), int(day), *clock, tzinfo=zone)
        return moment.astimezone(HANOI)
    except (ValueError, OverflowError):
        return None


def doubt(published: dt.datetime, fetched_at: dt.datetime) -> str | None:
    """The name of what is wrong with a publication date, or None.

    "future_date": later than the fetch by more than a clock's error; "old_date": before papers were online,
    as "1970-01-01" from an empty field. Both times aware.
    """
    if published > fetched_at + AHEAD:
        return "future_date"
    return "old_date" if published < OLDEST else None
