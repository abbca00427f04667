"""Which documents a rule means. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from analysis import issuers
from analysis.issuers import levels
from analysis.kinds import general_kinds, kind_by_name
from analysis.places import provinces
from analysis.text import fold_tone, search_key
from foundation.errors import UsageError
from foundation.words import DELIVERIES, GRADES
from models.names import label

DIRECTIVE = "văn bản chỉ đạo"
"""Stands among a rule's kinds for every kind that directs work, whichever `kinds.yaml` holds when a document comes."""


class RuleRefusedError(UsageError):
    """A rule that cannot be kept; the message says why and what to do."""


def choices(part: str) -> Mapping[str, str]:
    """What a rule can name of kinds, levels, grades or ways of delivery: key → Vietnamese label."""
    if part == "kinds":
        return {name: name for name in (DIRECTIVE, *(kind.name for kind in general_kinds()))}
    if part == "levels":
        return {key: words for key, (words, _levels) in levels().items()}
    return {"grades": GRADES, "deliveries": DELIVERIES}[part]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a subscriber wants to be told; an empty tuple means "any"."""

    name: str
    kinds: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    words: str = ""
    delivery: str = "immediate"
    urgent: bool = False
    preset: str = ""
    """"worth": what is worth telling everybody (`analysis.worth`)."""
    query: Mapping[str, Any] | None = None
    """A search that became a rule: it means articles (`notifications.searches`)."""
    id: int | None = None
    builtin: bool = False


WORTH = Rule("Nghị quyết và dân vận", preset="worth", builtin=True)
"""What everybody starts with: what is worth reading, at once …"""
MORNING = Rule("Bản tin buổi sáng", grades=("core", "related"), delivery="daily", builtin=True)
"""… and the digest of the morning."""


def as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as rows and JSON keep them: lists in the place of tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def as_given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The way back from `as_kept`."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


@dataclass(frozen=True)
class RuleFacts:
    """What a rule looks at: a document and the article that reports it, or an article alone.

    `kind` is the document's kind in words, `provinces` the codes it concerns, `text` all words of both; `worth` says
    why it is worth telling everybody, None where it is not.
    """

    kind: str = ""
    kind_code: str = ""
    issuer: str = ""
    issuer_code: str = ""
    provinces: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    grade: str = "none"
    worth: str | None = None
    text: str = field(default="", repr=False)

    @cached_property
    def marked(self) -> str:
        """The words, lower case, in one tone placement."""
        return fold_tone(self.text).casefold()

    @cached_property
    def bare(self) -> str:
        """The words without marks."""
        return search_key(self.text)


def phrases(words: str) -> tuple[str, ...]:
    """The phrases of a rule's words: separated by commas, semicolons or lines; each may be found."""
    return tuple(p for p in (" ".join(part.split()) for part in re.split(r"[,;\n]", words)) if p)


def labels(facet: str, values: Iterable[str]) -> str:
    """The labels of values in a row."""
    return ", ".join(label(facet, value) for value in values)


def low(words: str) -> str:
    """A label within a sentence."""
    return words[:1].lower() + words[1:]


def level_of(issuer_code: str) -> str:
    """The level that a rule can name: "central", "province" or "local"."""
    level = issuers.level_of(issuer_code)
    return next(key for key, (_label, taken_in) in levels().items() if level in taken_in)


def match(rule: Rule, facts: RuleFacts) -> tuple[str, ...] | None:
    """The reasons why `facts` fall under `rule`, in Vietnamese; None where they do not."""
    if rule.query is not None:
        return None
    reasons: list[str] = []
    for wanted, reason in (
        (rule.preset == "worth", facts.worth),
        (rule.kinds, _kind(rule, facts)),
        (rule.issuers, _issuer(rule, facts)),
        (rule.levels, _level(rule, facts)),
        (rule.provinces, _province(rule, facts)),
        (rule.topics, _topics(rule, facts)),
        (rule.grades, _grade(rule, facts)),
        (phrases(rule.words), _words(rule, facts)),
    ):
        if wanted and reason is None:
            return None
        if wanted and reason:
            reasons.append(reason)
    return tuple(reasons)


