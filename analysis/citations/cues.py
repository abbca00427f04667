"""The role words of `data/roles.yaml` as patterns, each compiled once. All work on lower-case text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from analysis.citations.grammar import role_words
from analysis.data_files import words_key
from analysis.kinds import kinds as all_kinds
from analysis.values import Role

MASK = "\x01"
"""Stands for earlier mentions and quoted titles in the words before a mention."""


_YEARS = r"(?<!tháng )(?<!quý )(?<![/.-])\d+\s+năm"  # "tháng 9 năm 2026" is no nine years


def _words(names: Iterable[str]) -> str:
    """The words as alternatives, longest first; "N" stands for a number."""
    ordered = sorted(names, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+").replace(r"n\s+năm", _YEARS) for word in ordered)


@cache
def _pattern(name: str, shape: str) -> re.Pattern[str]:
    return re.compile(shape.format(_words(map(words_key, role_words()[name]))))


@cache
def cues() -> re.Pattern[str]:
    """All words before a number, one named group a role ("Ban Chấp hành" is no verb)."""
    before = role_words()["before"]
    groups = [rf"(?P<{role}>{_words(map(words_key, before[role]))})" for role in Role if role in before]
    firsts = "".join(sorted({words_key(word)[0] for words in before.values() for word in words}))
    return re.compile(rf"(?<!\w)(?=[{firsts}])(?<!ban )(?:{'|'.join(groups)})(?!\w)")


def role_cue(words: str, role: Role) -> int | None:
    """Where the first word of a role begins in `words` (None: nowhere)."""
    found = (match.start() for match in cues().finditer(words.lower()) if match.lastgroup == role.value)
    return next(found, None)


def adjacent() -> re.Pattern[str]:
    """A verb of issuing right before the kind word."""
    return _pattern("issues_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+|những\s+|bản\s+)?[\"(]?$")


def after_body() -> re.Pattern[str]:
    """A verb that means issuing only behind the name of an issuer."""
    return _pattern("issues_after_body", r"(?:^|[\s,;\x01])(?:{0})\s+(?:bản\s+)?[\"(]?$")


def between() -> re.Pattern[str]:
    """All that may stand between a verb of issuing and its document."""
    return _pattern("between", r"[\s\",:(]*(?:(?:{0})[\s\",:(]+)*")


def list_intro() -> re.Pattern[str]:
    """Words that open a list, at the very end."""
    return _pattern("list_intros", r"(?<!\w)(?:{0})\s*:?[\s\"(]*$")


def noun_intro() -> re.Pattern[str]:
    """Documents in general and a colon, at the very end: "các văn bản lãnh đạo, chỉ đạo: "."""
    return _pattern("list_nouns", r"(?<!\w)(?:{0})[^.:;]{{0,80}}:[\s\"]*$")


def sole_intro() -> re.Pattern[str]:
    """A sentence that begins with the words that open a list: it goes on with the sentence before."""
    return _pattern("list_intros", r"(?:{0})\s*:")


def coordination() -> re.Pattern[str]:
    """Nothing but what joins the items of a list."""
    return _pattern("connectors", r"[\s\"()]*(?:(?:,|;|&|{0})[\s\"(]*)*(?:(?:số|các|những|của)\s*)*")


def connector() -> re.Pattern[str]:
    """What joins the items of a list, at the very end."""
    return _pattern("connectors", r"(?:[,;]|(?<!\w)(?:{0}))[\s\"(]*(?:(?:số|các|những)\s+)*$")


def new_clause() -> re.Pattern[str]:
    """A comma and a verb of another subject."""
    return _pattern("new_clause", r"[,;:\x01][^,;:\x01]*(?<!\w)(?:{0})\s")


def predicate() -> re.Pattern[str]:
    """A verb whose subject is the document right before it."""
    return _pattern("predicates", r"[\s,\"]*(?:cũng\s+|đều\s+|vừa\s+|mới\s+|này\s+)*(?:{0})(?!\w)")


@cache
def passive() -> re.Pattern[str]:
    """Behind the document: "được các chi bộ học tập", one named group a role; what has been done to it.

    Whose it is or what it is about may stand between ("của Tỉnh ủy", "giữa hai ngành").
    """
    listed = role_words()["passive"]
    groups = "|".join(rf"(?P<{role}>{_words(map(words_key, listed[role]))})" for role in Role if role in listed)
    return re.compile(
        r"[\s,\"]*(?:(?:của|giữa|do)\s[^.;:\x01]{2,70}?\s)?"
        r"(?:(?:đã|đang|cũng|đều|vừa|mới|tiếp tục|luôn|nay|hiện|sau đó)\s+){0,2}"
        rf"(?:được|bị)\s+(?:[^.,;:\x01]{{1,60}}?\s)??(?:{groups})(?!\w)"
    )


def made_by_passive() -> re.Pattern[str]:
    """Before the document that carries out another: "được Tỉnh ủy cụ thể hóa bằng", at the very end."""
    return _pattern(
        "passive_issues", r"(?<!\w)được\s(?:[^.;:\x01]{{1,60}}\s)?(?:{0})\s(?:bằng|thành|qua)\s(?:các\s)?[\"(]?$"
    )


def changes_adjacent(role: Role) -> re.Pattern[str]:
    """A verb that changes or takes back (AMENDS, REPLACES), right before the kind word."""
    return _pattern(f"{role}_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+)?[\"(]?$")


@cache
def only_drafted() -> re.Pattern[str]:
    """A draft, or a successor still to be issued, named before the verb: what it would replace is not replaced yet."""
    drafted, planned = (_words(map(words_key, role_words()[name])) for name in ("only_drafted", "only_planned"))
    return re.compile(rf"(?<!\w)(?:(?:{drafted})\s+|(?:{planned})\s+[^.,;:\x01\d]{{1,25}}\s+)$")


def weak() -> re.Pattern[str]:
    """The words of a weak verb of issuing, whole."""
    return _pattern("weak_issues", r"[\s,;\x01]*(?:{0})\s*(?:bản\s+)?[\"(]?")


def anywhere(name: str) -> re.Pattern[str]:
    """The words of this list, wherever they stand."""
    return _pattern(name, r"(?<!\w)(?:{0})(?!\w)")


def counted() -> re.Pattern[str]:
    """A number of documents as the object of the verb: "ban hành 52 nghị quyết", "ban hành nhiều văn bản"."""
    return _pattern(
        "list_nouns",
        r"ban hành (?:[^.,;:]{{0,30}} )?(?:\d[\d.]*|nhiều|hàng chục|hàng trăm|hơn \d+) (?:\w+ ){{0,3}}(?:{0})(?!\w)",
    )


@cache
def changed_by() -> re.Pattern[str]:
    """Before a document that changes another ("được bổ sung bằng") or carries it out ("cụ thể hóa … bằng")."""
    listed = role_words()["passive"]
    verbs = _words(words_key(word) for role in (Role.AMENDS, Role.REPLACES) for word in listed[role])
    told = _words(map(words_key, role_words()["passive_issues"]))
    return re.compile(
        rf"(?<!\w)(?:(?:được|bị)\s(?:[^.;:\x01]{{1,60}}\s)?(?:{verbs})\s(?:bằng|bởi)"
        rf"|(?:{told})\s[^.;:]{{0,90}}\x01[^.;:\x01]{{0,40}}\s(?:bằng|thành|qua))\s(?:các\s)?[\"(]?$"
    )


@cache
def first_naming() -> re.Pattern[str]:
    """Where a document is named by its kind, before its number in brackets follows: up to the kind."""
    kinds = _words(words for kind in all_kinds() for words in kind.words if " " in words)
    return re.compile(rf"(?:(?<!\w)(?:ban hành|thông qua|ký|và)|[,;])\s+(?=(?:{kinds})(?!\w))")


def on_behalf() -> re.Pattern[str]:
    """Words before the issuer that somebody signs for."""
    return _pattern("on_behalf", r"(?<!\w)(?:{0})\s{{1,2}}")


def passive_by() -> re.Pattern[str]:
    """What leads to the newer document behind "được thay thế"."""
    return _pattern("passive_by", r"(?:được|bị)\s[^.;,]{{0,40}}(?<!\w)(?:{0})\s*$")


def plans(before: str) -> bool:
    """Whether the words before a verb of issuing say that it is still to come."""
    near = _pattern("planned", r"(?<!\w)(?:{0})(?:\s+(?:được|tiếp tục|sớm|cho|tham mưu|ký))?\s*$")
    far = _pattern("planned_far", r"(?<!\w)(?:{0})\s[^,;:\x01]{{0,70}}$")
    return near.search(before[-40:]) is not None or far.search(before[-90:]) is not None


def only_dates(before: str) -> bool:
    """Whether the words before take what follows for a point in time ("sau khi", "kể từ ngày")."""
    far = _pattern("recalled_far", r"(?<!\w)(?:{0})(?:\s[^,;:\x01]{{0,60}})?$")
    just = _pattern("just_now", r"(?<!\w)(?:{0})\s*$")
    return far.search(before[-80:]) is not None and just.search(before[-20:]) is None


def recalls(before: str) -> bool:
    """Whether the words before a verb of issuing only recall it ("kể từ khi Tỉnh ủy ban hành")."""
    return only_dates(before) or _pattern("recalled", r"(?<!\w)(?:{0})\s*$").search(before[-20:]) is not None


@cache
def after_words() -> tuple[tuple[Role, tuple[str, ...]], ...]:
    """Words behind a mention by role; an end of force weighs more than an issue."""
    after = role_words()["after"]
    roles = (Role.REPLACES, Role.AMENDS, Role.ISSUES)
    return tuple((role, tuple(map(words_key, after[role]))) for role in roles)
