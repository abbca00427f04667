"""From a paper's home page to a draft of its catalogue file. Pure: markup in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from analysis.data_files import read_yaml
from analysis.places import provinces
from crawlers.catalogue import bare_host, load_families
from crawlers.extraction.recognise import recognise_family
from crawlers.markup import Element, attribute, parse, words
from crawlers.source import Family, Section

LEAST_ARTICLES = 5
"""So many links of one form make it the form of the paper's articles."""
MOST_SECTIONS = 12


@cache
def _data() -> Any:
    return read_yaml(Path(__file__).with_name("probe.yaml"))


@dataclass(frozen=True, slots=True)
class HomePage:
    """What a paper's home page shows: its name, links on its own site with their words, feeds it names."""

    name: str
    links: dict[str, str]
    feeds: tuple[str, ...]
    family: str | None


def read_home(text: str, url: str) -> HomePage:
    """What the home page at `url` shows."""
    root = parse(text)
    if root is None:
        return HomePage(bare_host(urlsplit(url).netloc), {}, (), None)
    links = _links(root, url)
    linked = [urljoin(url, attribute(e, "href")) for e in root.css('link[type="application/rss+xml"]')]
    feeds = [*linked, *(link for link in links if re.search(r"/rss(?:[/.]|$)|\.rss$", urlsplit(link).path))]
    return HomePage(_name(root, url), links, tuple(dict.fromkeys(feeds)), family_of(root, links))


def _name(root: Element, url: str) -> str:
    for selector in ('meta[property="og:site_name"]', "title"):
        for element in root.css(selector):
            name = re.split(r"\s+[|–-]\s+", words(element))[0]
            if 3 <= len(name) <= 80:
                return name
    return bare_host(urlsplit(url).netloc)


def _links(root: Element, url: str) -> dict[str, str]:
    host = bare_host(urlsplit(url).netloc)
    links: dict[str, str] = {}
    for anchor in root.css("a[href]"):
        try:
            link = urljoin(url, attribute(anchor, "href").strip()).partition("#")[0]
        except ValueError:
            continue
        if bare_host(urlsplit(link).netloc) == host:
            links[link] = max(links.get(link, ""), words(anchor), key=len)
    return links


def family_of(root: Element, links: Iterable[str]) -> str | None:
    """The family whose marks the page carries, else the one whose form of address most links have."""
    recognised = recognise_family(root)
    if recognised is not None:
        return recognised.family
    counts = {name: _matches(family.article, links) for name, family in _distinct_families().items()}
    name = max(counts, key=lambda key: counts[key])
    return name if counts[name] >= LEAST_ARTICLES else None


def _distinct_families() -> dict[str, Family]:
    """Families whose addresses are like no other's: "-123.html" alone says nothing."""
    return {name: family for name, family in load_families().items() if name in {"version1", "zce", "vnpt", "vccorp"}}


def _matches(patterns: Iterable[str], links: Iterable[str]) -> int:
    paths = [urlsplit(link).path for link in links]
    return sum(any(re.search(pattern, path) for pattern in patterns) for path in paths)


def article_form(links: Iterable[str]) -> str | None:
    """The form of address that most of the links have, of the forms known from other papers."""
    links = list(links)
    forms = [str(form) for form in _data()["article_forms"]]
    counts = {form: _matches((form,), links) for form in forms}
    best = max(forms, key=lambda form: counts[form])  # the first, more exact form wins a tie
    return best if counts[best] >= LEAST_ARTICLES else None


def articles(links: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """The links that have the form of an article."""
    patterns = list(patterns)
    return [link for link in links if any(re.search(pattern, urlsplit(link).path) for pattern in patterns)]


def sections(links: dict[str, str]) -> tuple[Section, ...]:
    """The sections worth watching, most wanted first, with the words the menu has for them."""
    wanted = {slug: rank for rank, slug in enumerate(_data()["sections"])}
    found: dict[str, tuple[int, str, str]] = {}
    for link, label in links.items():
        parts = urlsplit(link)
        path = parts.path.rstrip("/")
        slug = re.sub(r"\.html?$", "", path.rpartition("/")[2]).lower()
        if slug in wanted and not parts.query and path.count("/") <= 2:
            found.setdefault(path, (wanted[slug], parts.path, label[:60]))  # WordPress wants the slash at its end
    ranked = sorted(found.values(), key=itemgetter(0))[:MOST_SECTIONS]
    return tuple(Section(path=path, label=label) for _, path, label in ranked)


def feed_addresses(home: HomePage, family_name: str | None, url: str, watched: Iterable[Section]) -> list[str]:
    """Addresses at which a feed may answer, the likeliest first: by the family's habit, linked, then guesses."""
    family = load_families().get(family_name or "")
    template = family.feed_template if family else None
    made = []
    if template and "{number}" not in template:
        made = [urljoin(url, template.replace("{section}", s.path.strip("/"))) for s in watched]
    guesses = [urljoin(url, path) for path in _data()["feed_guesses"]]
    index = [urljoin(url, family.feed_index)] if family and family.feed_index else []
    return list(dict.fromkeys([*made, *home.feeds, *index, *guesses]))


def id_of(url: str) -> str:
    """A source's id from its address: baothanhhoa.vn → baothanhhoa."""
    host = bare_host(urlsplit(url).netloc).partition(":")[0]
    label = host if re.fullmatch(r"[\d.]+", host) else re.sub(r"\.(?:com|org|gov|net)?\.?vn$|\.\w+$", "", host)
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-") or "bao"


def province_of(source_id: str, name: str) -> str | None:
    """The two-digit code of the province that the paper's name or address holds."""
    for province in provinces():
        if province.name.casefold() in name.casefold() or province.slug.replace("-", "") in source_id:
            return province.code
    return None
