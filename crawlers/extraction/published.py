"""When an article was published: only from evidence that is the article's own.

Never from its text, a sidebar, the footer or the clock in the header. Where no evidence is found the answer is
None with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawlers.dates import doubt, parse_date
from crawlers.extraction.datelines import printed_in, printed_lines
from crawlers.extraction.fields import View
from crawlers.keys import month_of
from crawlers.values import Page
from foundation.clock import HANOI

_META_DATES = (
    *("article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish_date"),
    *("dc.date.issued", "date"),
)
HINT = "feed pubDate"
"""What the feed said: any date that the page prints itself is better evidence."""


@dataclass(frozen=True, slots=True)
class Published:
    """The moment (or None), the evidence or the reason, and doubts."""

    at: dt.datetime | None
    evidence: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Evidence:
    name: str
    printed: str
    us_order: bool = False

    @property
    def moment(self) -> dt.datetime | None:
        return parse_date(self.printed, us_order=self.us_order or None)


def published_of(view: View, page: Page, *, byline: dt.datetime | None = None, told: str | None = None) -> Published:
    """The publication date of an article.

    `byline`: a date that stood beside the author's name at the head of the body; `told`: one in the page's data.
    """
    refused: list[str] = []
    shown = [moment for line in view.clocks if (moment := parse_date(line)) is not None]
    month = month_of(page.url, view.source) if view.source else None
    found: list[tuple[_Evidence, dt.datetime]] = []
    own = [_Evidence("data of the page", told)] if told else []
    own += [_Evidence("byline", byline.isoformat())] if byline else []
    for source_of_evidence in (
        _evidence(view),
        (_Evidence(*line) for line in printed_lines(view, page.fetched_at)),
        own,
        _hint(view, page),
    ):
        for evidence in source_of_evidence:
            moment = evidence.moment
            if moment is None or _is_clock(evidence, moment, page, shown):
                continue
            wrong = doubt(moment, page.fetched_at)
            if wrong:
                refused.append(wrong)
            if wrong == "future_date" and moment - page.fetched_at < dt.timedelta(days=1):
                found.append((evidence, page.fetched_at.astimezone(HANOI)))  # set for later today: known by now
            elif not wrong:
                found.append((evidence, moment))
        if any(at.time() != dt.time() and (not month or at.strftime("%Y%m") == month) for _, at in found):
            break
    return _decide(found, refused, month)


def _decide(found: list[tuple[_Evidence, dt.datetime]], refused: list[str], month: str | None) -> Published:
    flags = tuple(dict.fromkeys(refused))
    if not found:
        reason = {"future_date": "ngày ở tương lai", "old_date": "ngày cũ hơn báo điện tử"}
        why = reason[refused[0]] if refused else "trang không in ngày của riêng bài"
        return Published(None, f"none: {why}", flags)
    if month:
        fitting = [pair for pair in found if pair[1].strftime("%Y%m") == month]
        if not fitting:
            flags = (*flags, "month_mismatch")
        found = fitting or found
    evidence, moment = found[0]
    better = [pair for pair in found[1:] if pair[1].date() == moment.date() and pair[1].time() != dt.time()]
    if moment.time() == dt.time() and better:
        evidence, moment = better[0]
    return Published(moment, evidence.name, flags)


def _evidence(view: View) -> Iterator[_Evidence]:
    """What the family's place and the page's head say."""
    us_meta = view.source is not None and "meta" in view.source.us_order
    for selector in view.rules.date:
        for element in view.root.css(selector)[:1]:
            yield _Evidence(f"selector {selector}", printed_in(element), us_meta and element.tag == "meta")
    for key in ("datePublished", "dateCreated"):
        if printed := view.metadata.linked(key):
            yield _Evidence(f"json-ld {key}", printed)
    for key in _META_DATES:
        if printed := view.metadata.meta.get(key):
            yield _Evidence(f"meta {key}", printed, us_meta)


def _hint(view: View, page: Page) -> Iterator[_Evidence]:
    """What the feed said: a date that the page prints itself is better evidence."""
    if printed := page.hint.get("published"):
        yield _Evidence(HINT, printed, view.source is not None and "feed" in view.source.us_order)


def _is_clock(evidence: _Evidence, moment: dt.datetime, page: Page, shown: Sequence[dt.datetime]) -> bool:
    """Whether a printed date is the moment of the visit: the same minute, and one `shown` by the page's clocks."""
    if evidence.name.startswith(("json-ld", "feed")):
        return False
    same_minute = abs((page.fetched_at - moment).total_seconds()) < 150
    if moment in shown and (same_minute or moment.time() != dt.time()):
        return True
    return same_minute and evidence.name in {"time", "line under the title"}
