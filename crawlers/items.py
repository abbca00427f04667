"""The item that `scrapy crawl` yields: an article as read, with where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from crawlers.extraction import extract
from crawlers.source import Source
from crawlers.values import Page


@dataclass(slots=True)
class ArticleItem:
    """One article. Keys as in `danvan read --json`; times are ISO 8601 with their offset.

    `via`: the feed, sitemap or section that named it; `key` what makes two addresses the same article.
    """

    source: str
    province: str | None
    url: str
    key: str
    via: str
    fetched_at: str
    status: str
    title: str | None
    lead: str | None
    text: str
    author: str | None
    published_at: str | None
    date_from: str | None
    section: str | None
    origin: str | None
    tags: list[str]
    flags: list[str]


def article_item(page: Page, source: Source, *, via: str) -> ArticleItem:
    """The page, read."""
    read = extract(page, source)
    return ArticleItem(
        source=source.id,
        province=source.province,
        url=page.final_url,
        key=page.key,
        via=via,
        fetched_at=page.fetched_at.isoformat(),
        status=read.status.value,
        title=read.title,
        lead=read.lead,
        text=read.text,
        author=read.author,
        published_at=read.published_at.isoformat() if read.published_at else None,
        date_from=read.date_from,
        section=read.section,
        origin=read.origin,
        tags=list(read.tags),
        flags=list(read.flags),
    )
