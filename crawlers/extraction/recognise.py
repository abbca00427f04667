"""Whose page is this? By its address, by the address it gives itself, by the marks of a family."""

from __future__ import annotations

import re
from functools import lru_cache

from crawlers.catalogue import Catalogue, load_families
from crawlers.markup import Element
from crawlers.source import Source

_SELF = re.compile(
    rb"""<(?:link|meta)\b[^>]{0,200}?(?:rel=["']?canonical|property=["']og:url|name=["']canonical)[^>]{0,600}>""",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rb"""(?:href|content)\s*=\s*["'](https?://[^"'\s]{4,600})["']""", re.IGNORECASE)


def recognise_source(body: bytes, url: str, catalogue: Catalogue) -> tuple[Source | None, str]:
    """(the paper, the address) of a page kept in a file: `url` where one is given, else what the page says.

    Only the head is looked at; an address of no known paper gives (None, address).
    """
    if url:
        return catalogue.of_url(url), url
    for mark in _SELF.finditer(body[:60_000]):
        address = _ADDRESS.search(mark.group())
        if address:
            own = address.group(1).decode("utf-8", "replace")
            source = catalogue.of_url(own)
            if source is not None:
                return source, own
    return None, ""


def recognise_family(root: Element) -> Source | None:
    """A stand-in source with the rules of the family whose marks the page shows, or None."""
    for name, family in load_families().items():
        if any(root.css_first(selector) for selector in family.recognise):
            return _stand_in(name)
    return None


@lru_cache(maxsize=32)
def _stand_in(family: str) -> Source:
    source = Source.model_validate({"id": family, "name": "?", "domain": "family.invalid", "family": family})
    return source.with_family(load_families()[family])
