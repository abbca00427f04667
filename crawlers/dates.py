"""Dates as Vietnamese papers print them.

Vietnamese dates put the day first. The month comes first where the site is known to write so (`us_order`), where the
weekday beside it says so, and where the clock is an American one ("1/8/2026 10:02:01 AM"). A time without a zone is
Vietnamese time. Nothing here guesses a year.

Our own patterns come first: they find a date inside a line, know "27 Th11, 2026", and take 20 µs. `dateparser` reads
what they do not know, at 1 ms a field and half a second for the first one; tests/crawlers/test_dates.py is the proof.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache

from analysis.text import search_key
from foundation.clock import HANOI

OLDEST = dt.datetime(1997, 11, 19, tzinfo=HANOI)
"""Vietnam went online on this day; no paper's site is older."""

AHEAD = dt.timedelta(hours=1)
"""How far a site's clock may run before ours."""

# All patterns look at search keys: lower case, without marks ("thang muoi mot").
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTHS = {"gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8}
_NAMED_MONTHS |= {"chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12}
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_MONTH_NAMES = "|".join(sorted(_NAMED_MONTHS, key=len, reverse=True))
_THANG = rf"(?:thang|thg|th)\.?\s*(?P<thang>\d{{1,2}}|{_MONTH_NAMES})(?![\da-z])"
_DAY = r"(?<![\d:h])(?P<day>\d{1,2})(?:st|nd|rd|th(?!\d))?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_SHORT_YEAR = r"'?(?P<year>\d{4}|\d{2}(?![\d:]))(?!\d)"
_CLOCK = (
    r"(?P<hour>\d{1,2})\s*(?::|h:?|gio|g|\.(?=\d\d\s?[ap]\.?m))\s*(?P<minute>\d{2})(?!\d)(?:\s*phut)?(?::(?P<second>\d{2})(?!\d)(?:[.,]\d+)?)?"
    r"'?\s*(?P<half>[ap]\.?\s?m\b\.?|sa\b|ch\b|sang\b|trua\b|chieu\b|toi\b|dem\b)?"
)
_GAP = r"[\s/,.-]*"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d/.])(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d/])(?:t(?=\d))?",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:t|$|(?=\d{4}(?:\d\d)?(?!\d)|\s\d{1,2}:))",
        rf"{_DAY}{_GAP}(?:of\s+)?{_NAME}{_GAP}{_SHORT_YEAR}",
        rf"{_NAME}\s*{_DAY},?\s+{_YEAR}",
        rf"{_NAME}\s*{_DAY},?\s+(?P<clock>\d{{1,2}}:\d{{2}}[^\n]{{0,30}}?)\s(?P<year>\d{{4}})(?!\d)",
        rf"{_DAY}{_GAP}{_THANG}{_GAP}(?:nam\s*)?{_YEAR}",
        rf"(?<![a-z]){_THANG}\s+{_DAY},\s*(?:nam\s*)?{_YEAR}",
        r"(?<![\d/.-])(?P<first>\d{1,2})\s*([/.–-])\s*(?P<second_number>\d{1,2})\s*\2\s*(?P<year>\d{4})(?!\d|/[a-z])",
    )
)
_SHORT_DATE = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})([/-])(?P<second_number>\d{1,2})\2(?P<year>[0-4]\d|9[7-9])(?![\d/.:-])"
)
"""Two digits of the year: believed where a field holds nothing but a date, or a time of day with it."""
_TIME = re.compile(rf"(?<!\d){_CLOCK}")
_COMPACT_TIME = re.compile(r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?(?P<half>)(?!\d)")
_EPOCH = re.compile(r"(?:/date\()?([1-4]\d{9})(\d{3})?(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?", re.IGNORECASE)
_OFFSET = re.compile(
    r"[\s(\[]*(?:(?P<named>gmt|utc?|z)(?![a-z])\s*)?"
    r"(?:(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?(?![\d/.:-])"
    r"|(?<=\s)(?P<lost>0[78]):?00(?!\d)|(?P<word>[a-z]{3,4})(?![a-z]))?"
)
_ZONES = {"ict": 7, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_ZONES |= {"jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "cet": 1, "cest": 2, "bst": 1, "msk": 3}
"""Those of RFC 822 and those met in feeds; CST is the American one there."""
_FARTHEST = 14 * 60
_AFTERNOON = dict.fromkeys(("pm", "ch", "chieu", "toi"), range(12)) | {"trua": range(3), "dem": range(7, 12)}
"""The hours of a twelve-hour clock that lie after noon, by the half of the day that is printed."""

_WEEKDAYS = {name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_WEEKDAYS |= {name: day for day, name in enumerate(("hai", "ba", "tu", "nam", "sau", "bay", "chu nhat"))}
_WEEKDAYS |= {str(day + 2): day for day in range(6)} | {"cn": 6}
_WEEKDAY = re.compile(
    r"(?<![a-z])(?:(?:thu|t)\s*(?P<vn>hai|ba|tu|nam|sau|bay|[2-7])|(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
    r"|(?P<rest>chu nhat|cn))(?![a-z\d])"
)


def parse_date(text: str, *, us_order: bool | None = None) -> dt.datetime | None:
    """The moment that a date field of a page or feed prints, aware, in Vietnamese time; None where there is none.

    `text` is the field (a few words), never an article. A day without a time of day is its midnight.
    `us_order`: whether the month comes first, where the site is known; where that makes no date, the day does.
    """
    return _parse(" ".join(text[:_LONGEST].split()), us_order)


_LONGEST = 300


@lru_cache(maxsize=2048)
def _parse(text: str, us_order: bool | None) -> dt.datetime | None:  # noqa: FBT001 - positional for the cache
    epoch = _EPOCH.fullmatch(text)
    if epoch:
        return dt.datetime.fromtimestamp(int(epoch[1]), HANOI)
    plain = search_key(text)
    for pattern in _PATTERNS:
        found = pattern.search(plain)
        if found:
            return _dated(plain, found, us_order)
    short = _SHORT_DATE.search(plain)
    if short and (_TIME.search(plain) or not words_beside_date(text)):
        return _dated(plain, short, us_order)
    return _by_library(text) if _WORTH_ASKING.search(plain) and len(plain) <= _SHORT else None


def _dated(plain: str, found: re.Match[str], us_order: bool | None) -> dt.datetime | None:  # noqa: FBT001 - as above
    parts = found.groupdict()
    time, zone = _time_beside(plain, found)
    year = _year(parts["year"])
    if parts.get("first"):
        numbers = (int(parts["first"]), int(parts["second_number"]))
        orders = _orders(plain, numbers, year, us_order, time[3])
        return next((moment for month, day in orders if (moment := _moment(year, month, day, time, zone))), None)
    return _moment(year, _month(parts), int(parts["day"]), time, zone)


def _year(digits: str) -> int:
    """Two digits as RFC 2822 has them: 00-49 are of this century."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _month(parts: dict[str, str | None]) -> int:
    if name := parts.get("name"):
        return _ENGLISH.index(name[:3]) + 1
    words = parts.get("thang") or parts.get("month") or "0"
    return int(words) if words.isdigit() else _NAMED_MONTHS[words]


_Time = tuple[int, int, int, str]
"""Hour, minute, second, and the half of the day as printed."""


def _orders(plain: str, numbers: tuple[int, int], year: int, us_order: bool | None, half: str) -> list[tuple[int, int]]:  # noqa: FBT001 - three answers
    """(month, day) of two numbers in the order to be tried: by the site, the weekday beside them, the clock."""
    day_first, month_first = (numbers[1], numbers[0]), numbers
    if us_order is None:
        american = half in {"am", "pm"}
        weekday = _weekday(plain, english_only=not american)  # a Vietnamese one stands before Vietnamese dates
        fits = [order for order in (day_first, month_first) if weekday is not None and weekday == _day_of(year, *order)]
        us_order = fits[0] is month_first if len(fits) == 1 else american
    return [month_first, day_first] if us_order else [day_first, month_first]


def _weekday(plain: str, *, english_only: bool) -> int | None:
    found = _WEEKDAY.search(plain)
    if english_only and found and not found["en"]:
        return None
    return _WEEKDAYS[found["vn"] or found["en"] or found["rest"]] if found else None


def _day_of(year: int, month: int, day: int) -> int | None:
    try:
        return dt.date(year, month, day).weekday()
    except ValueError:
        return None


def _time_beside(plain: str, date: re.Match[str]) -> tuple[_Time, dt.tzinfo]:
    """The time of day after the date, else before it ("09:47, 15/03/2021"), and the zone behind it."""
    clock = date.groupdict().get("clock")
    if clock:
        time = _TIME.match(plain, date.start("clock"))
    elif plain[date.end() - 1 : date.end()] == "t" or plain[date.end() : date.end() + 1].isdigit():
        time = _TIME.match(plain, date.end()) or _COMPACT_TIME.match(plain, date.end())
    else:
        time = _TIME.search(plain, date.end()) or _TIME.search(plain[: date.start()])
    if not time:
        return (0, 0, 0, ""), _zone(plain, date.end())
    hour, minute, second = int(time["hour"]), int(time["minute"]), int(time["second"] or 0)
    half = re.sub(r"[\s.]", "", time["half"] or "")
    if hour in _AFTERNOON.get(half, ()):
        hour += 12
    elif half in {"am", "sa", "sang", "dem"} and hour == 12:
        hour = 0
    return (hour, minute, second, half), _zone(plain, time.end())


def _zone(plain: str, at: int) -> dt.tzinfo:
    """The zone that stands at this place; Vietnamese time where none does, or one that we do not know."""
    found = _OFFSET.match(plain, at)
    if not found:
        return HANOI
    minutes = 0
    if found["hours"]:
        minutes = (int(found["hours"]) * 60 + int(found["minutes"] or 0)) * (-1 if found["sign"] == "-" else 1)
    elif found["lost"]:  # "+07:00" whose plus was taken for a space
        minutes = int(found["lost"]) * 60
    elif found["word"] in _ZONES:
        minutes = _ZONES[found["word"]] * 60
    elif not found["named"]:
        return HANOI
    return dt.timezone(dt.timedelta(minutes=minutes)) if abs(minutes) <= _FARTHEST else HANOI


def _moment(year: int, month: int, day: int, time: _Time, zone: dt.tzinfo) -> dt.datetime | None:
    hour, minute, second, _ = time
    late = dt.timedelta(days=hour == 24 and not minute and not second)  # 24:00, and a leap second
    try:
        begin = dt.datetime(year, month, day, 0 if late else hour, minute, min(second, 59), tzinfo=zone)
        return (begin + late).astimezone(HANOI)
    except (ValueError, OverflowError):
        return None


_SHORT = 50
"""A date alone is no longer than this."""
_WORTH_ASKING = re.compile(r"^(?=.*(?<!\d)(?:19|20)\d\d(?!\d))(?=.*[a-z]{3})(?=.*(?<!\d)\d{1,2}(?!\d))")


def _by_library(text: str) -> dt.datetime | None:
    """What `dateparser` makes of a whole field: day, month and year, or nothing."""
    import dateparser  # type: ignore[import-untyped] # half a second, 20 MB: for the few fields that need it

    found: dt.datetime | None = dateparser.parse(
        text,
        languages=["vi", "en"],
        settings={
            "DATE_ORDER": "DMY",
            "STRICT_PARSING": True,
            "PARSERS": ["absolute-time"],
            "TIMEZONE": HANOI.key,
            "RETURN_AS_TIMEZONE_AWARE": True,
        },
    )
    return found.astimezone(HANOI) if found else None


_DATE_WORDS = re.compile(
    r"(?<!\w)(?:thứ|chủ)\s*(?:hai|ba|tư|năm|sáu|bảy|nhật|[2-7])|\bt[2-7]\b|\bcn\b"
    r"|\btháng\s+(?:mười (?:một|hai)|giêng|chạp|một|hai|ba|tư|bốn|năm|sáu|bảy|tám|chín|mười)\b|\b(?:thg|th)\.?\s?\d+"
    r"|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|\b(?:ngày|tháng|năm|giờ|phút|lúc|cập nhật|đăng|xuất bản|gmt|utc|ict)\b"
    r"|\b(?:am|pm|sa|ch|a|g|h)\b|\d+[hg]\d+|(?<=\d)(?:t(?=\d)|z\b)|[\d\W_]+",
    re.IGNORECASE,
)


def words_beside_date(line: str) -> str:
    """What stands in a line beside a date, its time, weekday and zone."""
    return " ".join(_DATE_WORDS.sub(" ", unicodedata.normalize("NFC", line)).split())


def doubt(published: dt.datetime, fetched_at: dt.datetime) -> str | None:
    """The name of what is wrong with a publication date, or None.

    "future_date": later than the fetch by more than a clock's error; "old_date": before papers were online,
    as "1970-01-01" from an empty field. Both times aware.
    """
    if published > fetched_at + AHEAD:
        return "future_date"
    return "old_date" if published < OLDEST else None