def _kind(rule: Rule, facts: RuleFacts) -> str | None:
    name = facts.kind.casefold()
    kind = kind_by_name().get(facts.kind)
    directs = DIRECTIVE in rule.kinds and kind is not None and kind.directs
    found = any(k.casefold() == facts.kind_code.casefold() or name.startswith(k.casefold()) for k in rule.kinds)
    return f"loại {facts.kind}" if (found or directs) and facts.kind else None


def _issuer(rule: Rule, facts: RuleFacts) -> str | None:
    issuer = fold_tone(facts.issuer).casefold()
    for wanted in rule.issuers:
        if wanted.casefold() == facts.issuer_code.casefold() or fold_tone(wanted).casefold() in issuer:
            return f"cơ quan ban hành “{wanted}”"
    return None


def _level(rule: Rule, facts: RuleFacts) -> str | None:
    if not facts.issuer_code or level_of(facts.issuer_code) not in rule.levels:
        return None
    return low(choices("levels")[level_of(facts.issuer_code)])


def _province(rule: Rule, facts: RuleFacts) -> str | None:
    found = [code for code in rule.provinces if code in facts.provinces]
    return "địa phương: " + labels("province", found) if found else None


def _topics(rule: Rule, facts: RuleFacts) -> str | None:
    found = [key for key in rule.topics if key in facts.topics]
    return "chủ đề: " + labels("topic", found) if found else None


def _grade(rule: Rule, facts: RuleFacts) -> str | None:
    return f"mức “{GRADES[facts.grade]}”" if facts.grade in rule.grades else None


def _words(rule: Rule, facts: RuleFacts) -> str | None:
    found = [phrase for phrase in phrases(rule.words) if contains(facts, phrase)]
    return "từ " + ", ".join(f"“{phrase}”" for phrase in found) if found else None


def contains(facts: RuleFacts, phrase: str) -> bool:
    """Whether a phrase stands in the text as whole words: with marks they count, without marks they do not."""
    bare = search_key(phrase)
    marked = fold_tone(phrase).casefold()
    needle, haystack = (bare, facts.bare) if bare == marked else (marked, facts.marked)
    return re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", haystack) is not None


def check_delivery(delivery: str) -> None:
    """Raises RuleRefusedError for what is no way of being told."""
    if delivery not in DELIVERIES:
        raise RuleRefusedError("Cách nhận tin phải là: ngay, hằng ngày hoặc hằng tuần.")


def check(rule: Rule) -> None:
    """Refuse a rule that means nothing or everything.

    Raises RuleRefusedError with what to do.
    """
    check_delivery(rule.delivery)
    for part, known in (("levels", choices("levels")), ("grades", choices("grades"))):
        unknown = [key for key in getattr(rule, part) if key not in known]
        if unknown:
            raise RuleRefusedError(f"Không hiểu “{', '.join(unknown)}”. Có thể chọn: {', '.join(sorted(known))}.")
    bad = [p for p in phrases(rule.words) if not re.search(r"\w{2}", p)]
    if bad:
        raise RuleRefusedError(f"Từ khóa “{', '.join(bad)}” không tìm được gì: hãy ghi từ có ít nhất hai chữ cái.")
    if not rule.builtin and means_everything(rule):
        raise RuleRefusedError(
            "Quy tắc này khớp với mọi tin nên không được lưu. Hãy chọn thêm ít nhất một điều kiện: "
            "loại văn bản, cơ quan hoặc cấp ban hành, tỉnh, chủ đề, mức hoặc từ khóa."
        )


def means_everything(rule: Rule) -> bool:
    """Whether no condition leaves anything out (none given, or each names all there is)."""
    narrow = (
        bool(rule.kinds or rule.issuers or rule.topics or phrases(rule.words) or rule.preset or rule.query),
        0 < len(set(rule.levels)) < len(choices("levels")),
        0 < len(set(rule.grades)) < len(choices("grades")),
        bool(rule.provinces) and len(set(rule.provinces)) < len(provinces()),
    )
    return not any(narrow)
