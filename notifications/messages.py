"""The words of an alert. Pure: what is told comes in as `DocumentNews`, out comes a `Message`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import escape

from notifications.channels.contract import About
from notifications.markup import (
    MESSAGE_LIMIT,
    Measure,
    clean,
    fill_items,
    render,
    shorten,
    unlinked,
    visible_length,
    written_length,
)
from notifications.values import Button, Buttons, Message

PAPERS_SHOWN = 12
"""Further papers named in one alert; the rest are counted."""
AGAIN = "Tin gửi lại: lần trước không rõ đã tới hay chưa."
"""In a message that may have arrived before."""
GOES_ON = "Tin này nêu {} văn bản; tin sau nêu tiếp."
"""Under the head of a list that one message does not hold."""
QUOTE_SIDE = 110
"""Characters shown on each side of the mention."""
_DATELINE = re.compile(r"^\(?[A-ZĐ]{2,6}\)?\s*[-–—]\s+")
"""The paper's own mark at the head of a paragraph ("HPĐT - …"): staff know which paper it is."""


@dataclass(frozen=True, slots=True)
class PaperReport:
    """A paper's article that reports a document. `paper` is the paper's name."""

    article_id: int
    paper: str
    title: str
    url: str
    published_at: datetime | None

    def form(self) -> dict[str, Any]:
        """As JSON."""
        when = self.published_at.isoformat() if self.published_at else None
        return {
            "article": self.article_id, "paper": self.paper, "title": self.title, "url": self.url, "published_at": when,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of the article that name the document, with what stands around them."""

    before: str
    words: str
    after: str


@dataclass(frozen=True, slots=True)
class DocumentNews:
    """All that an alert says of a new document. `reports` has at least one; the first is the one that alerted."""

    code: str
    heading: str
    title: str | None
    issuer: str | None
    issued_on: date | None
    reports: tuple[PaperReport, ...]
    rule: str
    reasons: tuple[str, ...] = ()
    quote: Quote | None = None
    page: str | None = None
    document_id: int = 0
    symbol: str = ""
    rank: int = 0

    def event(self) -> dict[str, Any]:
        """The same as JSON, for programs."""
        return {
            "event": "document",
            "document": {
                "id": self.document_id,
                "symbol": self.symbol,
                "heading": self.heading,
                "title": self.title,
                "issuer": self.issuer,
                "issued_on": self.issued_on.isoformat() if self.issued_on else None,
                "page": self.page,
            },
            "reports": [report.form() for report in self.reports],
            "rule": self.rule,
            "reasons": list(self.reasons),
        }


@dataclass(frozen=True, slots=True)
class ArticleNews:
    """All that an alert says of an article that a search found."""

    code: str
    report: PaperReport
    lead: str
    rule: str
    page: str | None = None
    reasons: tuple[str, ...] = ()
    rank: int = 6  # behind every document

    def event(self) -> dict[str, Any]:
        """The same as JSON, for programs."""
        return {"event": "article", "reports": [self.report.form()], "rule": self.rule, "page": self.page}


News = DocumentNews | ArticleNews


def heading(kind: str, symbol: str) -> str:
    """The name of a document, as "Chỉ thị số 12-CT/TU"; a symbol without a number ("Luật …") stands alone."""
    if not re.match(r"\d", symbol):
        return symbol if symbol.casefold().startswith(kind.casefold()) else f"{kind} {symbol}".strip()
    return f"{kind} số {symbol}".strip()


def quote_of(text: str, start: int, end: int) -> Quote:
    """The mention at `text[start:end]` with the words around it, cut between words, within its paragraph."""
    left = text[max(0, start - QUOTE_SIDE) : start].rsplit("\n", 1)[-1]
    right = text[end : end + QUOTE_SIDE].split("\n", 1)[0]
    if start - len(left) > 0 and text[start - len(left) - 1] != "\n":
        left = "…" + left.partition(" ")[2]
    if end + len(right) < len(text) and text[end + len(right)] != "\n":
        right = right.rpartition(" ")[0].rstrip(" ,;:–-") + "…"
    left = _DATELINE.sub("", left)
    return Quote(clean(left), clean(" ".join(text[start:end].split())), clean(right))


def alert_message(news: News, about: About, *, again: bool = False) -> Message:
    """The alert of one document or article for a channel; `again`: an earlier attempt may have arrived."""
    if isinstance(news, ArticleNews):
        html = render("article.html", news=news, again=AGAIN if again else "")
        subject, buttons = news.report.title, vote_row(news.report.article_id)
    else:
        html = _document(news, about, again=again)
        subject, buttons = f"{news.heading}: {news.title}" if news.title else news.heading, vote_buttons(news)
    return Message(html, subject=shorten(subject, 150), code=news.code, buttons=buttons, event=news.event())


def _document(news: DocumentNews, about: About, *, again: bool) -> str:
    later = news.reports[1 : PAPERS_SHOWN + 1]
    more = len(news.reports) - 1 - len(later)
    html = render("alert.html", news=news, later=later, more=more, again=AGAIN if again else "")
    return (
        html
        if measure_of(about)(html) <= min(about.length, MESSAGE_LIMIT)
        else render("item.html", news=news, with_rule=True)
    )


def measure_of(about: About) -> Measure:
    """How a channel counts the length of a message."""
    return written_length if about.links_written else visible_length


def vote_buttons(news: DocumentNews) -> Buttons:
    """What staff think of the article, and a way to follow the document."""
    return (*vote_row(news.reports[0].article_id), *follow_row(news.document_id))


def follow_row(document_id: int) -> Buttons:
    """A way to hear of every article that names a document."""
    return ((Button("🔔 Theo dõi văn bản này", data=f"follow:{document_id}"),),)


def vote_row(article_id: int, chosen: str = "") -> Buttons:
    """👍/👎 on an article, with a tick on what was chosen."""
    up = "👍 Đúng phạm vi" + (" ✓" if chosen == "up" else "")
    down = "👎 Không đúng phạm vi" + (" ✓" if chosen == "down" else "")
    return ((Button(up, data=f"vote:up:{article_id}"), Button(down, data=f"vote:down:{article_id}")),)


def news_item(news: News, *, with_rule: bool = True) -> str:
    """One item of a list; its rule stands in it unless the list's head says it for all."""
    template = "article_item.html" if isinstance(news, ArticleNews) else "item.html"
    return render(template, news=news, with_rule=with_rule)


def list_message(
    items: Sequence[str], total: int, about: About, code: str, *, what: str = "văn bản mới", rule: str = "",
    again: bool = False, follows: bool = False,
) -> tuple[Message, int]:  # fmt: skip
    """One message that lists the first of `items`, as many as fit, and how many those are.

    `total` is how many wait altogether, `what` they are, `rule` the one by which all of them are told; `follows`: a
    list went out just before, of which this is the rest.
    """
    header = f"📋 <b>{'Tiếp theo: ' * follows}{total} {what}</b>" + (
        f"\n🔔 Quy tắc “{escape(shorten(rule, 60))}”" if rule else ""
    )
    if again:
        header += f"\n{AGAIN}"
    measure, limit = measure_of(about), about.length
    text, count = fill_items(header, items, limit=limit, measure=measure)
    if not count:  # the head leaves no room for the first: an address of two thousand letters
        text, count = f"{header}\n\n{unlinked(items[0])}", 1
    elif count < total:
        _, fits = fill_items(header, items, limit=limit - len(GOES_ON) - len(str(total)), measure=measure)
        if fits:
            text, count = fill_items(f"{header}\n{GOES_ON.format(fits)}", items[:fits], limit=limit, measure=measure)
    return Message(text, subject=f"{total} {what}", code=code), count
