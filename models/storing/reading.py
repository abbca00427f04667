"""From a stored page to what it says: extraction and reading, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from analysis.places import code_then
from analysis.reading import read as read_article
from analysis.relevance_rules import rules_version
from analysis.values import Reading
from crawlers.careful import extract_carefully as extract_page
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus
from foundation.clock import hanoi_day
from models.landing.bodies import unpacked
from models.storing.articles import Given
from models.tables import PageRow

TOO_HEAVY, PARTIAL = "too_heavy", "body_partial"
"""What `page.page_status` says beside the values of PageStatus: which doubt an article or an empty page is under."""

ARTICLES = frozenset({PageStatus.ARTICLE, PageStatus.PROTECTED})

Reader = Callable[..., Reading]
"""`read(title, lead, text, *, province, published)`, as `analysis.reading.read`."""

Extractor = Callable[[Page, Source | None], Extract]


@cache
def reading_version() -> str:
    """The version of all that a reading depends on: the rule data, the families, and the code of both."""
    digest = hashlib.sha256()
    for package, pattern in (("analysis", "**/*.py"), ("crawlers", "extraction/**/*"), ("crawlers", "*.yaml")):
        (folder,) = map(Path, import_module(package).__path__)
        for path in sorted(folder.glob(pattern)):
            if path.suffix in {".py", ".yaml"}:
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{rules_version()}-{digest.hexdigest()[:12]}"


def page_value(row: PageRow | Row[Any]) -> Page:
    """A stored page as the crawl handed it over."""
    return Page(
        source_id=row.source_id,
        key=row.key,
        url=row.url,
        final_url=row.final_url,
        status=row.status,
        headers=row.headers,
        body=unpacked(row.body),
        fetched_at=row.fetched_at,
        hint=row.hint,
    )


def understand(
    page_id: int | None, page: Page, source: Source | None, read: Reader, extract: Extractor, version: str
) -> Given | Extract:
    """What a page says: an article to be stored, or the extract of a page that is none. Pure work, no database."""
    found = extract(page, source)
    if found.status not in ARTICLES or not (found.title or found.text):
        return found
    day = hanoi_day(found.published_at)
    province = code_then(source.province, day) if source is not None and source.province is not None else None
    reading = read(found.title or "", found.lead or "", found.text, province=province, published=day)
    return Given(page.source_id, page.key, page_id, found, reading, page.fetched_at, version)


def status_of(found: Extract) -> str:
    """What a page turned out to be, as `page.page_status` keeps it: health counts by it."""
    if not {"too_heavy", "oversized"}.isdisjoint(found.flags):
        return TOO_HEAVY
    return PARTIAL if PARTIAL in found.flags else found.status.value


__all__ = [
    "Extractor",
    "Reader",
    "extract_page",
    "page_value",
    "read_article",
    "reading_version",
    "status_of",
    "understand",
]
