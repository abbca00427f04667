"""`danvan sources check --all`: asks a known paper what of its catalogue entry holds, and finds out what holds instead.

A look takes robots.txt, the home page, its feeds, a section and two articles. Where a guess of the catalogue fails,
the page's own `link rel=alternate`, the family's and other families' patterns, and the sections of its menu are tried.
Everything fetched is kept, so that whoever maintains the catalogue can see what was seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawlers import discovery, proposal
from crawlers.careful import extract_carefully as extract
from crawlers.catalogue import load_families
from crawlers.entries import Entry, EntryKind, problem_words
from crawlers.extraction.encoding import decode
from crawlers.findings import ANSWERS, ENOUGH, UNREACHED, ArticleSeen, Finding, Survey
from crawlers.fixtures import expected
from crawlers.hardened_xml import FeedProblem
from crawlers.keys import is_article_url
from crawlers.marked_yaml import written
from crawlers.options import CrawlOptions
from crawlers.polite import Fetcher, run
from crawlers.probe import page_of, trouble_of_answer
from crawlers.proposal import HomePage
from crawlers.source import Section, Source
from crawlers.values import Extract, Fault, Find, Page, PageStatus, SiteReply
from foundation.clock import hanoi_day, utc_now
from foundation.errors import DanvanError, FetchError

FEEDS_ASKED = 5
FEEDS_TRIED = 8
SECTIONS_ASKED = 3
ARTICLES_READ = ENOUGH
ARTICLES_TRIED = 4
_PAGES = {*PageStatus} - {PageStatus.SOFT_404}
LEAST_TEXT = 200
_THE_SAME = ("listing", "exclude")
"""Patterns that all papers share, of which whoever reads a bundle has a copy."""
_REFUSED = {"200", "202", "401", "403", "405", "407", "428", "429", "451"}
SECONDS = 240.0
"""For one paper altogether."""


def survey(source: Source, options: CrawlOptions) -> Survey:
    """Look at a paper under all the rules of a crawl. Never raises for what the paper did."""
    try:
        return run(partial(_survey, source=source, options=options), source, source.home, options)
    except DanvanError as error:
        return Survey(Finding(source.id, _today(), reached=str(error)), {})


async def _survey(fetcher: Fetcher, source: Source, options: CrawlOptions) -> Survey:
    look = _Look(fetcher, source, options)
    try:
        async with asyncio.timeout(SECONDS):
            await look.all()
    except TimeoutError:
        look.finding.reached += f"; quá {SECONDS:.0f} giây, bỏ dở"
    told = source.model_dump(mode="json", exclude_defaults=True, exclude={*_THE_SAME})
    look.files["source.yaml"] = written(told).encode()
    return Survey(look.finding, look.files)


def _today() -> str:
    return f"{hanoi_day(utc_now())}"


class _Look:
    """One look, step by step. `source` is the paper as it is believed to be by now."""

    def __init__(self, fetcher: Fetcher, source: Source, options: CrawlOptions) -> None:
        self.source, self.finding, self.files = source, Finding(source.id, _today()), dict[str, bytes]()
        self._fetcher, self._options = fetcher, options
        self._silent: list[str] = []
        self._listed: list[str] = []

    async def all(self) -> None:
        """Everything, as far as the paper lets us."""
        if not await self._robots():
            return
        home = await self._home()
        if home is None:
            return
        self._learn_addresses(home)
        finds = await self._feeds(home)
        in_sections = await self._sections(home)
        if in_sections and self._silent and "feeds" not in self.finding.changes:
            self._correct_feeds([], self._silent, [])
        finds += in_sections
        finds += [Find(link, link, "") for link in home.links if is_article_url(link, self.source)]
        await self._articles(finds)
        if self.finding.verdict in {"good", "corrected"}:
            self.finding.changes["probed"] = self.finding.day

    async def _get(self, url: str, name: str) -> SiteReply | str:
        """The answer, or why there is none that can be used."""
        self.finding.asked[name] = url
        try:
            reply = await self._fetcher.get(url)
        except FetchError as error:
            self.finding.answers[name] = error.reason
            return error.reason
        kind = reply.headers.get("content-type", "")
        moved = f" → {reply.url}" if reply.url != url else ""
        self.files[name], self.finding.answers[name] = reply.body, f"{reply.status} {kind}{moved}"
        return trouble_of_answer(reply) or reply

    async def _robots(self) -> bool:
        verdict = await self._fetcher.robots(self.source.home)
        if verdict.said:
            self.files["robots.txt"] = verdict.said
        if verdict.refusal:
            self.finding.reached = verdict.refusal.failure.reason
            if verdict.cause is Fault.DNS:  # a server that does not answer now may do so tomorrow
                self.finding.switch_off = f"{UNREACHED} ngày {self.finding.day}: {verdict.refusal.failure.reason}"
            return False
        shut = verdict.rules and not verdict.rules.can_fetch(self.source.home, "danvan-monitor")
        self.finding.reached = "robots.txt cấm thu" if shut else ANSWERS
        if shut:
            self.finding.switch_off = f"robots.txt không cho chương trình thu thập (xem ngày {self.finding.day})"
        return not shut

    async def _home(self) -> HomePage | None:
        answer = await self._get(self.source.home, "home.html")
        if isinstance(answer, str):
            self.finding.reached = answer
            self.finding.barred = self.finding.answers["home.html"][:3] in _REFUSED
            return None
        return proposal.read_home(decode(answer.body, {}, self.source.encoding).text or "", answer.url)

    def _change(self, **changes: Any) -> None:
        self.finding.changes |= changes

    def _learn_addresses(self, home: HomePage) -> None:
        """Where no link of the home page looks like an article of the paper: the form that they have now."""
        if any(is_article_url(link, self.source) for link in home.links):
            return
        families = load_families()
        if home.family and proposal.articles(home.links, families[home.family].article):
            self.source = self.source.of_family(families[home.family])
            self._change(family=home.family)
            if any(is_article_url(link, self.source) for link in home.links):
                return
        form = proposal.article_form(home.links)
        if form:
            self.source = self.source.model_copy(update={"article": (form,)})
            self._change(article=[form])

    # Feeds

    async def _feeds(self, home: HomePage) -> list[Find]:
        said = sorted((f for f in self.source.feeds if f.status != "dead"), key=lambda feed: feed.guessed)
        asked = {self.source.url(feed.url): feed for feed in said[:FEEDS_ASKED]}
        answers = {url: await self._feed(url) for url in asked}
        good = {url: finds for url, finds in answers.items() if isinstance(finds, list)}
        silent = self._silent = [url for url, feed in asked.items() if url not in good and not feed.guessed]
        found: dict[str, list[Find]] = {}
        if silent or not good:
            waiting = [url for url in self._other_feeds(home) if url not in asked]
            for _ in range(FEEDS_TRIED):
                if not waiting:
                    break
                answer = await self._feed(url := waiting.pop(0))
                if isinstance(answer, list):
                    found[url] = answer
                waiting = [u for u in self._listed if u not in {*asked, *found, *waiting, url}][:FEEDS_ASKED] + waiting
                self._listed = []
        if good or found:
            self._correct_feeds(list(good), silent, list(found))
        words = f"{len(good)}/{len(asked)} trả lời" if asked else "danh mục không ghi"
        reason = str(answers[silent[0]]) if silent else ""
        words += f"; {reason if _path(silent[0]) in reason else f'{_path(silent[0])}: {reason}'}" if silent else ""
        self.finding.feeds = words + (f"; tìm được {', '.join(map(_path, found))}" if found else "")
        return [find for finds in (*good.values(), *found.values()) for find in finds[:ARTICLES_TRIED]]

    def _correct_feeds(self, good: list[str], silent: list[str], found: list[str]) -> None:
        if found or silent:
            rest = [f.model_dump() for f in self.source.feeds if self.source.url(f.url) not in {*good, *silent, *found}]
            verified = [{"url": url, "status": "verified"} for url in (*good, *found)]
            dead = [{"url": url, "status": "dead"} for url in silent]
            self._change(feeds=[*verified, *dead, *(feed for feed in rest if feed["status"] != "guess")])

    def _other_feeds(self, home: HomePage) -> list[str]:
        """The feeds that the page names itself, then addresses by the family's habit, then by those of the others."""
        sections = self.source.sections or proposal.sections(home.links)
        own = proposal.feed_addresses(home, self.source.family, self.source.home, sections[:2])
        first = sections[0].path.strip("/") if sections else ""
        templates = {f.feed_template for f in load_families().values() if f.feed_template}
        others = [urljoin(self.source.home, t.replace("{section}", first)) for t in sorted(templates) if "{n" not in t]
        return list(dict.fromkeys([*home.feeds, *own, *others]))

    async def _feed(self, url: str) -> list[Find] | str:
        answer = await self._get(url, f"feed-{sum(name.startswith('feed-') for name in self.files) + 1}.xml")
        if isinstance(answer, str):
            return answer
        found = discovery.in_feed(answer.body, answer.url, self.source, self._options)
        if found.problem is FeedProblem.HTML:  # a page that lists the paper's feeds
            self._listed = list(proposal.read_home(decode(answer.body, {}, self.source.encoding).text or "", url).feeds)
        if found.problem:
            return problem_words(Entry(EntryKind.FEED, url), found.problem)
        return list(found.finds) if found.finds or found.children else "không có bài nào"

    # Sections

    async def _sections(self, home: HomePage) -> list[Find]:
        said = [section for section in self.source.sections if "<" not in section.path]
        failed: list[Section] = []
        for section in said[:SECTIONS_ASKED]:
            finds = await self._section(section)
            if finds:
                self.finding.sections = f"{section.path}: {len(finds)} bài"
                self._correct_sections(home, [s for s in said if s not in failed], failed)
                return finds[:ARTICLES_TRIED]
            failed.append(section)
        for section in [s for s in proposal.sections(home.links) if s.path not in {f.path for f in failed}][:3]:
            finds = await self._section(section)
            if finds:
                self.finding.sections = f"{_named(failed)}; tìm được {section.path}: {len(finds)} bài"
                self._correct_sections(home, [], failed or [section])
                return finds[:ARTICLES_TRIED]
        self.finding.sections = f"{_named(failed)}; chưa tìm được chuyên mục khác"
        return []

    def _correct_sections(self, home: HomePage, kept: list[Section], failed: list[Section]) -> None:
        if failed:
            menu = [s for s in proposal.sections(home.links) if s.path not in {f.path for f in (*failed, *kept)}]
            here = [s for s in failed if not kept and self.source.url(s.path) in home.links]
            self._change(sections=[section.form() for section in (*kept, *here, *menu)])

    async def _section(self, section: Section) -> list[Find]:
        answer = await self._get(self.source.url(section.path), f"section{section.path.replace('/', '-')}.html")
        if isinstance(answer, str):
            return []
        return list(discovery.in_listing(answer.body, answer.url, self.source, self._options).finds)

    # Articles

    async def _articles(self, finds: Iterable[Find]) -> None:
        for number, url in enumerate(list(dict.fromkeys(find.url for find in finds))[:ARTICLES_TRIED], start=1):
            if sum(article.status in _PAGES for article in self.finding.articles) >= ARTICLES_READ:
                break
            answer = await self._get(url, f"article-{number}.html")
            if isinstance(answer, str):
                self.finding.articles.append(ArticleSeen(url, answer, None, None, None, 0, (), self.source.family))
                continue
            page = page_of(answer, url, self.source)
            read, family = self._read(page)
            self.files[f"article-{number}.yaml"] = written(expected(read)).encode()
            self.finding.articles.append(_seen(url, read, family))
        families = {article.family for article in self.finding.articles if article.good}
        if len(families) == 1 and families != {self.source.family}:
            self._change(family=families.pop())

    def _read(self, page: Page) -> tuple[Extract, str]:
        """The page by the rules of its own family; by another's where they give more and the own ones fall short."""
        own = extract(page, self.source)
        if _seen(page.url, own, "").good and len(own.text) >= LEAST_TEXT:
            return own, self.source.family
        tries = {name: extract(page, self.source.of_family(family)) for name, family in load_families().items()}
        name = max(tries, key=lambda name: (_worth(tries[name]), name == self.source.family, name == "other"))
        return (tries[name], name) if _worth(tries[name]) > _worth(own) else (own, self.source.family)


def _worth(read: Extract) -> tuple[int, int, int, int]:
    article = read.status in {PageStatus.ARTICLE, PageStatus.PROTECTED}
    clean = not any(flag.startswith(("body_", "no_")) for flag in read.flags)
    return (int(article), bool(read.title) + bool(read.published_at) + clean, bool(read.lead), min(len(read.text), 400))


def _seen(url: str, read: Extract, family: str) -> ArticleSeen:
    day = f"{hanoi_day(read.published_at)}" if read.published_at else None
    return ArticleSeen(url, read.status.value, read.title, day, read.date_from, len(read.text), read.flags, family)


def _named(failed: list[Section]) -> str:
    return f"{', '.join(section.path for section in failed)}: không có bài" if failed else "danh mục không ghi"


def _path(url: str) -> str:
    return urlsplit(url).path
