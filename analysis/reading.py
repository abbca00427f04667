"""The whole reading of one article: relevance, topics, documents, place. Pure: text in, `Reading` out.

Title, lead and text are read as one string for citations, so that "Nghị quyết này" of the text joins the full
symbol of the title; offsets are then given in the field that each mention stands in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from analysis.citations import find_citations, find_links
from analysis.places import province_named, unit_named, unit_on
from analysis.relevance import judge, rules_version
from analysis.values import Citation, Field, Grade, Reading, Reason, Role, TopicScore

BETWEEN_FIELDS = "\n\n"
"""Stands between title, lead and text in the joined string: no mention reaches over it."""

DOCUMENT_TOPIC = "van_ban"
"""The topic of an article that reports a document being issued (topics.md)."""

ISSUED_WEIGHT = 6.0
"""What a document issued in title or lead weighs for that topic: as much as "vừa ban hành" in title and lead."""


def read(title: str, lead: str, text: str, *, province: str | None = None, published: dt.date | None = None) -> Reading:
    """Read one article as it is stored.

    `province` is the two-digit code of the paper's province on that day (None: a national paper), `published` the day
    in Vietnam on which it appeared; both help to identify documents and may be unknown.
    """
    parts = {Field.TITLE: title, Field.LEAD: lead, Field.TEXT: text}
    joined = BETWEEN_FIELDS.join(parts.values())
    place = province or _place_of(title, lead, published)
    mentions = find_citations(joined, province=place, published=published)
    links = find_links(joined, mentions)
    citations = tuple(_in_field(mention, parts) for mention in mentions)
    unit = unit_on(place, published) if place is not None else None
    held_by = unit.today.code if unit is not None else None
    relevance, topics = judge(title, lead, text)
    if relevance.grade is not Grade.NONE:
        topics = _with_document_topic(topics, citations)
    return Reading(relevance, topics, citations, tuple(links), held_by, rules_version())


def _place_of(title: str, lead: str, day: dt.date | None) -> str | None:
    """The province that a national paper's article names first in its title, else in its lead."""
    for words in (title, lead):
        named = province_named(words) if words else None
        unit = unit_named(named, day) if named is not None else None
        if unit is not None:
            return unit.code
    return None


def _in_field(mention: Citation, parts: dict[Field, str]) -> Citation:
    """A mention of the joined string, with the offsets of its own field."""
    begin = 0
    for field, string in parts.items():
        end = begin + len(string)
        if mention.start < end or field is Field.TEXT:
            start, stop = mention.start - begin, min(mention.end, end) - begin
            return replace(mention, text=string[start:stop], start=start, end=stop, field=field)
        begin = end + len(BETWEEN_FIELDS)
    raise AssertionError  # pragma: no cover - the text is the last field


def _with_document_topic(topics: tuple[TopicScore, ...], citations: Iterable[Citation]) -> tuple[TopicScore, ...]:
    """The topic "new document" also where no phrase says it but title or lead issue a document by its symbol."""
    if any(topic.key == DOCUMENT_TOPIC for topic in topics):
        return topics
    issued = [c for c in citations if c.role is Role.ISSUES and c.symbol and c.field is not Field.TEXT]
    if not issued:
        return topics
    reasons = tuple(Reason(c.text, c.start, c.end, ISSUED_WEIGHT, c.field) for c in issued)
    return (*topics, TopicScore(DOCUMENT_TOPIC, ISSUED_WEIGHT * len(reasons), reasons))
