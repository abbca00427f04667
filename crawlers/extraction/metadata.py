"""What a page says of itself in its head: meta elements and JSON-LD."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crawlers.extraction.signs import folded
from crawlers.markup import Element, attribute, words

_ARTICLE = re.compile(r"(?:News|Report|Blog|Opinion|Analysis)?.*(?:Article|Posting)$")
_PAGE = re.compile(r"(?:Item|About|QA)?(?:Web)?Page$")
_SHORTEST = 4
"""Letters: less is what a template leaves, and tells no article from another."""
_ALIKE = 0.6
"""So much of the words of two headlines is the same where a paper prints one shorter for search engines."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script of the page: what kind it says it is, its id, its text."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """`meta` by property or name (the first of each); `article` the JSON-LD object of this article, or empty."""

    meta: dict[str, str]
    article: dict[str, Any] = field(default_factory=dict)

    def linked(self, *keys: str) -> str | None:
        """A plain text value of the JSON-LD article, its entities decoded."""
        for key in keys:
            value = self.article.get(key)
            if isinstance(value, list):
                value = value[0] if value else None
            if isinstance(value, dict):
                value = value.get("name")
            if isinstance(value, str | int) and str(value).strip():
                return " ".join(_decoded(str(value)).split())
        return None

    @property
    def headline(self) -> str:
        """The headline of the JSON-LD article; "" for none, or one too short to be any."""
        told = self.linked("headline", "name") or ""
        return told if len(told) >= _SHORTEST else ""


def scripts_of(root: Element) -> tuple[Script, ...]:
    """The scripts that stand in the page itself."""
    found = (Script(attribute(s, "type").lower(), attribute(s, "id"), s.text()) for s in root.css("script"))
    return tuple(script for script in found if script.text.strip())


def read_metadata(root: Element, scripts: Sequence[Script]) -> Metadata:
    """Meta elements and the article object of JSON-LD. Blocks that are no JSON are passed over."""
    meta: dict[str, str] = {}
    for element in root.css("meta[content]"):
        item = attribute(element, "itemprop")
        name = (attribute(element, "property") or attribute(element, "name") or item).strip().lower()
        if name and (value := words(element)) and meta.setdefault(name, value) != value and item:
            meta[name] = ""  # cards of other articles carry the same property
    return Metadata(meta, _own_article(root, meta, scripts))


def _own_article(root: Element, meta: dict[str, str], scripts: Sequence[Script]) -> dict[str, Any]:
    """The JSON-LD article of this page, else the object of the page itself where it says when that was published.

    It is this page's where it bears its headline or its address; one that bears neither is another article's.
    """
    found = [one for script in scripts if "ld+json" in script.kind for one in _objects(lenient_json(script.text))]
    articles = [one for one in found if _is_kind(one, _ARTICLE)]
    pages = [one for one in found if _is_kind(one, _PAGE) and "datePublished" in one]
    if not articles and not pages:
        return {}
    headings = [words(h) for h in root.css("h1")[:5]]
    titles = [folded(t) for t in (*headings, meta.get("og:title", ""), *map(words, root.css("title")[:1])) if t]
    own = _own_address(root, meta)
    for group in (articles, pages):
        sure = [one for one in group if any(_is_alike(_named(one), title) for title in titles)]
        sure = sure or [one for one in group if own and own in _addresses(one)]
        silent = [one for one in group if not _named(one) or not titles]
        if sure or len(silent) == 1:
            return (sure or silent)[0]
    return {}


def _is_kind(item: dict[str, Any], kinds: re.Pattern[str]) -> bool:
    kind = item.get("@type")
    return any(isinstance(k, str) and kinds.match(k) for k in (kind if isinstance(kind, list) else [kind]))


def _named(item: dict[str, Any]) -> str:
    """The headline of an object; "" for none, or one too short to be any ("x")."""
    name = folded(_decoded(str(item.get("headline") or item.get("name") or "")))
    return name if len(name) >= _SHORTEST else ""


def _decoded(text: str) -> str:
    """A text without entities; some papers encode them twice ("Chi&amp;#7871;n")."""
    plain = html.unescape(text)
    return html.unescape(plain) if "&#" in plain else plain


def _is_alike(name: str, title: str) -> bool:
    """Whether two headlines are one: the same, one the beginning of the other, or most of their words."""
    if not name or not title:
        return False
    short, long = sorted((name.rstrip("."), title), key=len)
    if long.startswith(short) and (len(short) >= 20 or short == long):
        return True
    ours, theirs = set(name.split()), set(title.split())
    return min(len(ours), len(theirs)) >= 5 and len(ours & theirs) >= _ALIKE * max(len(ours), len(theirs))


def _own_address(root: Element, meta: dict[str, str]) -> str:
    links = [attribute(link, "href") for link in root.css('link[rel="canonical"]')]
    return next((path for url in (*links, meta.get("og:url", "")) if (path := _path(url)).strip("/")), "")


def _addresses(item: dict[str, Any]) -> set[str]:
    """The paths that an object gives as its own address."""
    values = [item.get("url"), item.get("@id"), item.get("mainEntityOfPage")]
    values += [value.get("@id") or value.get("url") for value in values if isinstance(value, dict)]
    return {_path(value) for value in values if isinstance(value, str)}


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


_BEFORE_JSON = re.compile(r"(?:\s|<!--|//|/\*|<!\[CDATA\[|\*/)*")
_BEHIND_JSON = ("-->", "]]>", "//", "/*", "*/", ";")
_BETWEEN = re.compile(r"[\s;]*")
_MOST_VALUES = 20


def lenient_json(text: str) -> object:
    """JSON that may hold raw newlines in its strings (strict=False), a comma too many, signs of a comment around it.

    Of several values one behind the other a list; None where it is none.
    """
    text = text[_BEFORE_JSON.match(text).end() :].rstrip()  # type: ignore[union-attr] # matches nothing, too
    for _ in range(2):
        for sign in _BEHIND_JSON:
            text = text.removesuffix(sign).rstrip()
    values = _values_in(text) or _values_in(re.sub(r",\s*([}\]])", r"\1", text))
    return values[0] if len(values) == 1 else values or None


def _values_in(text: str) -> list[object]:
    decoder, at = json.JSONDecoder(strict=False), 0
    values: list[object] = []
    while at < len(text) and len(values) < _MOST_VALUES:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        values.append(value)
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr] # as above
    return values


def _objects(value: object, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 8:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _objects(value.get(key), depth + 1)
