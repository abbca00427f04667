"""Documents' own files: the PDF and DOCX that an article's body links to. Which are asked for, what an answer means.

They travel as pages do, with a key of their own kind. Asked for are the files of articles whose reading names a
document and is about dân vận, or reports a document as issued; and only where they lie on the paper's own site, for
whose hosts the run holds the lease and keeps the pace. What lies on another site of the catalogue waits for that site's
crawl (`models.storing.files`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from analysis.reading import read
from analysis.values import Grade, Reading, Role
from crawlers.answers import WITHDRAWN, ArticleAnswer, unchanged, unusable
from crawlers.blocking import blocked_because
from crawlers.blocking import file_kind as kind_of_other
from crawlers.keys import MAX_URL_LENGTH, file_key
from crawlers.markup import Element, attribute, words
from crawlers.source import Source
from crawlers.values import Extract, Failure, Fault, FileLink, Find, Page, SiteReply, UrlState

MOST_FILES = 20
"""Of one article: no report of a session links to more of its resolutions."""

_PATH = re.compile(r"\.(?:pdf|docx)$", re.IGNORECASE)
# Both cases spelled out: an expression that minds no case takes ten times as long over a page.
_NAMES_A_FILE = re.compile(rb"\.(?:[pP][dD][fF]|[dD][oO][cC][xX])")
_PLACES = "a[href], iframe[src], embed[src], object[data]"


def may_link_files(body: bytes) -> bool:
    """Whether a page can link to a file at all: all others are read once, when they are stored."""
    return _NAMES_A_FILE.search(body) is not None


def links_in(bodies: Iterable[Element]) -> tuple[tuple[str, str], ...]:
    """The links to PDF and DOCX in these elements, as they stand there: address and words, each address once."""
    found: dict[str, str] = {}
    for body in bodies:
        for element in body.css(_PLACES):
            link = next((value for name in ("href", "src", "data") if (value := attribute(element, name))), "").strip()
            if is_file_address(link) and len(found) < MOST_FILES:
                found[link] = found.get(link) or words(element)[:300]
    return tuple(found.items())


def is_file_address(link: str) -> bool:
    """Whether an address says that it leads to a PDF or DOCX, in its path or in its query ("?file=ke-hoach.pdf")."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    told = (parts.path, *(value.rpartition("=")[2] for value in parts.query.split("&")))
    return len(link) <= MAX_URL_LENGTH and any(_PATH.search(one) for one in told)


def asks_for_files(reading: Reading) -> bool:
    """Whether an article's files are wanted, by its reading."""
    grade = reading.relevance.grade
    return bool(reading.citations) and (
        grade is not Grade.NONE or any(citation.role is Role.ISSUES for citation in reading.citations)
    )


def wanted_files(page: Page, source: Source) -> tuple[FileLink, ...]:
    """The files of an article that are to be asked for. Reads the page: for a process of its own."""
    from crawlers.extraction import extract  # which looks for links here

    found: Extract = extract(page, source)
    if not found.files:
        return ()
    reading = read(found.title or "", found.lead or "", found.text, province=source.province)
    return found.files if asks_for_files(reading) else ()


def finds_in(links: Iterable[FileLink], via: str, source: Source) -> list[Find]:
    """The links as what a crawl takes up."""
    return [Find(link.url, file_key(link.url, source.id), via, title=link.label or None) for link in links]


def file_kind(body: bytes) -> str | None:
    """What a file is by its first bytes: "pdf", "docx" (any ZIP: it is looked into later), None for neither."""
    if b"%PDF-" in body[:1024]:
        return "pdf"
    return "docx" if body.startswith(b"PK\x03\x04") else None


def file_answer(reply: SiteReply, key: str) -> ArticleAnswer:
    """What the answer to a file's address means. `state` None: to be kept."""
    if reply.status == 304:
        return unchanged(key)
    if reply.status in WITHDRAWN:
        return ArticleAnswer(key, UrlState.GONE, f"báo không còn tệp này (HTTP {reply.status})")
    is_file = file_kind(reply.body) is not None
    if not is_file and (blocked := blocked_because(reply)):
        return ArticleAnswer(key, UrlState.BLOCKED, blocked)
    if reason := unusable(reply):
        return ArticleAnswer(key, UrlState.FAILED, reason)
    if not is_file:
        other = kind_of_other(reply.body) or "trang web hoặc dạng khác"
        return ArticleAnswer(key, UrlState.REFUSED, f"không phải tệp PDF hay DOCX mà là {other}")
    return ArticleAnswer(key)


def file_failure(failure: Failure, most: int) -> Failure:
    """A failed request as it is said of a file."""
    if failure.fault is not Fault.TOO_LARGE:
        return failure
    return replace(failure, reason=f"tệp lớn hơn {most // 1_000_000} MB, không tải")
