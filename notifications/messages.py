"""The words of an alert. Pure: what is told comes in as `DocumentNews`, out comes a `Message`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from notifications.markup import MESSAGE_LIMIT, clean, fill_items, render, visible_length
from notifications.values import Button, Buttons, Message

PAPERS_SHOWN = 12
"""Further papers named in one alert; the rest are counted."""
QUOTE_SIDE = 110
"""Characters shown on each side of the mention."""


@dataclass(frozen=True, slots=True)
class Report:
    """A paper's article that reports a document. `paper` is the paper's name."""

    article_id: int
    paper: str
    title: str
    url: str
    published_at: datetime | None


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
    reports: tuple[Report, ...]
    rule: str
    reasons: tuple[str, ...] = ()
    quote: Quote | None = None


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
        right = right.rpartition(" ")[0] + "…"
    return Quote(clean(left), clean(" ".join(text[start:end].split())), clean(right))


def alert_message(news: DocumentNews, *, again: bool = False) -> Message:
    """The alert of one document; `again`: an earlier attempt may have arrived."""
    later = news.reports[1 : PAPERS_SHOWN + 1]
    more = len(news.reports) - 1 - len(later)
    html = render("alert.html", news=news, later=later, more=more, again=again)
    if visible_length(html) > MESSAGE_LIMIT:
        html = render("item.html", news=news)
    return Message(html, subject=f"Văn bản mới: {news.heading}", code=news.code, buttons=vote_buttons(news))


def vote_buttons(news: DocumentNews) -> Buttons:
    """👍/👎 under an alert: is the article about công tác dân vận?"""
    article = news.reports[0].article_id
    return (
        (Button("👍 Đúng việc", data=f"vote:up:{article}"), Button("👎 Không liên quan", data=f"vote:down:{article}")),
    )


def list_message(news: Sequence[DocumentNews], total: int, *, again: bool = False) -> tuple[Message, int]:
    """One message that lists the first of `news`, as many as fit, and how many those are.

    `total` is how many wait altogether.
    """
    header = f"📋 <b>{total} văn bản mới đang chờ báo</b>"
    if again:
        header += "\nTin gửi lại: lần trước không rõ đã tới hay chưa."
    text, count = fill_items(header, [render("item.html", news=one) for one in news])
    return Message(text, subject=f"{total} văn bản mới", code=news[0].code), count
