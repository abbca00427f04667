"""A draft of a paper's catalogue file, from a polite look at its site: `danvan sources add`."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from crawlers import proposal
from crawlers.catalogue import Catalogue, load_families, minimal_yaml
from crawlers.extraction.encoding import decode
from crawlers.feeds import parse_feed
from crawlers.fixtures import Pair, pair_of
from crawlers.keys import origin_of
from crawlers.markup import parse
from crawlers.options import CrawlOptions
from crawlers.polite import Fetcher, run
from crawlers.probe import page_of, usable
from crawlers.source import Feed, Section, Source
from foundation.clock import hanoi_day, utc_now
from foundation.errors import FetchError, UsageError
from foundation.validation import is_web_address

FEEDS_TRIED = 10


@dataclass(frozen=True, slots=True)
class DraftSource:
    """A draft of a catalogue file, with what was found on the way, in Vietnamese sentences."""

    id: str
    yaml: str
    findings: tuple[str, ...]
    pair: Pair | None = None


def propose_source(
    url: str, options: CrawlOptions, catalogue: Catalogue | None = None, source_id: str | None = None
) -> DraftSource:
    """A draft of the file of the paper at `url`, from its home page, its feeds and one article; with that article's
    page as a fixture pair.

    `source_id`: the id to give it, by default that of its address. Raises FetchError where the home page cannot be
    had, UsageError for what is no web address, no id, or an id that the catalogue has.
    """
    address = url if "://" in url else f"https://{url}"
    if not is_web_address(address) or not re.fullmatch(r"[\w.:-]+", urlsplit(address).hostname or ""):
        raise UsageError(f"“{url}” không phải địa chỉ web (http:// hoặc https://).")
    name = source_id or proposal.id_of(address)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise UsageError(f"Mã “{name}” không dùng được: chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối.")
    if catalogue and name in catalogue.sources:
        raise UsageError(f"Danh mục đã có nguồn “{name}”; chọn mã khác bằng --id, hoặc bật: danvan sources on {name}")
    return run(partial(_propose, url=address, name=name), None, address, options)


async def _propose(fetcher: Fetcher, url: str, name: str) -> DraftSource:
    reply = await usable(fetcher, url)
    address = origin_of(reply.url)
    text = decode(reply.body, {}, None).text or ""
    home = proposal.read_home(text, reply.url)
    source, findings, articles = await _draft(fetcher, home, name, address)
    pair = await _pair(fetcher, articles, source)
    return DraftSource(source.id, minimal_yaml(source), tuple(findings), pair)


async def _pair(fetcher: Fetcher, articles: list[str], source: Source) -> Pair | None:
    """The fixture pair of the first of these articles that answers."""
    for url in articles[:2]:
        with suppress(FetchError):
            reply = await usable(fetcher, url)
            read_by = source.with_family(load_families()[source.family])
            return pair_of(page_of(reply, url, read_by), read_by)
    return None


async def _draft(
    fetcher: Fetcher, home: proposal.HomePage, name: str, address: str
) -> tuple[Source, list[str], list[str]]:
    family = home.family
    patterns = load_families()[family].article if family else ()
    own_form = None if proposal.articles(home.links, patterns) else proposal.article_form(home.links)
    articles = proposal.articles(home.links, (own_form,) if own_form else patterns)
    if family is None and articles:
        family = await _family_of_article(fetcher, articles[0])
        own_form = own_form if not family or not proposal.articles(articles, load_families()[family].article) else None
    watched = proposal.sections(home.links)
    feeds = await _answering(fetcher, proposal.feed_addresses(home, family, address, watched))
    today = hanoi_day(utc_now())
    fields: dict[str, Any] = {
        "id": name,
        "name": home.name,
        "home": address,
        "family": family or "other",
        "province": proposal.province_of(proposal.id_of(address), home.name),
        "probed": today,
        "watched_since": today,
        "feeds": [Feed(url=feed, status="verified") for feed in feeds],
        "sections": watched,
    }
    if own_form:
        fields["article"] = (own_form,)
    return Source(**fields), _findings(family, feeds, watched, articles), articles


def _findings(family: str | None, feeds: list[str], watched: tuple[Section, ...], articles: list[str]) -> list[str]:
    """What was found and what a person must fill in."""
    paths = ", ".join(section.path for section in watched)
    return [
        f"họ trang: {family}" if family else "không nhận ra họ trang: thân bài sẽ tìm theo cách chung",
        f"{len(feeds)} nguồn cấp RSS trả lời" if feeds else "không có nguồn cấp RSS nào trả lời",
        f"{len(watched)} chuyên mục: {paths}" if watched else "chưa thấy chuyên mục nào quen: cần điền khóa “sections”",
        f"{len(articles)} liên kết bài trên trang chủ"
        if articles
        else "chưa thấy liên kết bài: cần điền khóa “article”",
    ]


async def _family_of_article(fetcher: Fetcher, url: str) -> str | None:
    try:
        reply = await fetcher.get(url)
    except FetchError:
        return None
    root = parse(decode(reply.body, {}, None).text or "")
    return proposal.family_of(root, ()) if root is not None else None


async def _answering(fetcher: Fetcher, addresses: list[str]) -> list[str]:
    """The addresses at which a feed with entries answers."""
    good = []
    for address in addresses[:FEEDS_TRIED]:
        with suppress(FetchError):
            reply = await fetcher.get(address)
            if reply.status == 200 and parse_feed(reply.body, reply.url).items:
                good.append(address)
    return good
