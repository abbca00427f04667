"""Lists of articles that are no XML: JSON Feed, what WordPress and others answer in JSON, one address a line. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from analysis.text import without_surrogates
from crawlers.hardened_xml import decode_xml
from crawlers.lists import ADDRESS, SUMMARY_LIMIT, Entry, ParsedFeed, Skip, both_ends, entry_of, listed, plain_text


def parse_plain(body: bytes, url: str, charset: str | None) -> ParsedFeed | None:
    """The entries of a JSON Feed or of a text with one address a line; None for anything else."""
    told = _told(body, charset)
    return None if told is None else listed(told, partial(_told_item, url=url))


def _told(body: bytes, charset: str | None) -> Sequence[_Told] | None:
    head = _REMARKS.sub(b"", body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n"))
    if head.startswith((b"{", b"[")):
        return _json_items(body, charset)
    if ADDRESS.match(head.decode("latin-1").replace("\0", "").lstrip("ÿþ")):
        lines = [line.partition("\t")[0].strip() for line in decode_xml(body, charset).splitlines()]
        return both_ends([line for line in lines if line and not line.startswith("#")])
    return None


_REMARKS = re.compile(rb"\A(?:#[^\r\n]*[\r\n]\s*)+")
_Told = str | Mapping[str, Any]
"""A line, or an item of JSON."""


def _json_items(body: bytes, charset: str | None) -> Sequence[_Told] | None:
    try:
        told = json.loads(decode_xml(body, charset))
        if b"\\ud" in body.lower():  # half a character, cut from its other half, would cost the whole feed
            told = json.loads(without_surrogates(json.dumps(told, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return next(_lists_in(told), None)


def _lists_in(told: object, depth: int = 2) -> Iterator[Sequence[_Told]]:
    """The lists of items in an answer: a bare one (WordPress), JSON Feed's, one under a name of the CMS's own."""
    if isinstance(told, list):
        yield [item for item in told if isinstance(item, dict)]
    elif isinstance(told, dict) and depth:
        for name in sorted(told, key=lambda name: (name != "items", not isinstance(told[name], list))):
            if name == "items" or isinstance(told[name], dict) or _holds_items(told[name]):
                yield from _lists_in(told[name], depth - 1)


def _holds_items(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _told_item(item: _Told, url: str) -> Entry:
    """A line of a text sitemap, or an item by jsonfeed.org, versions 1 and 1.1, or as WordPress lists its posts."""
    if isinstance(item, str):
        return entry_of(url, [item]) if ADDRESS.match(item.strip("\ufeff \t")) else Skip.BROKEN_LINK
    item = {key: one["rendered"] if isinstance(one, dict) and "rendered" in one else one for key, one in item.items()}

    def said(*names: str) -> str | None:
        return next((plain_text(str(item[name])) for name in names if isinstance(item.get(name), str | int)), None)

    own = str(item.get("id") or "")
    return entry_of(
        url,
        [
            *(link for key in ("url", "link") if isinstance(link := item.get(key), str)),
            own if ADDRESS.match(own) else "",
        ],
        title=said("title"),
        published=said("date_published", "date"),
        touched=said("date_modified", "modified"),
        summary=(said("summary", "excerpt", "content_text", "content_html") or "")[:SUMMARY_LIMIT] or None,
    )
