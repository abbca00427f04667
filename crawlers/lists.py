"""What a list of articles gives, whatever it is written in: its entries, and why some are left out. Pure."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from crawlers.hardened_xml import FeedProblem
from crawlers.keys import joined

SUMMARY_LIMIT = 2_000
"""Characters kept of a feed's description: it is a hint, the page is the truth."""
MOST_ITEMS = 50_000
"""As many as one sitemap may hold by the protocol."""


class Skip(StrEnum):
    """Why an entry was left out on purpose, in words for the ledger."""

    OVER_CAP = "vượt số mục lấy trong một lượt"
    KNOWN = "đã biết, trong danh sách dài hơn số mục lấy trong một lượt"
    NO_LINK = "mục không có địa chỉ"
    BROKEN_LINK = "địa chỉ hỏng, không dùng được"
    REPEATED = "mục lặp lại"
    NOT_ARTICLE = "không phải địa chỉ bài"
    OUT_OF_DATES = "ngoài khoảng ngày yêu cầu"
    TOO_DEEP = "quá số tệp sitemap cho một lượt"
    OTHER_FEED = "nguồn cấp của chuyên mục không theo dõi"
    CUT_OFF = "tệp nén bị cắt giữa chừng, không đọc"
    TOO_LARGE = "tệp giải nén ra quá lớn, không đọc"
    TOO_HEAVY = "tệp quá nặng, không đọc hết trong thời hạn"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry; `published` as printed, `title` and `summary` as plain text.

    `touched` is a date of its last change (`lastmod`, Atom's `updated`): it orders a list and says what is surely too
    old, and is no evidence of publication. `others` are further addresses that the entry gives.
    """

    url: str
    title: str | None = None
    published: str | None = None
    summary: str | None = None
    touched: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a list, those to be taken first in front; `children` are the sitemaps that an index names."""

    items: tuple[FeedItem, ...] = ()
    children: tuple[str, ...] = ()
    problem: FeedProblem | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)


_TAG = re.compile(r"<[/!A-Za-z][^<>]*>")
_ENCODED_TWICE = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|apos|quot|nbsp|[a-z]{1,2}(?:acute|grave|circ|tilde|uml));", re.IGNORECASE
)
ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)


def plain_text(markup: str) -> str:
    """A title or description as plain text.

    XML has been decoded once already; one more decoding mends the double escaping that CMSs produce
    ("truy&amp;#7873;n"), and a third only what no writer means (an apostrophe or a letter escaped within CDATA).
    """
    text = html.unescape(_TAG.sub(" ", markup))
    return " ".join(_ENCODED_TWICE.sub(lambda found: html.unescape(found.group()), text).split())


_T = TypeVar("_T")
Entry = FeedItem | Skip
"""An entry, or why there is none."""


def listed(sources: Sequence[_T], made: Callable[[_T], Entry]) -> ParsedFeed:
    """The entries that are made of these; what is over `MOST_ITEMS` is only counted."""
    kept: dict[str, FeedItem] = {}
    skipped: Counter[str] = Counter()
    for number, source in enumerate(sources):
        if len(kept) >= MOST_ITEMS:
            skipped[Skip.OVER_CAP] = len(sources) - number
            break
        entry = made(source)
        if isinstance(entry, Skip):
            skipped[entry] += 1
        elif entry.url in kept:
            skipped[Skip.REPEATED] += 1
        else:
            kept[entry.url] = entry
    return ParsedFeed(tuple(kept.values()), problem=None if kept else FeedProblem.EMPTY, skipped=dict(skipped))


def entry_of(base: str, links: Iterable[str], **more: Any) -> Entry:
    """The entry under the first of these links that can be used."""
    named = [plain for link in links if (plain := _plain_address(link))]
    usable = list(dict.fromkeys(filter(None, (joined(base, link) for link in named))))
    if not usable:
        return Skip.BROKEN_LINK if named else Skip.NO_LINK
    return FeedItem(usable[0], others=tuple(usable[1:]), **more)


_ESCAPED = re.compile(r"&(?:amp;)+(?:#0?38;)?", re.IGNORECASE)


def _plain_address(link: str) -> str:
    """A link without line breaks, "&" for an "&amp;" that CDATA or a second escaping kept; of an <a>, its target."""
    if (told := _ANCHOR.search(link)) is not None:
        link = told[1]
    return _ESCAPED.sub("&", "".join(link.split("\n"))).strip()


_ANCHOR = re.compile(r"<a\s[^<>]{0,300}?href\s*=\s*[\"']([^\"'<>]+)", re.IGNORECASE)


def both_ends(entries: list[_T]) -> list[_T]:
    """The first, the last, the second, the last but one …"""
    half = (len(entries) + 1) // 2
    pairs = zip(entries[:half], reversed(entries[len(entries) - half :]), strict=True)
    return [entry for pair in pairs for entry in pair][: len(entries)]
