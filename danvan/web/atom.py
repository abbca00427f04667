"""The Atom feed of a search (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from danvan.in_xml import in_xml
from foundation.clock import HANOI
from models import names as labels
from models.desk.dossiers import Dossier
from models.search.results import Hit, Results
from models.views.document_page import DocumentLine


def atom_bytes(results: Results, *, title: str, base: str, query: str, now: dt.datetime) -> bytes:
    """The feed of a result. `base` is the address of the pages without a slash at the end, `query` the search's own."""
    newest = max((hit.first_seen_at for hit in results.hits), default=now)
    links = f"{base}/feed.atom?{query}", f"{base}/search?{query}"
    feed = _feed(title, f"search:{_name(query)}", newest, *links)
    for hit in results.hits:
        _entry(feed, hit, base)
    return _written(feed)


def documents_atom(lines: Sequence[DocumentLine], *, base: str, query: str, now: dt.datetime) -> bytes:
    """The feed of documents, as reported by papers; `base` and `query` as in `atom_bytes`."""
    newest = max((line.reported_at for line in lines if line.reported_at), default=now)
    links = f"{base}/documents.atom?{query}", f"{base}/documents?{query}"
    feed = _feed("Dân vận Monitor: Văn bản mới", f"documents:{_name(query)}", newest, *links)
    for line in lines:
        said = " ".join(part for part in (line.kind, line.symbol, line.title or line.about) if part)
        entry = _bare_entry(feed, said, f"document:{line.id}", line.reported_at or now, line.issuer)
        SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/documents/{line.id}"})
        issued = f", ban hành ngày {line.issued_on:%d/%m/%Y}" if line.issued_on else ""
        _text(entry, "summary", (line.province_name or "Trung ương") + issued)
    return _written(feed)


def dossier_atom(view: Dossier, *, base: str) -> bytes:
    """The feed of a dossier: what was put into it, each once."""
    address, name = f"{base}/dossiers/{view.line.id}", f"dossier:{view.line.id}"
    feed = _feed(f"Hồ sơ: {view.line.title}", name, view.line.changed_at, f"{address}/feed.atom", address)
    for item in view.items:
        entry = _bare_entry(feed, item.title, f"{item.target}:{item.target_id}", item.at, item.source)
        SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/{item.target}s/{item.target_id}"})
    return _written(feed)


def _name(query: str) -> str:
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:32]


def _feed(title: str, name: str, updated: dt.datetime, own: str, page: str) -> Element:
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "vi"})
    _text(feed, "title", title)
    _text(feed, "id", f"urn:danvan-monitor:{name}")
    _text(feed, "updated", updated.astimezone(HANOI).isoformat())
    SubElement(feed, "link", {"rel": "self", "href": own})
    SubElement(feed, "link", {"rel": "alternate", "href": page})
    return feed


def _written(feed: Element) -> bytes:
    content: bytes = tostring(feed, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + content


def _bare_entry(feed: Element, title: str, name: str, updated: dt.datetime, author: str | None) -> Element:
    entry = SubElement(feed, "entry")
    _text(entry, "title", title)
    _text(entry, "id", f"urn:danvan-monitor:{name}")
    _text(entry, "updated", updated.astimezone(HANOI).isoformat())
    _text(SubElement(entry, "author"), "name", author or "Dân vận Monitor")
    return entry


def _entry(feed: Element, hit: Hit, base: str) -> None:
    entry = _bare_entry(feed, hit.title, f"article:{hit.id}", hit.first_seen_at, hit.source)
    if hit.published_at is not None:
        _text(entry, "published", hit.published_at.astimezone(HANOI).isoformat())
    SubElement(entry, "link", {"rel": "alternate", "href": f"{base}/articles/{hit.id}"})
    for topic in hit.topics:
        SubElement(entry, "category", {"term": topic, "label": labels.label("topic", topic)})
    snippet = "".join(piece.text for piece in hit.snippet) or hit.lead
    _text(entry, "summary", " · ".join(part for part in (", ".join(hit.symbols), snippet) if part))


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = in_xml(text)
