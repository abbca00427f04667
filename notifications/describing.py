"""Rules and searches in Vietnamese sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.words import DELIVERIES, GRADES
from notifications.rules import Rule, choices, labels, low, phrases


def describe(rule: Rule) -> str:
    """A rule in one Vietnamese sentence."""
    parts: list[str] = []
    if rule.preset == "worth":
        parts.append("mọi nghị quyết của cấp ủy Trung ương và cấp tỉnh, các văn bản khác về dân vận")
    if rule.query is not None:
        parts.append(describe_query(rule.query))
    if rule.kinds:
        parts.append("loại " + ", ".join(rule.kinds))
    if rule.issuers:
        parts.append("cơ quan " + ", ".join(rule.issuers))
    if rule.levels:
        parts.append(", ".join(low(choices("levels")[key]) for key in rule.levels))
    if rule.provinces:
        parts.append("địa phương " + labels("province", rule.provinces))
    if rule.topics:
        parts.append("chủ đề " + labels("topic", rule.topics))
    if rule.grades:
        parts.append("mức " + ", ".join(GRADES[key].lower() for key in rule.grades))
    if phrases(rule.words):
        parts.append("có từ " + " hoặc ".join(f"“{phrase}”" for phrase in phrases(rule.words)))
    said = "; ".join(parts) or "mọi văn bản mới"
    urgent = ", kể cả trong giờ yên lặng" if rule.urgent else ""
    return f"{said} → {DELIVERIES[rule.delivery].lower()}{urgent}"


def describe_query(query: Mapping[str, Any]) -> str:
    """A search in words, as `notifications.searches.query_form` keeps it."""
    parts = [f"tin có “{query['words']}”"] if query.get("words") else ["tin bài"]
    parts += [f"nhắc tới {query['title']}"] if query.get("title") else []
    parts += ["của " + ", ".join(query["sources"])] if query.get("sources") else []
    parts += ["địa phương " + labels("province", query["provinces"])] if query.get("provinces") else []
    parts += ["chủ đề " + labels("topic", query["topics"])] if query.get("topics") else []
    grades = [grade for grade in query.get("grades", ()) if grade != "all"]
    parts += ["mức " + ", ".join(GRADES.get(key, key).lower() for key in grades)] if grades else []
    parts += ["nêu văn bản loại " + ", ".join(query["kinds"])] if query.get("kinds") else []
    return "; ".join(parts)
