"""How values look as JSON: the keys that the outside relies on (command, API)."""

from __future__ import annotations

from typing import Any

from analysis.places import find_province
from analysis.values import Citation, Reading, Reason, Relevance, TopicScore
from crawlers.values import Extract


def citation_form(citation: Citation) -> dict[str, Any]:
    """A citation; `date` is ISO, offsets count characters of the part named by `field`."""
    return {
        "text": citation.text,
        "start": citation.start,
        "end": citation.end,
        "field": citation.field.value,
        "symbol": citation.symbol,
        "kind": citation.kind,
        "kind_code": citation.kind_code,
        "number": citation.number,
        "year": citation.year,
        "issuer": citation.issuer,
        "issuer_code": citation.issuer_code,
        "place": citation.place,
        "province": citation.province,
        "date": citation.date.isoformat() if citation.date else None,
        "term": citation.term,
        "title": citation.title,
        "role": citation.role.value,
        "document": citation.document,
        "flags": list(citation.flags),
    }


def reason_form(reason: Reason) -> dict[str, Any]:
    """A reason of a verdict, with its place."""
    return {
        "phrase": reason.phrase,
        "start": reason.start,
        "end": reason.end,
        "weight": reason.weight,
        "field": reason.field.value,
    }


def relevance_form(relevance: Relevance) -> dict[str, Any]:
    """Grade, score and reasons."""
    return {
        "grade": relevance.grade.value,
        "score": round(relevance.score, 4),
        "reasons": [reason_form(reason) for reason in relevance.reasons],
    }


def topic_form(topic: TopicScore) -> dict[str, Any]:
    """A topic with its score and reasons."""
    return {
        "key": topic.key,
        "score": round(topic.score, 4),
        "reasons": [reason_form(reason) for reason in topic.reasons],
    }


def reading_form(reading: Reading) -> dict[str, Any]:
    """What was read out of a text."""
    return {
        **province_form(reading.province),
        "relevance": relevance_form(reading.relevance),
        "topics": [topic_form(topic) for topic in reading.topics],
        "citations": [citation_form(citation) for citation in reading.citations],
        "links": [{"subject": link.subject, "target": link.target, "role": link.role.value} for link in reading.links],
        "rules": reading.rules,
    }


def province_form(code: str | None) -> dict[str, str | None]:
    """A province as code and name."""
    province = find_province(code) if code else None
    return {"province": code, "province_name": province.name if province else None}


def extract_form(extract: Extract, source_id: str | None) -> dict[str, Any]:
    """What a page says of itself."""
    return {
        "status": extract.status.value,
        "url": extract.url,
        "source": source_id,
        "title": extract.title,
        "lead": extract.lead,
        "text": extract.text,
        "author": extract.author,
        "published_at": extract.published_at.isoformat() if extract.published_at else None,
        "date_from": extract.date_from,
        "section": extract.section,
        "origin": extract.origin,
        "tags": list(extract.tags),
        "flags": list(extract.flags),
        "files": [{"url": link.url, "label": link.label} for link in extract.files],
    }
