"""Articles whose text stands only in data: Editor.js, JSON-LD, the data of Next, Nuxt, Angular, Inertia and their like.

Public and plain; a body that its publisher scrambles is no such text. Nothing is run: JSON is read as JSON, and of
JavaScript only its string literals.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crawlers.extraction.clean import clean
from crawlers.extraction.metadata import Script
from crawlers.extraction.rich_text import editor_markup, markup_of
from crawlers.extraction.script_data import (
    LEAST,
    LITERAL,
    arguments_of,
    json_at,
    list_of,
    loose_texts,
    objects_in,
    unquoted,
    values_in,
)
from crawlers.extraction.signs import folded

_OUTPUT = r"""\b{name}\s*=\s*(?:JSON\.parse\(\s*)?(?=['"`{{\[])"""
_TITLES = ("title", "headline", "name", "heading")
_DATES = (
    *("datePublished", "publishedAt", "published_at", "publishDate", "publish_date", "publishedDate", "publicDate"),
    *("published", "publishTime", "publishedTime", "publicTime", "distributionDate"),
)
_DATED = re.compile(rf"""\b(?:{"|".join(_DATES)})"?\s*:\s*("[^"]{{6,40}}"|\d{{10,13}}|[A-Za-z_$]\w{{0,3}})""")


@dataclass(frozen=True, slots=True)
class EmbeddedBody:
    """The paragraphs of an article in a script, and the date of publication beside them, as printed."""

    lines: list[str]
    published: str | None = None


def from_variable(scripts: Sequence[Script], name: str) -> list[str]:
    """The body that stands as plain Editor.js JSON in a script variable."""
    start = re.compile(_OUTPUT.format(name=re.escape(name)))
    for script in scripts:
        if found := start.search(script.text):
            return clean("".join(editor_markup(block) for block in _editor_blocks(script.text[found.end() :])))
    return []


def article_in(scripts: Sequence[Script], title: str | None) -> EmbeddedBody | None:
    """The article that the scripts of a page hold as data, None where they hold none of this title."""
    objects = [one for value in values_in(scripts) for one in objects_in(value)]
    best = max(
        ((_mark(one, title), text, one) for one in objects if (text := _longest(one))),
        key=lambda row: (row[0], len(row[1])),
        default=None,
    )
    if best is not None and best[0] > 0:
        lines = _lines(best[1])
        if sum(map(len, lines)) >= LEAST:
            return EmbeddedBody(lines, _first(best[2], _DATES))
    return _from_loose(objects, scripts)


def _from_loose(objects: Sequence[dict[str, Any]], scripts: Sequence[Script]) -> EmbeddedBody | None:
    """Texts without an object of their own: rows of a stream, elements of React, string literals of JavaScript."""
    texts = [text for text in loose_texts(scripts) if _is_text(text)]
    best = max(texts, key=len, default="")
    lines = _lines(best)
    if sum(map(len, lines)) < LEAST:
        return None
    published = next((date for one in objects if (date := _first(one, _DATES))), None)
    return EmbeddedBody(lines, published or _date_beside(best, scripts))


def _date_beside(text: str, scripts: Sequence[Script]) -> str | None:
    """The date of publication that stands nearest to a text in JavaScript, as a literal or as Nuxt's argument."""
    for script in scripts:
        literals = (one for one in LITERAL.finditer(script.text) if len(one[1]) >= LEAST)
        place = next((one.start() for one in literals if unquoted(one[1]) == text), None)
        if place is None:
            continue
        found = sorted(_DATED.finditer(script.text), key=partial(_distance, place))
        told = arguments_of(script.text) if found else {}
        dates = (str(told.get(one[1], one[1])).strip('"') for one in found[:20])
        return next((date for date in dates if date[:1].isdigit()), None)
    return None


def _distance(place: int, found: re.Match[str]) -> int:
    return abs(found.start() - place)


def _longest(item: dict[str, Any]) -> str:
    """The longest text of an object, its Editor.js or list of blocks as markup."""
    texts = [text for value in item.values() if (text := markup_of(value)) and _is_text(text)]
    return max(texts, key=len, default="")


def _is_text(text: str) -> bool:
    """Whether a string is prose or its markup: long, of words, no address and no code."""
    return len(text) >= LEAST and text.count(" ") > len(text) / 40 and not text.startswith(("http", "{", "function"))


def _mark(item: dict[str, Any], title: str | None) -> int:
    """How surely an object is the page's article: it bears the title, it says its kind, or it has a body."""
    own = folded(html.unescape(_first(item, _TITLES) or ""))
    wanted = folded(title or "")
    if own and wanted:
        return 3 if own == wanted or (min(len(own), len(wanted)) > 20 and (own in wanted or wanted in own)) else 0
    return 2 if "articleBody" in item else 1


def _first(item: dict[str, Any], keys: Sequence[str]) -> str | None:
    return next((str(item[key]) for key in keys if isinstance(item.get(key), str | int) and item[key]), None)


def _lines(text: str) -> list[str]:
    """The paragraphs of a text that may be markup, encoded markup, or plain."""
    if "<" not in text and "&lt;" in text:
        text = html.unescape(text)
    if re.search(r"<(?:p|div|br|h\d|ul|ol|table|section|span|b|strong)\b", text):
        return clean(text)
    return clean("".join(f"<p>{html.escape(html.unescape(line), quote=False)}</p>" for line in text.splitlines()))


def _editor_blocks(text: str) -> list[dict[str, Any]]:
    value = json_at(text)
    if isinstance(value, str):
        value = json_at(value)
    blocks = value.get("blocks") if isinstance(value, dict) else value
    return [block for block in list_of(blocks) if isinstance(block, dict)]
