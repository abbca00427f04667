"""What the program makes of one page or text, without an archive: behind `danvan read` and `danvan cite`."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from analysis.citations import find_citations
from analysis.novelty import new_symbols
from analysis.places import code_then, province_code, unit_named
from analysis.reading import read as read_article
from analysis.text import normalise
from analysis.values import Citation, Reading
from crawlers.careful import extract_carefully
from crawlers.catalogue import Catalogue, catalogue_of
from crawlers.extraction import extract_text, recognise_source
from crawlers.keys import canonical_key
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import Page
from danvan.json_forms import citation_form, extract_form, reading_form
from foundation.clock import hanoi_day, utc_now
from foundation.errors import UsageError
from foundation.settings import settings

TEXT_STATUS = "article"


@dataclass(frozen=True)
class Context:
    """What is known beside the text: the paper, its province, the day of publication."""

    source: Source | None = None
    province: str | None = None
    published: date | None = None


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The bundled catalogue and the user's own, loaded once a process (a batch asks for it line by line)."""
    return catalogue_of(settings())


def context(*, source: str | None, province: str | None, published: date | None) -> Context:
    """Checks what a user said. Raises UnknownSourceError, UsageError."""
    paper = catalogue().get(source) if source else None
    code = code_of_day(province, published) if province else _papers_province(paper, published)
    return Context(paper, code, published)


def read_bytes(body: bytes, given: Context, *, url: str | None, fetched_at: datetime) -> dict[str, Any]:
    """The form of a saved page. Where no source is given it is the one of `url`, else of the page's own address."""
    recognised, address = recognise_source(body, url or "", catalogue())
    source = given.source or recognised
    if recognised is not source:
        address = url or ""
    key = canonical_key(address, source) if address and source else ""
    page = Page(source.id if source else "", key, address, address, 200, {}, body, fetched_at)
    return _read_page(page, source, Context(source, given.province, given.published))


def check_public(url: str, allowed: tuple[str, ...]) -> None:
    """Raises UsageError for an address that is none, or that lies in a private network and was not allowed.

    Before a child is started; the child's own guard at connect time is what closes the gap of names that change.
    """
    from crawlers.middlewares.address import AllowedHosts

    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        hosts = AllowedHosts.parse(allowed)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM) if parts.hostname else []
    except socket.gaierror:
        return  # a name that nobody knows: the fetch says so
    except ValueError as error:
        raise UsageError(f"Địa chỉ “{url[:200]}” không dùng được.") from error
    if not parts.hostname:
        raise UsageError(f"Địa chỉ “{url[:200]}” không có tên máy. Ví dụ: https://baothanhhoa.vn/bai.htm")
    for *_, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        if not hosts.allow(address, port):
            raise UsageError(
                f"{parts.hostname} ({address}) nằm trong mạng nội bộ, chương trình không gọi tới."
                " Máy thử thì cho phép bằng biến DANVAN_ALLOW_HOSTS."
            )


def read_url(url: str, given: Context) -> dict[str, Any]:
    """The form of a live page, fetched once and politely."""
    check_public(url, settings().allow_hosts)
    from crawlers.probe import fetch_page

    source = given.source or (catalogue().of_url(url) if url else None)
    page = fetch_page(url, source, CrawlOptions.of(settings()))
    return _read_page(page, source, given)


def read_text(text: str, given: Context, *, url: str | None = None) -> dict[str, Any]:
    """The form of a plain text whose first line is the title; what the page printed around it is taken off."""
    found = extract_text(text, source=given.source, url=url or "")
    if found.published_at is not None and given.published is None:
        given = replace(given, published=hanoi_day(found.published_at))
    form = _read_parts(found.title or "", found.lead or "", found.text, given, url)
    if found.published_at is not None:
        form |= {"published_at": found.published_at.isoformat(), "date_from": found.date_from}
    return form | {"status": str(found.status), "author": found.author, "origin": found.origin}


