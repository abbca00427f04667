"""The Atom feed of a search (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from xml.etree.ElementTree import Element, SubElement, tostring

from foundation.settings import HANOI
from models import names as labels
from models.desk.dossiers import Dossier
from models.search.results import Hit, Results

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def atom_bytes(results: Results, *, title: str, base: str, query: str, now: dt.datetime) -> bytes:
    """The feed of a result. `base` is the address of the pages without a slash at the end, `query` the search's own."""
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "vi"})
    _text(feed, "title", title)
    name = hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:32]
    _text(feed, "id", f"urn:danvan-monitor:search:{name}")
    newest = max((hit.first_seen_at for hit in results.hits), default=now)
    _text(feed, "updated", newest.astimezone(HANOI).isoformat())
    SubElement(feed, "link", {"rel": "self", "href": f"{base}/feed.atom?{query}"})
    SubElement(feed, "link", {"rel": "alternate", "href": f"{base}/search?{query}"})
    for hit in results.hits:
        _entry(feed, hit, base)
    content: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + content


def dossier_atom(view: Dossier, *, base: str) -> bytes:
    """The feed of a dossier: what was put into it, each once."""
    address = f"{base}/dossiers/{view.line.id}"
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "vi"})
    _text(feed, "title", f"Hồ sơ: {view.line.title}")
    _text(feed, "id", f"urn:danvan-monitor:dossier:{view.line.id}")
    _text(feed, "updated", view.line.changed_at.astimezone(HANOI).isoformat())
    SubElement(feed, "link", {"rel": "self", "href": f"{address}/feed.atom"})
    SubElement(feed, "link", {"rel": "alternate", "href": address})
    for item in view.items:
        entry = SubElement(feed, "entry")
        _text(entry, "title", item.title)
        _text(entry, "id", f"urn:danvan-monitor:{item.target}:{item.target_id}")
        _text(entry, "updated", item.at.astimezone(HANOI).isoformat())
        _text(SubElement(entry, "author"), "name", item.source or "Dân vận Monitor")
        SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/{item.target}s/{item.target_id}"})
    content: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + content


def _entry(feed: Element, hit: Hit, base: str) -> None:
    entry = SubElement(feed, "entry")
    _text(entry, "title", hit.title)
    _text(entry, "id", f"urn:danvan-monitor:article:{hit.id}")
    _text(entry, "updated", hit.first_seen_at.astimezone(HANOI).isoformat())
    if hit.published_at is not None:
        _text(entry, "published", hit.published_at.astimezone(HANOI).isoformat())
    author = SubElement(entry, "author")
    _text(author, "name", hit.source)
    SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/articles/{hit.id}"})
    for topic in hit.topics:
        SubElement(entry, "category", {"term": topic, "label": labels.label("topic", topic)})
    snippet = "".join(piece.text for piece in hit.snippet) or hit.lead
    _text(entry, "summary", " · ".join(part for part in (", ".join(hit.symbols), snippet) if part))


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _NOT_IN_XML.sub("\ufffd", text)
