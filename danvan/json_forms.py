"""How values look as JSON: dataclasses as objects, times as ISO; the keys that the outside relies on (command, API)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from foundation.clock import HANOI

if TYPE_CHECKING:
    from analysis.values import Citation, Reading
    from crawlers.values import Extract


def form(value: Any) -> Any:
    """Any value as a JSON value; times in Hà Nội's zone."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: form(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dt.datetime):
        return value.astimezone(HANOI).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): form(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [form(one) for one in value]
    return value


def citation_form(citation: Citation) -> dict[str, Any]:
    """A citation; offsets count characters of the part named by `field`."""
    return {name: value for name, value in form(citation).items() if name != "today"}


def reading_form(reading: Reading) -> dict[str, Any]:
    """What was read out of a text."""
    relevance = replace(reading.relevance, score=round(reading.relevance.score, 4))
    topics = [replace(topic, score=round(topic.score, 4)) for topic in reading.topics]
    return {
        **_province(reading.province),
        "relevance": form(relevance),
        "topics": form(topics),
        "citations": [citation_form(citation) for citation in reading.citations],
        "links": form(reading.links),
        "rules": reading.rules,
    }


def _province(code: str | None) -> dict[str, str | None]:
    from analysis.places import find_province

    province = find_province(code) if code else None
    return {"province": code, "province_name": province.name if province else None}


def extract_form(extract: Extract, source_id: str | None) -> dict[str, Any]:
    """What a page says of itself; its time as the page gave it."""
    published = extract.published_at.isoformat() if extract.published_at else None
    head = {"status": extract.status, "url": extract.url, "source": source_id}
    return {**head, **form(extract), "published_at": published}
