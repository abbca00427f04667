"""Looks at a site politely and by hand: `danvan read URL`, `danvan sources check`, `danvan sources add`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers import discovery, proposal
from crawlers.blocking import blocked_because
from crawlers.careful import extract_carefully as extract
from crawlers.catalogue import Catalogue, Feed, Section, Source, load_families, minimal_yaml
from crawlers.entries import Entry, EntryKind, entries_of, problem_words
from crawlers.extraction.encoding import decode
from crawlers.feeds import parse_feed
from crawlers.fixtures import Pair, pair_of
from crawlers.keys import canonical_key
from crawlers.markup import parse
from crawlers.options import CrawlOptions, utc_now
from crawlers.polite import Fetcher, run
from crawlers.values import Find, Page, PageStatus
from foundation.errors import FetchError, UsageError
from foundation.settings import HANOI
from foundation.validation import is_web_address

FEEDS_TRIED = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a probe: what was looked at, whether it is as it should be, and a sentence."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What a probe of one source found."""

    source_id: str
    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing needs a person."""
        return all(step.ok for step in self.steps)

    def form(self) -> dict[str, Any]:
        """The report as JSON."""
        steps = [{"name": step.name, "ok": step.ok, "sentence": step.sentence} for step in self.steps]
        return {"source": self.source_id, "ok": self.ok, "steps": steps}


@dataclass(frozen=True, slots=True)
class DraftSource:
    """A draft of a catalogue file, with what was found on the way, in Vietnamese sentences."""

    id: str
    yaml: str
    findings: tuple[str, ...]
    pair: Pair | None = None


def fetch_page(url: str, source: Source | None, options: CrawlOptions) -> Page:
    """One page, fetched once under all the rules. Raises FetchError, UsageError for what is no web address."""
    if not is_web_address(url):
        raise UsageError(f"“{url}” không phải địa chỉ web (http:// hoặc https://).")
    return run(partial(_fetch_page, url=url, source=source), source, url, options)


def check_source(source: Source, options: CrawlOptions) -> ProbeReport:
    """Probe a source of the catalogue: robots.txt, one feed, one section, one article."""
    steps = run(partial(_check, source=source, options=options), source, source.home, options)
    return ProbeReport(source.id, tuple(steps))


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
    return run(partial(_propose, url=address, name=name, options=options), None, address, options)


async def _fetch_page(fetcher: Fetcher, url: str, source: Source | None) -> Page:
    return page_of(await fetcher.get(url), url, source)


def page_of(response: Response, url: str, source: Source | None) -> Page:
    """An answer to `url` as a page."""
    headers = {str(name).lower(): str(value) for name, value in response.headers.to_unicode_dict().items()}
    key = canonical_key(response.url, source) if source else response.url
    source_id = source.id if source else ""
    return Page(source_id, key, url, response.url, response.status, headers, response.body, utc_now())


# check


async def _check(fetcher: Fetcher, source: Source, options: CrawlOptions) -> list[Step]:
    steps = [await _check_robots(fetcher, source)]
    if not steps[0].ok:
        return steps
    entries = entries_of(source, options)
    feeds = sorted((e for e in entries if e.kind is EntryKind.FEED), key=lambda entry: entry.guessed)
    listings = [entry for entry in entries if entry.kind is EntryKind.LISTING]
    finds: list[Find] = []
    for name, kind in (("RSS", feeds), ("Chuyên mục", listings)):
        step, found = await _check_entry(fetcher, name, kind[0], source, options) if kind else (_none(name), [])
        steps.append(step)
        finds += found
    return [*steps, await _check_article(fetcher, finds, source)]


async def _check_robots(fetcher: Fetcher, source: Source) -> Step:
    verdict = await fetcher.robots(source.home)
    if verdict.refusal:
        return Step("robots.txt", ok=False, sentence=verdict.refusal.reason)
    sample = [source.home, *(entry.url for entry in entries_of(source, CrawlOptions())[:20])]
    shut = [url for url in sample if verdict.rules and not verdict.rules.can_fetch(url, "danvan-monitor")]
    if shut:
        words = "cấm thu toàn bộ trang" if len(shut) == len(sample) else f"cấm {urlsplit(shut[0]).path}"
        return Step("robots.txt", ok=False, sentence=words)
    return Step("robots.txt", ok=True, sentence="cho phép" if verdict.rules else "không có tệp này: được phép")


def _none(name: str) -> Step:
    return Step(name, ok=name == "RSS", sentence="danh mục không ghi" + (" (không bắt buộc)" if name == "RSS" else ""))


async def _check_entry(
    fetcher: Fetcher, name: str, entry: Entry, source: Source, options: CrawlOptions
) -> tuple[Step, list[Find]]:
    path = urlsplit(entry.url).path
    try:
        response = await fetcher.get(entry.url)
    except FetchError as error:
        return Step(name, ok=False, sentence=f"{path}: {error.reason}"), []
    trouble = trouble_of_answer(response)
    if trouble:
        return Step(name, ok=False, sentence=f"{path}: {trouble}"), []
    read = discovery.in_feed if entry.kind is EntryKind.FEED else discovery.in_listing
    found = read(response.body, response.url, source, options)
    if found.problem:
        return Step(name, ok=False, sentence=problem_words(entry, found.problem)), []
    words = f"{len(found.finds)} bài" if found.finds else f"trang liệt kê {len(found.children)} nguồn cấp"
    return Step(name, ok=True, sentence=f"{path}: {words}"), list(found.finds)


def trouble_of_answer(response: Response) -> str | None:
    """Why an answer cannot be used, as a Vietnamese sentence, or None."""
    headers = {str(name).lower(): str(value) for name, value in response.headers.to_unicode_dict().items()}
    blocked = blocked_because(response.status, headers, response.body)
    return blocked or (f"máy chủ trả lời lỗi {response.status}" if response.status >= 400 else None)


async def _check_article(fetcher: Fetcher, finds: Iterable[Find], source: Source) -> Step:
    find = next(iter(finds), None)
    if find is None:
        return Step("Bài", ok=False, sentence="chưa tìm thấy bài nào để thử")
    try:
        response = await fetcher.get(find.url)
    except FetchError as error:
        return Step("Bài", ok=False, sentence=f"{find.url}: {error.reason}")
    found = extract(page_of(response, find.url, source), source)
    good = found.status in {PageStatus.ARTICLE, PageStatus.PROTECTED} and bool(found.title) and bool(found.published_at)
    return Step("Bài", ok=good, sentence=_article_words(found.status, found.title, found.published_at, len(found.text)))


_STATUS_WORDS = {
    PageStatus.ARTICLE: "đọc được",
    PageStatus.PROTECTED: "báo che thân bài, chỉ giữ tiêu đề và sapo",
    PageStatus.LISTING: "bị coi là trang chuyên mục",
    PageStatus.BLOCKED: "trang chặn chương trình",
    PageStatus.SOFT_404: "trang báo không tồn tại",
    PageStatus.MEDIA: "bài ảnh hoặc video",
    PageStatus.EMPTY: "không tìm thấy thân bài",
    PageStatus.NOT_HTML: "không phải trang web",
    PageStatus.NEEDS_BROWSER: "chỉ trình duyệt mới đọc được",
}


def _article_words(status: PageStatus, title: str | None, published: Any, length: int) -> str:
    day = f"ngày {published.astimezone(HANOI):%d/%m/%Y}" if published else "không rõ ngày đăng"
    return f"{_STATUS_WORDS[status]}: “{title or 'không có tiêu đề'}”, {day}, {length} ký tự"


# add


async def _propose(fetcher: Fetcher, url: str, name: str, options: CrawlOptions) -> DraftSource:
    response = await fetcher.get(url)
    trouble = trouble_of_answer(response)
    if trouble:
        raise FetchError(url, trouble)
    address = f"{urlsplit(response.url).scheme}://{urlsplit(response.url).netloc}/"
    text = decode(response.body, {}, None).text or ""
    home = proposal.read_home(text, response.url)
    source, findings, articles = await _draft(fetcher, home, name, address, options)
    pair = await _pair(fetcher, articles, source)
    return DraftSource(source.id, minimal_yaml(source), tuple(findings), pair)


async def _pair(fetcher: Fetcher, articles: list[str], source: Source) -> Pair | None:
    """The fixture pair of the first of these articles that answers."""
    for url in articles[:2]:
        with suppress(FetchError):
            response = await fetcher.get(url)
            if not trouble_of_answer(response):
                read_by = source.with_family(load_families()[source.family])
                return pair_of(page_of(response, url, read_by), read_by)
    return None


async def _draft(
    fetcher: Fetcher, home: proposal.HomePage, name: str, address: str, options: CrawlOptions
) -> tuple[Source, list[str], list[str]]:
    family = home.family
    patterns = load_families()[family].article if family else ()
    own_form = None if proposal.articles(home.links, patterns) else proposal.article_form(home.links)
    articles = proposal.articles(home.links, (own_form,) if own_form else patterns)
    if family is None and articles:
        family = await _family_of_article(fetcher, articles[0])
        own_form = own_form if not family or not proposal.articles(articles, load_families()[family].article) else None
    watched = proposal.sections(home.links)
    feeds = await _answering(fetcher, proposal.feed_addresses(home, family, address, watched), options)
    today = utc_now().astimezone(HANOI).date()
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
        response = await fetcher.get(url)
    except FetchError:
        return None
    root = parse(decode(response.body, {}, None).text or "")
    return proposal.family_of(root, ()) if root is not None else None


async def _answering(fetcher: Fetcher, addresses: list[str], options: CrawlOptions) -> list[str]:
    """The addresses at which a feed with entries answers."""
    good = []
    for address in addresses[:FEEDS_TRIED]:
        try:
            response = await fetcher.get(address)
        except FetchError:
            continue
        if response.status == 200 and parse_feed(response.body, response.url, cap=options.item_cap).items:
            good.append(address)
    return good