def read_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """One line of `read --batch`."""
    given = _record_context(record)
    if "text" in record:
        form = read_text(_words(record, "text"), given, url=record.get("url"))
    else:
        title, lead, body = (_words(record, name) for name in ("title", "lead", "body"))
        form = _read_parts(title, lead, body, given, record.get("url"))
    return {"id": record.get("id"), **form}


def cite_text(text: str, given: Context) -> list[dict[str, Any]]:
    """The citations of a text; offsets point into exactly this text."""
    return [citation_form(one) for one in find_citations(text, province=given.province, published=given.published)]


def cite_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """One line of `cite --batch`; `new` are the symbols that would be news to an empty archive."""
    given = _record_context(record)
    if "text" in record:
        text = _words(record, "text")
        citations = find_citations(text, province=given.province, published=given.published)
    else:
        title, lead, body = (normalise(_words(record, name)) for name in ("title", "lead", "body"))
        text = f"{title}\n{lead}\n{body}"
        citations = list(read_article(title, lead, body, province=given.province, published=given.published).citations)
    said = [citation_form(one) for one in citations]
    return {"id": record.get("id"), "citations": said, "new": _new(text, citations, given)}


def _read_page(page: Page, source: Source | None, given: Context) -> dict[str, Any]:
    found = extract_carefully(page, source)
    published = hanoi_day(found.published_at) if found.published_at else given.published
    province = given.province or _papers_province(source, published)
    reading = read_article(found.title or "", found.lead or "", found.text, province=province, published=published)
    dated = Context(source, province, published)
    form = extract_form(found, source.id if source else None)
    return {**form, **_reading_and_news(reading, found.text, dated), "flags": [*form["flags"], *reading.flags]}


def _read_parts(title: str, lead: str, body: str, given: Context, url: str | None) -> dict[str, Any]:
    title, lead, body = normalise(title), normalise(lead), normalise(body)
    reading = read_article(title, lead, body, province=given.province, published=given.published)
    return {
        "status": TEXT_STATUS,
        "url": url,
        "source": given.source.id if given.source else None,
        "title": title,
        "lead": lead or None,
        "text": body,
        "author": None,
        "published_at": given.published.isoformat() if given.published else None,
        "date_from": "given" if given.published else "none: văn bản thuần",
        "section": None,
        "origin": None,
        "flags": list(reading.flags),
        **_reading_and_news(reading, f"{title}\n{lead}\n{body}", given),
    }


def _reading_and_news(reading: Reading, text: str, given: Context) -> dict[str, Any]:
    return {**reading_form(reading), "new": _new(text, list(reading.citations), given)}


def _new(text: str, citations: list[Citation], given: Context) -> list[str]:
    """Symbols reported as issued, recent on the day the text was printed: news to an archive that holds nothing."""
    today = hanoi_day(utc_now())
    moment = given.published or today
    window = settings().alert_window_days
    symbols = new_symbols(citations, article=given.published, text=text, seen=moment, window_days=window)
    return list(dict.fromkeys(symbols))


def _record_context(record: Mapping[str, Any]) -> Context:
    published = record.get("published")
    try:
        day = date.fromisoformat(str(published)[:10]) if published else None
    except ValueError as error:
        raise UsageError(f"ngày “{published}” không đúng dạng NĂM-THÁNG-NGÀY") from error
    source = str(record["source"]) if record.get("source") else None
    known = catalogue().sources.get(source) if source else None
    named = record.get("province")
    province = code_of_day(str(named), day) if named else _papers_province(known, day)
    return Context(known, province, day)


def _words(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name) or ""
    if not isinstance(value, str):
        raise UsageError(f"khóa “{name}” phải là chữ")
    return value


def _papers_province(paper: Source | None, day: date | None) -> str | None:
    """The code that a paper's province bore on a day."""
    return code_then(paper.province, day) if paper is not None and paper.province is not None else None


def code_of_day(words: str, day: date | None) -> str:
    """The two-digit code on that day behind a code, slug or name. Raises UsageError."""
    province_code(words)
    unit = unit_named(words, day)
    return words.strip() if words.strip().isdigit() or unit is None else unit.code
