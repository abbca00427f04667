"""Is a report of an issued document news? Pure rules on days (of Hà Nội); see docs/decisions/0002-what-is-news.md."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence

from analysis.described import mentions
from analysis.values import Citation, Role

_DAY = re.compile(r"(?<!\d)(\d{1,2}) ?[-/.] ?(\d{1,2}) ?[-/.] ?((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def newest_year(text: str, not_after: int) -> int | None:
    """The newest year that a text names, none later than `not_after`."""
    years = {int(found) for found in _YEAR.findall(text)}
    return max((year for year in years if year <= not_after), default=None)


def news_date(
    document_date: dt.date | None,
    *,
    article: dt.date | None,
    text: str,
    seen: dt.date,
    symbol_year: int | None = None,
) -> dt.date:
    """The day from which a report counts as news (all days are of Hà Nội).

    The document's own date; else the article's; else the end of the newest year its text names; else the day it was
    first seen. A document's date after its article is a misprint, an article's date after `seen` a wrong clock.
    An undated document is not younger than the year inside its symbol (`symbol_year`: "01/2022/NQ-HĐND").
    """
    if document_date is None and symbol_year is not None:
        latest = news_date(None, article=article, text=text, seen=seen)
        return min(latest, dt.date(min(symbol_year, dt.MAXYEAR), 12, 31))
    known = min(article, seen) if article else seen
    if document_date is not None and document_date <= known + dt.timedelta(days=1):
        return document_date
    named = newest_year(text, seen.year) if article is None else None
    return min(dt.date(named, 12, 31), seen) if named is not None else known


def is_news(role: Role, news_on: dt.date, *, article: dt.date | None, now: dt.date, window_days: int) -> bool:
    """Whether a report of an issue is news: within the window before its article and before the harvest.

    `article` is the article's day, `now` the day of the harvest. A backfill of old articles is therefore no news,
    whatever was issued then. That the document was not told before is the caller's to know.
    """
    window = dt.timedelta(days=window_days)
    published = min(article, now) if article else now
    return role is Role.ISSUES and published - news_on <= window and now - news_on <= window


def new_symbols(
    citations: Sequence[Citation], *, article: dt.date | None, text: str, seen: dt.date, window_days: int
) -> list[str]:
    """The symbols of a text that would be news, on the day it was printed, to an archive that holds nothing.

    Where that day is unknown, what is told as of that day ("vừa ban hành", "ngày 6-2") is news too, unless the
    document's own day lies longer than the window before the newest day that the text names.
    """
    found = mentions(citations, news_date(None, article=article, text=text, seen=seen))
    days = {
        local: news_date(
            mention.described.date, article=article, text=text, seen=seen, symbol_year=mention.described.year
        )
        for local, mention in found.items()
    }
    fresh = _told_today(citations, text, seen, window_days) if article is None else frozenset[int]()
    return [
        mention.described.symbol
        for local, mention in found.items()
        if (local in fresh and mention.role is Role.ISSUES)
        or is_news(mention.role, days[local], article=article, now=seen, window_days=window_days)
    ]


def _told_today(citations: Sequence[Citation], text: str, seen: dt.date, window_days: int) -> frozenset[int]:
    """The documents that an undated text tells as issued on the day of its writing."""
    told = [one for one in citations if one.today and one.role is Role.ISSUES]
    newest = max((day for day in _days_named(text) if day <= seen), default=dt.date.min) if told else dt.date.min
    return frozenset(one.document for one in told if one.date is None or (newest - one.date).days <= window_days)


def _days_named(text: str) -> Iterator[dt.date]:
    for found in _DAY.finditer(text):
        day, month, year = map(int, found.groups())
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
            yield dt.date(year, month, day)
