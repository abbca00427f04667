"""What a page says of itself in its head: meta elements and JSON-LD."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from crawlers.extraction.tree import Element

_ARTICLE = re.compile(r"(?:News|Report|Blog|Opinion|Analysis)?.*(?:Article|Posting)$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """`meta` by property or name (the first of each); `article` the JSON-LD object of an article, or empty."""

    meta: dict[str, str]
    article: dict[str, Any] = field(default_factory=dict)

    def linked(self, *keys: str) -> str | None:
        """A plain text value of the JSON-LD article, its entities decoded once."""
        for key in keys:
            value = self.article.get(key)
            if isinstance(value, list):
                value = value[0] if value else None
            if isinstance(value, dict):
                value = value.get("name")
            if isinstance(value, str) and value.strip():
                return " ".join(html.unescape(value).split())
        return None


def read_metadata(root: Element) -> Metadata:
    """Meta elements and the article object of JSON-LD. Blocks that are no JSON are passed over."""
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        if name and element.get("content"):
            value = " ".join(element.get("content").split())
            if meta.setdefault(name.strip().lower(), value) != value and element.get("itemprop"):
                meta[name.strip().lower()] = ""  # cards of other articles carry the same property
    return Metadata(meta, _own_article(root, meta))


def _own_article(root: Element, meta: dict[str, str]) -> dict[str, Any]:
    """The JSON-LD article of this page: the only one, or the one that bears the page's title."""
    found = []
    for element in root.iter("script"):
        if "ld+json" in (element.get("type") or ""):
            found += [item for item in _objects(_lenient(element.text or "")) if _is_article(item)]
    if len(found) > 1:
        title = meta.get("og:title", "")
        named = [(html.unescape(str(item.get("headline") or item.get("name"))), item) for item in found]
        return next((item for name, item in named if name == title), {})
    return found[0] if found else {}


def _is_article(item: dict[str, Any]) -> bool:
    kind = item.get("@type")
    return any(isinstance(k, str) and _ARTICLE.match(k) for k in (kind if isinstance(kind, list) else [kind]))


def _lenient(text: str) -> object:
    """JSON that may hold raw newlines in its strings (strict=False) or a comma too many."""
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


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
